"""The pages for what went wrong: each says cause and cure, and none says anything about a patient."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ataraxy.clinic.people.access import DESK, GlassClosed
from ataraxy.clinic.people.models import Staff


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    words = {"cause": "This page was open too long.", "cure": "Reload it, and send it again."}
    return render(request, "403.html", words, status=403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403; for a chart of one's own clinic with the offer to break the glass."""
    staff: Staff | None = getattr(request, "staff", None)
    if isinstance(exception, GlassClosed) and staff is not None and staff.has_role(*DESK):
        return render(request, "people/glass_closed.html", {"patient": exception.patient}, status=403)
    context = {"cause": str(exception) or "This is not open to your role."}
    return render(request, "403.html", context, status=403)
