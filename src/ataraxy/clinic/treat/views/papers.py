"""The papers of one session, as PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.day.queries.closing import signatures_of
from ataraxy.clinic.papers.monitoring_form import monitoring_form as form_of
from ataraxy.clinic.papers.session_record import session_record as record_of
from ataraxy.clinic.papers.session_record import signed_words
from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.treat.queries.log import people_names
from ataraxy.clinic.treat.views.reach import session_of


def as_pdf(made: bytes, name: str) -> HttpResponse:
    """A paper to look at; its file name carries no patient."""
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )


@require_safe
def session_record(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Every entry of the session on paper, with the flow sheet."""
    at = session_of(request, session_id, *CLINICAL)
    signatures = signatures_of(at.ctx, at.session)
    people = people_names({one.envelope.actor for one in signatures if one.envelope.actor})
    made = record_of(at, signed_words(at, signatures, people))
    return as_pdf(made, f"session-record-{at.session.number}")


@require_safe
def monitoring_form(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One page on how the session was watched."""
    at = session_of(request, session_id, *CLINICAL)
    return as_pdf(form_of(at), f"monitoring-form-{at.session.number}")
