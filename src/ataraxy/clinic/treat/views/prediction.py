from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.treat.queries.prediction import session_prediction
from ataraxy.clinic.treat.views.reach import page, session_of


@require_safe
def prediction(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """What models expect of this session; opened by a person who asks for it, worked out when asked."""
    at = session_of(request, session_id, *CLINICAL)
    return page(request, "treat/prediction.html", at, found=session_prediction(at))
