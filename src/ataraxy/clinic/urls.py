"""The address map: one include a stage, in the order of the care pathway."""

from __future__ import annotations

from django.urls import include, path

from ataraxy.clinic.people.views.home import home

handler403 = "ataraxy.clinic.people.views.trouble.forbidden"

urlpatterns = [
    path("", home, name="home"),
    path("account/", include("allauth.urls")),
    path("day/", include("ataraxy.clinic.day.urls")),
    path("devices/", include("ataraxy.clinic.devices.urls")),
    path("people/", include("ataraxy.clinic.people.urls")),
    path("screen/", include("ataraxy.clinic.screen.urls")),
    path("consent/", include("ataraxy.clinic.consent.urls")),
    path("plan/", include("ataraxy.clinic.plan.urls")),
    path("pharmacy/", include("ataraxy.clinic.pharmacy.urls")),
    path("treat/", include("ataraxy.clinic.treat.urls")),
    path("follow/", include("ataraxy.clinic.follow.urls")),
    path("learn/", include("ataraxy.clinic.learn.urls")),
    path("evidence/", include("ataraxy.clinic.evidence.urls")),
    path("audit/", include("ataraxy.clinic.audit.urls")),
]
