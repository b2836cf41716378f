"""Audit: one address, one verb."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.audit.views.chart import chart
from ataraxy.clinic.audit.views.record import record

app_name = "audit"

urlpatterns = [
    path("", record, name="record"),
    path("chart/<uuid:patient_id>/", chart, name="chart"),
]
