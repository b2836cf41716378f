from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence import study_page as page
from ataraxy.clinic.evidence.actions import DECIDES, arrival_of
from ataraxy.clinic.evidence.arrival_page import arrival_shown
from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.local import accepted, base_of
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.core.errors import CatalogError
from ataraxy.core.evidence.arrivals import Arrival
from ataraxy.core.evidence.study import Study


def _told(found: Arrival, base: Base) -> Study | None:
    """The study of a file that arrived; None of a retraction, and of a text this release cannot read."""
    try:
        return None if found.is_retraction else accepted(found, base.studies)
    except CatalogError:
        return None


@require_safe
def arrival(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """One thing that arrived: its doubts, its difference, and what it does to every pooled estimate."""
    ctx = staff_of(request, *EVERYONE)
    found = arrival_of(ctx, arrival_id)
    if found is None:
        raise Http404
    base = base_of(ctx)
    study = _told(found, base)
    context = {
        "shown": arrival_shown(ctx, found, base),
        "may_decide": ctx.signer().has_role(*DECIDES),
        "arms": page.arms_of(study) if study else (),
        "outcomes": page.outcomes_of(study) if study else (),
        "harms": page.harms_grid(study) if study else (),
    }
    return render(request, "evidence/arrival.html", context)
