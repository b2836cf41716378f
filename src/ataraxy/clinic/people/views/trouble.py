"""The pages for what went wrong: each says cause and cure, and none says anything about a patient."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ataraxy.clinic.people.access import GlassClosed


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"cause": "This page was open too long.", "cure": "Reload it."}, status=403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403; for a chart of one's own clinic with the offer to break the glass."""
    patient = exception.patient if isinstance(exception, GlassClosed) else None
    context = {"cause": str(exception) or "This is not open to your role.", "patient": patient}
    return render(request, "403.html", context, status=403)
