from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.evidence.words import SEEN
from ataraxy.clinic.people.access import EVERYONE, staff_of
from ataraxy.core.evidence.hours import WINDOWS


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """What is pooled, how, and why."""
    staff_of(request, *EVERYONE)
    return render(request, "evidence/methods.html", {"seen": list(SEEN.items()), "windows": WINDOWS})
