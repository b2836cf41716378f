"""The lock of an idle page: it hides what is shown, and ends nothing. Pause, stop and emergency stay one tap away.

Hazard: a tablet is put down in a room, and whoever picks it up reads on, or charts under another's name.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve

from ataraxy.clinic.people.models import Staff

Handler = Callable[[HttpRequest], HttpResponse]

LOCKED, ACTED_AT = "locked", "acted_at"
WRITE_EVERY_S = 20  # how finely the last act is kept: a write to the log-in's row each time
GRACE_S = 30  # a page counts from its own touch, the server from when it heard of it
# One tap in danger, and the card that says what to do next.
TAPS = frozenset({"treat:pause", "treat:stop", "treat:emergency", "treat:emergency-log"})
# What unlocks, or hands the tablet on; and the board, a wall's picture that names nobody in full: nobody touches it.
OPEN = frozenset(
    {
        *("people:unlock", "people:lock", "people:danger", "account_logout", "account_login"),
        "treat:board",
    }
)
POLLS = ("live", "board", "session-page")  # what a page asks by itself is nobody's act


class LockMiddleware:
    """Draws the lock in place of a page that nobody has touched for the clinic's minutes."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff: Staff | None = request.staff  # type: ignore[attr-defined]
        if staff is None or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        answer = self._behind(request, staff)
        if not answer.has_header("Cache-Control"):
            answer["Cache-Control"] = "no-store"  # Back on a locked tablet shows the lock, not the last chart
        return answer

    def _behind(self, request: HttpRequest, staff: Staff) -> HttpResponse:
        found = _found(request.path)
        name = found.view_name if found else ""
        request.is_locked = is_locked(request, staff.clinic.lock_after_min)  # type: ignore[attr-defined]
        if found is None or name in OPEN:
            return self.get_response(request)
        if not request.is_locked:  # type: ignore[attr-defined]
            if not _asked_by_itself(request):
                touch(request)  # also a tap in an emergency: whoever works on its card is here
        elif name not in TAPS or not _passes(request, name, found):
            return locked_page(request)
        return self.get_response(request)


def is_locked(request: HttpRequest, after_min: int) -> bool:
    """Whether this log-in is locked: by hand, or since its last act is too long ago."""
    if request.session.get(LOCKED):
        return True
    idle = idle_s(request)
    if after_min and idle is not None and idle > after_min * 60:
        lock(request)
        return True
    return False


def idle_s(request: HttpRequest) -> float | None:
    """Seconds since this log-in's last act, on whichever of its pages; None before the first."""
    last = request.session.get(ACTED_AT)
    return None if last is None else time.time() - last


def is_in_use(request: HttpRequest, after_min: int) -> bool:
    """Whether somebody acts on another page of this log-in, or its clinic locks nothing."""
    idle = idle_s(request)
    return not after_min or (idle is not None and idle < after_min * 60 - GRACE_S)


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
    from ataraxy.clinic.treat.queries.danger import in_danger

    staff: Staff = request.staff  # type: ignore[attr-defined]
    part = bool(request.headers.get("HX-Request"))  # the page covers itself, and keeps what is typed in it
    sent = request.method not in ("GET", "HEAD") or part
    context = {
        "trouble": trouble,
        "not_written": sent and not trouble and not part,
        "next": next_page or ("/" if sent else request.get_full_path()),
        "emergencies": in_danger(staff),
        "minutes": staff.clinic.lock_after_min,
    }
    answer = render(request, "people/locked.html", context, status=(422 if trouble else 423) if sent else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _found(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _passes(request: HttpRequest, name: str, found: ResolverMatch) -> bool:
    """Danger passes the lock: what starts, pauses, stops. What ends an emergency, or only looks, does not."""
    from ataraxy.clinic.treat.queries.danger import emergency_runs

    if name == "treat:emergency-log":
        return request.POST.get("end") != "yes"
    if request.method in ("GET", "HEAD"):
        return name == "treat:emergency" and emergency_runs(found.kwargs["session_id"])
    return True


def _asked_by_itself(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Trigger") in POLLS
