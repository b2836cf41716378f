"""Who may see what. Every view starts with one of these functions.

A member of staff sees their own clinic: an object of another clinic does not exist (404). Inside the clinic, a role
without the right gets 403, and for a chart the offer to break the glass. Every read of a chart is put on record.
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from ataraxy.clinic.audit.models import ChartRead
from ataraxy.clinic.context import Context, staff_context
from ataraxy.clinic.people.models import BreakGlass, Patient, Role, Staff

M = TypeVar("M", bound=Model)

CLINICAL = (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST, Role.DIRECTOR)
DESK = (*CLINICAL, Role.COORDINATOR)
BEDSIDE = (Role.PRESCRIBER, Role.NURSE)
EVERYONE = tuple(Role)


class GlassClosed(PermissionDenied):
    """This role does not open this chart; a person of this clinic may break the glass, with a reason."""

    def __init__(self, patient: Patient) -> None:
        super().__init__("This chart is not open to your role.")
        self.patient = patient


def staff_of(request: HttpRequest, *roles: str) -> Context:
    """The acting member of staff, who holds one of ``roles``; 404 for a log-in that is nobody's."""
    staff: Staff | None = getattr(request, "staff", None)
    if staff is None or not staff.active:
        raise Http404
    if not staff.has_role(*roles):
        raise PermissionDenied(f"This page is for: {', '.join(Role(r).label for r in roles)}.")
    return staff_context(staff)


def patient_of(request: HttpRequest, patient_id: UUID, *roles: str) -> tuple[Context, Patient]:
    """A patient of the acting person's clinic, for one of ``roles`` or through a broken glass; the read is recorded."""
    ctx = staff_of(request, *EVERYONE)
    patient = own(ctx, Patient.objects.select_related("clinic", "summary"), id=patient_id)
    right = chart_right(ctx, patient, *roles)
    record_read(ctx, patient, _view_name(request), right)
    return ctx, patient


def chart_right(ctx: Context, patient: Patient, *roles: str) -> str:
    """ "role" or "break-glass"; raises GlassClosed without either."""
    staff = ctx.signer()
    if staff.has_role(*roles):
        return "role"
    if BreakGlass.objects.filter(staff=staff, patient=patient, at__lte=ctx.now, until__gt=ctx.now).exists():
        return "break-glass"
    raise GlassClosed(patient)


def own(ctx: Context, rows: QuerySet[M], **match: object) -> M:
    """The one row of ``rows`` that belongs to this clinic and matches, or 404."""
    found = rows.filter(clinic=ctx.clinic, **match).first()
    if found is None:
        raise Http404
    return found


def record_read(ctx: Context, patient: Patient, view: str, right: str) -> None:
    ChartRead.objects.create(
        clinic=ctx.clinic,
        staff_id=ctx.staff.id if ctx.staff else None,
        patient_id=patient.id,
        at=ctx.now,
        view=view,
        right=right,
    )


def _view_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.view_name if match else "") or "unknown"


def writes_chart(request: HttpRequest, patient_id: UUID, *roles: str) -> tuple[Context, Patient]:
    """As ``patient_of``, for a page that writes: a broken glass opens a chart for reading only."""
    ctx, patient = patient_of(request, patient_id, *roles)
    if not ctx.signer().has_role(*roles):
        raise PermissionDenied("A broken glass opens a chart for reading, not for writing.")
    return ctx, patient
