"""How a page reaches a session: the access functions every view of this app starts with, and the way back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from ataraxy.clinic.audit.models import ChartRead
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import EVERYONE, chart_right, own, record_read, staff_of
from ataraxy.clinic.people.page import who
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.forms import SeatForm
from ataraxy.clinic.treat.queries.room import Seat, banner, phase_words, seat
from ataraxy.clinic.treat.unreadable import SessionUnreadable

log = logging.getLogger(__name__)

LONGEST_AGO_DIGITS = 5  # a day and a bit: a page left open longer tells no time that counts
ONE_READING = timedelta(minutes=5)
ROWS = Session.objects.select_related(
    "clinic", "room", "patient__clinic", "patient__summary", "course__protocol"
)


def session_of(request: HttpRequest, session_id: UUID, *roles: str) -> Seat:
    """A session of the acting person's clinic to read, by role or through a broken glass; the read is recorded."""
    ctx = staff_of(request, *EVERYONE)
    session = own(ctx, ROWS.all(), id=session_id)
    right = chart_right(ctx, session.patient, *roles)
    return _seated(request, ctx, session, right)


def act_in(request: HttpRequest, session_id: UUID, *roles: str) -> Seat:
    """A session to act in. A broken glass opens a chart to read; it never lets anybody act."""
    ctx = staff_of(request, *EVERYONE)
    session = own(ctx, ROWS.all(), id=session_id)
    staff_of(request, *roles)
    return _seated(request, ctx, session, "role")


def _seated(request: HttpRequest, ctx: Context, session: Session, right: str) -> Seat:
    match = request.resolver_match
    view = match.view_name if match else "unknown"
    if not (request.headers.get("HX-Request") and _read_lately(ctx, session, view)):
        record_read(ctx, session.patient, view, right)
    try:
        return seat(ctx, session)
    except DatabaseError:
        raise
    except Exception as error:  # whatever its record holds: the page says so, and what to do now
        log.error("Session %s cannot be read: %s.", session.id, type(error).__name__)
        raise SessionUnreadable(session) from error


def _read_lately(ctx: Context, session: Session, view: str) -> bool:
    """An open page that asks for itself again is one reading, recorded every five minutes."""
    return ChartRead.objects.filter(
        clinic=ctx.clinic,
        staff_id=ctx.actor_id,
        patient_id=session.patient_id,
        view=view,
        at__gt=ctx.now - ONE_READING,
    ).exists()


def back(at: Seat) -> HttpResponse:
    """To the session's own page."""
    return redirect("treat:session", session_id=at.session.id)


def tapped_ago(request: HttpRequest) -> timedelta:
    """How long ago the tap was, when the page had no network then; what cannot be read counts as now."""
    text = request.POST.get("seconds_ago", "")
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_AGO_DIGITS else 0
    return timedelta(seconds=seconds)


def tap_key(request: HttpRequest) -> str | None:
    """The tap's own key, made by the page as it was tapped; None where there is none that can be read."""
    try:
        return str(UUID(request.POST.get("tap", "")))
    except ValueError:
        return None


def taken_from_an_old_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A tap of our own page is taken whatever token it carries; any other is asked for the token.

    Hazard: somebody else logs in on the shared tablet, the token of the open page is dead, and Stop is refused. That
    the tap comes from our own page is told by its ``Origin``, which no page of another site can set.
    """
    asked_for_it = csrf_protect(view)

    @wraps(view)
    def tapped(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        own_origins = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
        taken = view if request.headers.get("Origin") in own_origins else asked_for_it
        return taken(request, *args, **more)

    return csrf_exempt(tapped)


def to_verb(at: Seat, verb: str) -> HttpResponse:
    """To another page of the same session."""
    return redirect(f"treat:{verb}", session_id=at.session.id)


def page(request: HttpRequest, template: str, at: Seat, status: int = 200, **context: Any) -> HttpResponse:
    """A page of one session, with who it is about."""
    phase, kind = phase_words(at)
    shared = {
        "at": at,
        "session": at.session,
        "patient": at.session.patient,
        "who": who(at.session.patient),
        "phase": phase,
        "phase_kind": kind,
        "now": at.ctx.now,
        "switch_to": f"{reverse('account_login')}?{urlencode({'next': _this_page(request, at)})}",
    }
    return render(request, template, shared | context, status=status)


def _this_page(request: HttpRequest, at: Seat) -> str:
    """Where the next person finds themselves: this page, or the session's own after a form was sent."""
    return (
        request.path if request.method in ("GET", "HEAD") else reverse("treat:session", args=[at.session.id])
    )


def act_page(
    request: HttpRequest,
    at: Seat,
    form: SeatForm,
    status: int,
    *,
    heading: str,
    button: str,
    lead: str = "",
    template: str = "treat/act.html",
    **context: Any,
) -> HttpResponse:
    """The page of one act: its form, and what is typed in it."""
    return page(
        request,
        template,
        at,
        status,
        form=form,
        heading=heading,
        button=button,
        lead=lead,
        banner=banner(at),
        **context,
    )
