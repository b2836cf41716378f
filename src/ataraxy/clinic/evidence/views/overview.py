from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.asked import SHOWN
from ataraxy.clinic.evidence.overview_page import card_of
from ataraxy.clinic.evidence.queries import every_review, every_study
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.core.evidence.beside import review_label


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every disorder with what it rests on."""
    staff_of(request, *EVERYONE)
    newest = sorted(every_review().values(), key=lambda one: (one.year or 0, one.id), reverse=True)
    context = {
        "cards": [card_of(condition) for condition in SHOWN],
        "studies": len(every_study()),
        "reviews": [(review_label(one), one) for one in newest],
    }
    return render(request, "evidence/overview.html", context)
