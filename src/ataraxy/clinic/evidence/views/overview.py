from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.asked import SHOWN
from ataraxy.clinic.evidence.local import arrivals_of, base_of
from ataraxy.clinic.evidence.overview_page import card_of
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.core.evidence.beside import review_label
from ataraxy.core.evidence.choose import label_of


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every disorder with what it rests on."""
    ctx = staff_of(request, *EVERYONE)
    base = base_of(ctx)
    newest = sorted(base.reviews.values(), key=lambda one: (one.year or 0, one.id), reverse=True)
    context = {
        "cards": [card_of(condition, base) for condition in SHOWN],
        "studies": len(base.studies),
        "local": [(label_of(base.studies[key]), key, one) for key, one in base.local.items()],
        "waiting": sum(one.decided is None for one in arrivals_of(ctx)),
        "reviews": [(review_label(one), one) for one in newest],
    }
    return render(request, "evidence/overview.html", context)
