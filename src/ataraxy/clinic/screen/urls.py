"""Screening: one address, one verb."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.screen.views.attest import attest
from ataraxy.clinic.screen.views.body import body
from ataraxy.clinic.screen.views.condition import condition
from ataraxy.clinic.screen.views.decide import decide
from ataraxy.clinic.screen.views.diagnosis import diagnosis
from ataraxy.clinic.screen.views.medicine import medicine
from ataraxy.clinic.screen.views.override import override
from ataraxy.clinic.screen.views.pregnancy import pregnancy
from ataraxy.clinic.screen.views.retract import retract
from ataraxy.clinic.screen.views.scale import scale
from ataraxy.clinic.screen.views.screening import screening
from ataraxy.clinic.screen.views.treatment import treatment

app_name = "screen"

ON = "<uuid:patient_id>/<int:protocol>/<slug:disorder>"

urlpatterns = [
    path("<uuid:patient_id>/", screening, name="screening"),
    path("<uuid:patient_id>/diagnosis/", diagnosis, name="diagnosis"),
    path("<uuid:patient_id>/scale/<slug:scale_id>/", scale, name="scale"),
    path("<uuid:patient_id>/treatment/", treatment, name="treatment"),
    path("<uuid:patient_id>/treatment/<uuid:entry>/attest/", attest, name="attest"),
    path("<uuid:patient_id>/condition/", condition, name="condition"),
    path("<uuid:patient_id>/medicine/", medicine, name="medicine"),
    path("<uuid:patient_id>/pregnancy/", pregnancy, name="pregnancy"),
    path("<uuid:patient_id>/body/", body, name="body"),
    path("<uuid:patient_id>/entry/<uuid:entry>/retract/", retract, name="retract"),
    path(f"{ON}/override/<slug:criterion>/", override, name="override"),
    path(f"{ON}/decide/", decide, name="decide"),
]
