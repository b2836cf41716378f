from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.asked import words_of
from ataraxy.clinic.evidence.local import base_of
from ataraxy.clinic.evidence.sure_page import sure_page_of
from ataraxy.clinic.evidence.views.disorder import asked_of
from ataraxy.clinic.evidence.words import CONDITIONS
from ataraxy.clinic.people.access import EVERYONE, staff_of


@require_safe
def sure(request: HttpRequest, condition: str) -> HttpResponse:
    """How sure each pool of a disorder is, and what changes it; narrowed like the disorder's own page."""
    ctx = staff_of(request, *EVERYONE)
    asked = asked_of(request, condition, base_of(ctx))
    context = {
        "asked": asked,
        "name": CONDITIONS[asked.condition],
        "narrowed_to": words_of(asked),
        "page": sure_page_of(asked),
    }
    return render(request, "evidence/sure.html", context)
