from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.evidence.queries import flags_of
from ataraxy.clinic.evidence.review_page import pools_of
from ataraxy.clinic.evidence.words import CONDITIONS, day_words
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.clinic.people.cited import cited
from ataraxy.core.evidence.beside import review_label
from ataraxy.core.protocol.types import Status


@require_safe
def review(request: HttpRequest, review_id: str) -> HttpResponse:
    """One published review: its pools as printed, and what disagrees in them."""
    base = base_of(staff_of(request, *EVERYONE))
    one = base.reviews.get(review_id)
    if one is None:
        raise Http404
    context = {
        "review": one,
        "label": review_label(one),
        "disorders": ", ".join(CONDITIONS[c] for c in one.conditions),
        "retracted": day_words(one.retracted_on) if one.retracted_on else "",
        "pools": pools_of(one),
        "flags": flags_of(one.id, base),
        "source": cited(one.source, Status.TRIAL),
    }
    return render(request, "evidence/review.html", context)
