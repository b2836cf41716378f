"""The patient signs, without log-in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from ataraxy.clinic.consent.actions import sign_consent
from ataraxy.clinic.consent.page import ConsentForm, draw, invited, text_of
from ataraxy.clinic.people.views.respond import ask, closed_link
from ataraxy.core.errors import InputRefused


@login_not_required
@never_cache
def sign(request: HttpRequest, token: str) -> HttpResponse:
    """Every point ticked, treatment agreed to, the own name typed."""
    try:
        ctx, invitation = invited(request, token)
    except InputRefused as trouble:
        return closed_link(request, trouble)
    form = ConsentForm(request, text_of(invitation))

    def act() -> HttpResponse:
        name = form.cleaned_data["signed_name"]
        sign_consent(ctx, invitation, form.grants(), form.read_points(), name, key=form.act_key)
        return redirect("consent:read", token)

    return ask(request, form, lambda status: draw(request, invitation, form, token, status), act)
