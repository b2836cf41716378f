"""The lock of an idle page: it hides what is shown, and ends nothing. Pause, stop and emergency stay one tap away.

Hazard: a tablet is put down in a room, and whoever picks it up reads on, or charts under another's name.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from ataraxy.clinic.people.models import Staff

Handler = Callable[[HttpRequest], HttpResponse]

LOCKED, ACTED_AT = "locked", "acted_at"
WRITE_EVERY_S = 20  # how finely the last act is kept: a write to the log-in's row each time
# One tap in danger, and the card that says what to do next; and what unlocks, or hands the tablet on.
OPEN = frozenset(
    {
        *("treat:pause", "treat:stop", "treat:emergency", "treat:emergency-log"),
        *("people:unlock", "people:lock", "account_logout", "account_login"),
    }
)
POLLS = ("live", "board", "session-page")  # what a page asks by itself is nobody's act


class LockMiddleware:
    """Draws the lock in place of a page that nobody has touched for the clinic's minutes."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff: Staff | None = request.staff  # type: ignore[attr-defined]
        if staff is None or request.path.startswith(settings.STATIC_URL) or _is_open(request.path):
            return self.get_response(request)
        if is_locked(request, staff.clinic.lock_after_min):
            return locked_page(request)
        if not _asked_by_itself(request):
            touch(request)
        return self.get_response(request)


def is_locked(request: HttpRequest, after_min: int) -> bool:
    """Whether this log-in is locked: by hand, or since its last act is too long ago."""
    if request.session.get(LOCKED):
        return True
    last = request.session.get(ACTED_AT)
    if after_min and last is not None and time.time() - last > after_min * 60:
        lock(request)
        return True
    return False


def lock(request: HttpRequest) -> None:
    request.session[LOCKED] = True


def unlock(request: HttpRequest) -> None:
    request.session.pop(LOCKED, None)
    request.session[ACTED_AT] = time.time()


def touch(request: HttpRequest) -> None:
    """Somebody is here."""
    now, last = time.time(), request.session.get(ACTED_AT)
    if last is None or now - last > WRITE_EVERY_S:
        request.session[ACTED_AT] = now


def locked_page(request: HttpRequest, trouble: str = "", next_page: str = "") -> HttpResponse:
    """The lock. What was sent from an older page was not written: 423 says so; a look is answered in place."""
    from ataraxy.clinic.treat.queries.running import emergencies_here

    staff: Staff = request.staff  # type: ignore[attr-defined]
    sent = request.method not in ("GET", "HEAD")
    context = {
        "trouble": trouble,
        "not_written": sent and not trouble,
        "next": next_page or ("/" if sent else request.get_full_path()),
        "emergencies": emergencies_here(staff),
        "minutes": staff.clinic.lock_after_min,
    }
    answer = render(request, "people/locked.html", context, status=(422 if trouble else 423) if sent else 200)
    answer["Cache-Control"] = "no-store"
    if request.headers.get("HX-Request"):
        answer["HX-Refresh"] = "true"  # a part of a page asked: the whole page is locked
    return answer


def _is_open(path: str) -> bool:
    try:
        return resolve(path).view_name in OPEN
    except Resolver404:
        return True


def _asked_by_itself(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Trigger") in POLLS
