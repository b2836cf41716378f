"""Forms to work on while the system is down, printed before it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.papers.downtime_pack import downtime_pack as pack_of
from ataraxy.clinic.people.access import CLINICAL, record_read, staff_of
from ataraxy.clinic.people.queries.today import sessions_today
from ataraxy.clinic.treat.views.papers import as_pdf


@require_safe
def downtime_pack(request: HttpRequest) -> HttpResponse:
    """It names today's patients: each of them is put on record as read."""
    ctx = staff_of(request, *CLINICAL)
    for session in sessions_today(ctx).filter(ended=""):
        record_read(ctx, session.patient, "day:downtime-pack", "role")
    return as_pdf(pack_of(ctx), f"downtime-pack-{ctx.today:%Y-%m-%d}")
