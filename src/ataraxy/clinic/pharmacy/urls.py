"""Pharmacy: one address, one verb."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.pharmacy.views.count import count
from ataraxy.clinic.pharmacy.views.discrepancies import charge, close, discrepancies, explain
from ataraxy.clinic.pharmacy.views.draw import draw, waste_syringe, waste_vial
from ataraxy.clinic.pharmacy.views.moves import destroy, receive, reverse_act, transfer
from ataraxy.clinic.pharmacy.views.papers import (
    discrepancy_report,
    inventory,
    inventory_csv,
    log,
    log_csv,
    loss_report,
    papers,
)
from ataraxy.clinic.pharmacy.views.reconcile import reconciliation
from ataraxy.clinic.pharmacy.views.setup import location, product, registration
from ataraxy.clinic.pharmacy.views.stock import stock, vial

app_name = "pharmacy"

urlpatterns = [
    path("", stock, name="stock"),
    path("location/", location, name="location"),
    path("location/<uuid:location_id>/registration/", registration, name="registration"),
    path("location/<uuid:location_id>/count/", count, name="count"),
    path("product/", product, name="product"),
    path("receive/", receive, name="receive"),
    path("session/<uuid:session_id>/draw/", draw, name="draw"),
    path("syringe/<uuid:syringe_id>/waste/", waste_syringe, name="waste-syringe"),
    path("vial/<uuid:vial_id>/", vial, name="vial"),
    path("vial/<uuid:vial_id>/waste/", waste_vial, name="waste-vial"),
    path("vial/<uuid:vial_id>/destroy/", destroy, name="destroy"),
    path("vial/<uuid:vial_id>/transfer/", transfer, name="transfer"),
    path("act/<uuid:act_id>/reverse/", reverse_act, name="reverse"),
    path("discrepancies/", discrepancies, name="discrepancies"),
    path("discrepancy/<uuid:discrepancy_id>/explain/", explain, name="explain"),
    path("discrepancy/<uuid:discrepancy_id>/charge/", charge, name="charge"),
    path("discrepancy/<uuid:discrepancy_id>/close/", close, name="close"),
    path("discrepancy/<uuid:discrepancy_id>/loss-report/", loss_report, name="loss-report"),
    path("reconciliation/", reconciliation, name="reconciliation"),
    path("papers/", papers, name="papers"),
    path("papers/log/", log, name="log"),
    path("papers/log.csv", log_csv, name="log-csv"),
    path("papers/discrepancies/", discrepancy_report, name="discrepancy-report"),
    path("papers/count/<uuid:count_id>/", inventory, name="inventory"),
    path("papers/count/<uuid:count_id>/inventory.csv", inventory_csv, name="inventory-csv"),
]
