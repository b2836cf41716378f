"""Evidence: open to all staff; only the rationale is about a patient."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.evidence.views.disorder import disorder
from ataraxy.clinic.evidence.views.inputs import inputs
from ataraxy.clinic.evidence.views.methods import methods
from ataraxy.clinic.evidence.views.overview import overview
from ataraxy.clinic.evidence.views.rationale import rationale
from ataraxy.clinic.evidence.views.review import review
from ataraxy.clinic.evidence.views.studies import studies
from ataraxy.clinic.evidence.views.study import study

app_name = "evidence"

urlpatterns = [
    path("", overview, name="overview"),
    path("methods/", methods, name="methods"),
    path("studies/", studies, name="studies"),
    path("study/<slug:study_id>/", study, name="study"),
    path("review/<slug:review_id>/", review, name="review"),
    path("disorder/<slug:condition>/", disorder, name="disorder"),
    path("disorder/<slug:condition>/inputs/", inputs, name="inputs"),
    path("rationale/<uuid:patient_id>/", rationale, name="rationale"),
]
