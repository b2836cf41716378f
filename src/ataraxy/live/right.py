"""Who may look: the same rights as on a page, checked for a stream, and checked again while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from ataraxy.clinic.context import Context
from ataraxy.clinic.people import lock
from ataraxy.clinic.people.access import CLINICAL, EVERYONE, chart_right, own, record_read, staff_of
from ataraxy.clinic.people.models import Patient, Staff
from ataraxy.clinic.plan.models import Session
from ataraxy.live.rooms import Place, under_way


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is nothing to see, as an HTTP status."""

    status: int
    why: str


NOBODY = Refused(401, "Log in first.")
NOT_HERE = Refused(404, "There is nothing here.")
NOT_YOURS = Refused(403, "This is for clinical roles.")
LOCKED = Refused(423, "This log-in is locked. Unlock it on its page.")
NO_FACTOR = Refused(403, "Set up a second factor first.")


def may_see_session(cookie: str, session_id: UUID, *, first: bool) -> Refused | None:
    """None if this log-in may follow the session now. ``first``: the read is put on record."""
    ctx = _staff(cookie)
    if isinstance(ctx, Refused):
        return ctx
    try:
        session = own(ctx, Session.objects.select_related("patient"), id=session_id)
        right = chart_right(ctx, session.patient, *CLINICAL)
    except Http404:
        return NOT_HERE
    except PermissionDenied:
        return NOT_YOURS
    if first:
        record_read(ctx, session.patient, "live:session", right)
    return None


def may_see_sessions(cookie: str, ids: frozenset[UUID]) -> dict[UUID, Refused | None]:
    """As ``may_see_session``, for the sessions one log-in follows already: who they are is read once."""
    ctx = _staff(cookie)
    if isinstance(ctx, Refused):
        return dict.fromkeys(ids, ctx)
    found: dict[UUID, Refused | None] = dict.fromkeys(ids, NOT_HERE)
    for session in Session.objects.select_related("patient").filter(clinic=ctx.clinic, id__in=ids):
        try:
            chart_right(ctx, session.patient, *CLINICAL)
            found[session.id] = None
        except PermissionDenied:
            found[session.id] = NOT_YOURS
    return found


def may_see_board(cookie: str) -> Refused | UUID:
    """The clinic whose rooms this log-in may follow now, or why not."""
    ctx = _staff(cookie, of_board=True)
    if isinstance(ctx, Refused):
        return ctx
    if not ctx.signer().has_role(*CLINICAL):
        return NOT_YOURS
    return ctx.clinic.id


def board_of(cookie: str, seen: frozenset[UUID]) -> Refused | list[Place]:
    """The rooms of the board; a patient not ``seen`` on it before is put on record as read."""
    ctx = _staff(cookie, of_board=True)
    if isinstance(ctx, Refused):
        return ctx
    if not ctx.signer().has_role(*CLINICAL):
        return NOT_YOURS
    places = under_way(ctx.clinic.id)
    new = {place.patient for place in places} - seen
    for patient in Patient.objects.filter(clinic=ctx.clinic, id__in=new):
        record_read(ctx, patient, "live:board", "role")
    return places


def _staff(cookie: str, *, of_board: bool = False) -> Context | Refused:
    """The member of staff behind a session cookie, as the middleware of the pages would have it.

    A locked log-in is told nothing but the board, which names nobody in full and is not locked as a page either.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie or None)
    user = get_user(request)
    if not user.is_authenticated:
        return NOBODY
    staff = Staff.objects.select_related("clinic", "user").filter(user_id=user.pk, active=True).first()
    if staff is None:
        return NOT_HERE
    if not staff.clinic.is_demo and not is_mfa_enabled(staff.user):
        return NO_FACTOR
    if not of_board and lock.is_locked(request, staff.clinic.lock_after_min):
        return LOCKED
    request.staff = staff  # type: ignore[attr-defined]
    return staff_of(request, *EVERYONE)
