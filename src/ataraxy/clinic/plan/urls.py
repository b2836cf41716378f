"""Protocols and plans: one address, one verb."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.plan.views.activate import activate
from ataraxy.clinic.plan.views.book import book
from ataraxy.clinic.plan.views.how import how
from ataraxy.clinic.plan.views.move import move
from ataraxy.clinic.plan.views.plan import plan
from ataraxy.clinic.plan.views.prediction import prediction
from ataraxy.clinic.plan.views.protocol import protocol
from ataraxy.clinic.plan.views.protocols import protocols
from ataraxy.clinic.plan.views.review import review
from ataraxy.clinic.plan.views.sign_line import sign_line
from ataraxy.clinic.plan.views.start_course import start_course
from ataraxy.clinic.plan.views.stop_course import stop_course

app_name = "plan"

VERSION = "protocol/<str:protocol_id>/<str:version>"

urlpatterns = [
    path("protocols/", protocols, name="protocols"),
    path(f"{VERSION}/", protocol, name="protocol"),
    path(f"{VERSION}/activate/", activate, name="activate"),
    path(f"{VERSION}/sign/", sign_line, name="sign-line"),
    path("how-ketamine-works/", how, name="how"),
    path("<uuid:patient_id>/", plan, name="plan"),
    path("<uuid:patient_id>/prediction/", prediction, name="prediction"),
    path("<uuid:patient_id>/start/<int:protocol>/<slug:disorder>/", start_course, name="start-course"),
    path("course/<uuid:course_id>/book/", book, name="book"),
    path("course/<uuid:course_id>/stop/", stop_course, name="stop-course"),
    path("course/<uuid:course_id>/review/", review, name="review"),
    path("session/<uuid:session_id>/move/", move, name="move"),
]
