"""Day: how the clinic opens and closes, one URL a verb."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.day.views.closing import closing
from ataraxy.clinic.day.views.downtime_pack import downtime_pack
from ataraxy.clinic.day.views.equipment import equipment
from ataraxy.clinic.day.views.opening import opening
from ataraxy.clinic.day.views.sign_record import sign_record

app_name = "day"

urlpatterns = [
    path("", opening, name="opening"),
    path("equipment/", equipment, name="equipment"),
    path("closing/", closing, name="closing"),
    path("downtime-pack/", downtime_pack, name="downtime-pack"),
    path("record/<uuid:session_id>/sign/", sign_record, name="sign-record"),
]
