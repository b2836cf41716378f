from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.listed import rows_of
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.evidence.queries import found
from ataraxy.clinic.people.access import EVERYONE, staff_of

LONGEST_QUERY = 100


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """Every study of the base, or those a search finds."""
    base = base_of(staff_of(request, *EVERYONE))
    words = request.GET.get("q", "")[:LONGEST_QUERY]
    every = sorted(base.studies.values(), key=lambda study: (-(study.year or 0), study.id))
    rows = rows_of(found(words, every), base)
    return render(request, "evidence/studies.html", {"rows": rows, "q": words, "of": len(every)})
