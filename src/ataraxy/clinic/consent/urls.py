"""Consent: what staff do, and the two pages a patient opens by a signed link without log-in."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.consent.views.consent import consent
from ataraxy.clinic.consent.views.invite import invite
from ataraxy.clinic.consent.views.read import read
from ataraxy.clinic.consent.views.sign import sign
from ataraxy.clinic.consent.views.withdraw import withdraw

app_name = "consent"

urlpatterns = [
    path("<uuid:patient_id>/", consent, name="consent"),
    path("<uuid:patient_id>/invite/<int:protocol>/<slug:disorder>/", invite, name="invite"),
    path("<uuid:patient_id>/withdraw/", withdraw, name="withdraw"),
    path("c/<str:token>/", read, name="read"),
    path("c/<str:token>/sign/", sign, name="sign"),
]
