"""Devices: monitors, gateways, and messages of nobody."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.devices.views.gateways import gateways
from ataraxy.clinic.devices.views.monitors import monitors
from ataraxy.clinic.devices.views.revoke_gateway import revoke_gateway
from ataraxy.clinic.devices.views.unplaced import unplaced

app_name = "devices"

urlpatterns = [
    path("monitors/", monitors, name="monitors"),
    path("gateways/", gateways, name="gateways"),
    path("gateways/<uuid:gateway_id>/revoke/", revoke_gateway, name="revoke-gateway"),
    path("unplaced/", unplaced, name="unplaced"),
]
