from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.context import Context
from ataraxy.clinic.evidence.asked import Asked, condition_of, filters, parse_asked, words_of
from ataraxy.clinic.evidence.base import Base
from ataraxy.clinic.evidence.disorder_page import page_of
from ataraxy.clinic.evidence.listed import rows_of
from ataraxy.clinic.evidence.local import arrivals_of, base_of
from ataraxy.clinic.evidence.queries import listed_for, reviews_of, studies_of, trials_of
from ataraxy.clinic.evidence.words import CONDITIONS
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.beside import review_label
from ataraxy.core.evidence.choose import label_of


@require_safe
def disorder(request: HttpRequest, condition: str) -> HttpResponse:
    """What has been shown for one disorder, narrowed by plain links."""
    ctx = staff_of(request, *EVERYONE)
    asked = asked_of(request, condition, base_of(ctx))
    context = {
        "asked": asked,
        "name": CONDITIONS[asked.condition],
        "narrowed_to": words_of(asked),
        "filters": filters(asked, studies_of(asked.condition, asked.base)),
        "page": page_of(asked),
        "trials": rows_of(trials_of(asked.condition, asked.base), asked.base, asked.condition),
        **standing_here(ctx, asked),
        "studies": rows_of(listed_for(asked.condition, asked.base), asked.base),
        "reviews": [(review_label(one), one) for one in reviews_of(asked.condition, asked.base)],
    }
    return render(request, "evidence/disorder.html", context)


def standing_here(ctx: Context, asked: Asked) -> dict[str, object]:
    """What this clinic accepted of a disorder, and how much waits for a decision."""
    base = asked.base
    here = [s for s in listed_for(asked.condition, base) if s.id in base.local]
    waiting = sum(one.decided is None for one in arrivals_of(ctx))
    return {"local": [(label_of(s), s.id, base.local[s.id]) for s in here], "waiting": waiting}


def asked_of(request: HttpRequest, slug: str, base: Base) -> Asked:
    """The question of an address, asked of a clinic's base; 404 for a disorder or a filter there is none of."""
    condition = condition_of(slug)
    if condition is None:
        raise Http404
    try:
        asked = parse_asked(condition, request.GET.dict(), base)
    except InputRefused as refused:
        raise Http404(str(refused)) from None
    groups = filters(asked, studies_of(condition, base))
    if not all(any(choice.is_current for choice in group.choices) for group in groups):
        raise Http404("No study of this disorder has such a dose, route or comparator.")
    return asked
