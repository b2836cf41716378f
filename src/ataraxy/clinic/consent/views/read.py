"""The patient reads the consent, without log-in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ataraxy.clinic.consent.page import ConsentForm, draw, invited, text_of
from ataraxy.clinic.people.views.respond import closed_link
from ataraxy.core.errors import InputRefused


@login_not_required
@never_cache
@require_safe
def read(request: HttpRequest, token: str) -> HttpResponse:
    """By a signed link; after signing, the copy."""
    try:
        _, invitation = invited(request, token)
    except InputRefused as trouble:
        return closed_link(request, trouble)
    return draw(request, invitation, ConsentForm(request, text_of(invitation)), token)
