from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.listed import rows_of
from ataraxy.clinic.evidence.queries import every_study, found
from ataraxy.clinic.people.access import EVERYONE, staff_of

LONGEST_QUERY = 100


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """Every study of the base, or those a search finds."""
    staff_of(request, *EVERYONE)
    words = request.GET.get("q", "")[:LONGEST_QUERY]
    every = sorted(every_study().values(), key=lambda study: (-(study.year or 0), study.id))
    rows = rows_of(found(words, every))
    return render(request, "evidence/studies.html", {"rows": rows, "q": words, "of": len(every)})
