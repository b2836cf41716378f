"""Answer a form: act on it, or draw it again with what was typed and the message beside the field.

    form = DiagnosisForm(request, seen=human_seq(patient.id))
    return ask(request, form, draw=lambda status: page(..., status), act=lambda: record(...))

A refused input is 422, a page that somebody overtook is 409, a person without the right is 403. Nothing typed
is lost (a password is never sent back).
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from ataraxy.clinic.people.forms import ActForm
from ataraxy.core.errors import AtaraxyError, InputRefused, NotPermitted, StaleSession

Draw = Callable[[int], HttpResponse]
Act = Callable[[], HttpResponse]

METHODS = ("GET", "HEAD", "POST")
CHARTED = "ataraxy-charted"  # read by typed.js: the key of the act that was written last, and nothing else
CHARTED_S = 600


def ask(request: HttpRequest, form: ActForm, draw: Draw, act: Act) -> HttpResponse:
    """GET draws the form; POST acts, or draws it again with the trouble. ``draw`` takes the HTTP status."""
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if request.method != "POST":
        return draw(200)
    if not form.is_valid():
        return draw(422)
    try:
        return _said(form, act())
    except (InputRefused, StaleSession, NotPermitted) as trouble:
        tell(form, trouble)
        return draw(status_of(trouble))


def _said(form: ActForm, answer: HttpResponse) -> HttpResponse:
    """The page is told that this very act was written: what it kept of it is forgotten then, and not before."""
    if answer.status_code == HTTPStatus.FOUND:
        answer.set_cookie(
            CHARTED, form.act_key, max_age=CHARTED_S, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE
        )
    return answer


def tell(form: ActForm, trouble: AtaraxyError) -> None:
    """Put the trouble beside its field, or on top of the form when it belongs to no field."""
    field = trouble.field if isinstance(trouble, InputRefused) else None
    form.add_error(field if field in form.fields else None, f"{trouble.cause} {trouble.cure}")
    if isinstance(trouble, StaleSession):
        form.refresh_seen()


def status_of(trouble: AtaraxyError) -> int:
    """The HTTP status that says the same."""
    if isinstance(trouble, StaleSession):
        return 409
    return 403 if isinstance(trouble, NotPermitted) else 422


def closed_link(request: HttpRequest, trouble: InputRefused) -> HttpResponse:
    """The page behind a patient's link that is damaged, forged or over; it says nothing about anybody."""
    context = {"cause": trouble.cause, "cure": trouble.cure}
    return render(request, "people/closed_link.html", context, status=404)
