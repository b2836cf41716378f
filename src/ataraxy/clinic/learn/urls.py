"""Learn: what became of everybody."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.learn.views.outcomes import outcomes

app_name = "learn"

urlpatterns = [path("", outcomes, name="outcomes")]
