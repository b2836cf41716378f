"""Follow: what staff do after a dose, and the page a patient opens by a signed link without log-in."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.follow.views.answer import answer
from ataraxy.clinic.follow.views.concern import concern
from ataraxy.clinic.follow.views.due import due
from ataraxy.clinic.follow.views.patient import patient
from ataraxy.clinic.follow.views.send import send
from ataraxy.clinic.follow.views.story import story

app_name = "follow"

urlpatterns = [
    path("", due, name="due"),
    path("<uuid:patient_id>/", patient, name="patient"),
    path("<uuid:patient_id>/story/", story, name="story"),
    path("<uuid:patient_id>/concern/<uuid:concern_id>/", concern, name="concern"),
    path("check-in/<uuid:check_in_id>/send/", send, name="send"),
    path("f/<str:token>/", answer, name="answer"),
]
