from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.asked import Asked, condition_of, filters, parse_asked, words_of
from ataraxy.clinic.evidence.disorder_page import page_of
from ataraxy.clinic.evidence.listed import rows_of
from ataraxy.clinic.evidence.queries import listed_for, reviews_of, studies_of
from ataraxy.clinic.evidence.words import CONDITIONS
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.beside import review_label


@require_safe
def disorder(request: HttpRequest, condition: str) -> HttpResponse:
    """What has been shown for one disorder, narrowed by plain links."""
    staff_of(request, *EVERYONE)
    asked = asked_of(request, condition)
    context = {
        "asked": asked,
        "name": CONDITIONS[asked.condition],
        "narrowed_to": words_of(asked),
        "filters": filters(asked, studies_of(asked.condition)),
        "page": page_of(asked),
        "studies": rows_of(listed_for(asked.condition)),
        "reviews": [(review_label(one), one) for one in reviews_of(asked.condition)],
    }
    return render(request, "evidence/disorder.html", context)


def asked_of(request: HttpRequest, slug: str) -> Asked:
    """The question of an address; 404 for a disorder or a filter there is none of."""
    condition = condition_of(slug)
    if condition is None:
        raise Http404
    try:
        asked = parse_asked(condition, request.GET.dict())
    except InputRefused as refused:
        raise Http404(str(refused)) from None
    groups = filters(asked, studies_of(condition))
    if not all(any(choice.is_current for choice in group.choices) for group in groups):
        raise Http404("No study of this disorder has such a dose, route or comparator.")
    return asked
