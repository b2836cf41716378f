"""Evidence: open to all staff; who decides what stands in a clinic's base signs; the rationale is about a patient."""

from __future__ import annotations

from django.urls import path

from ataraxy.clinic.evidence.views.arrival import arrival
from ataraxy.clinic.evidence.views.arrivals import arrivals
from ataraxy.clinic.evidence.views.bring import bring
from ataraxy.clinic.evidence.views.decide import decide
from ataraxy.clinic.evidence.views.disorder import disorder
from ataraxy.clinic.evidence.views.inputs import inputs
from ataraxy.clinic.evidence.views.methods import methods
from ataraxy.clinic.evidence.views.overview import overview
from ataraxy.clinic.evidence.views.rationale import rationale
from ataraxy.clinic.evidence.views.retraction import retraction
from ataraxy.clinic.evidence.views.review import review
from ataraxy.clinic.evidence.views.studies import studies
from ataraxy.clinic.evidence.views.study import study
from ataraxy.clinic.evidence.views.sure import sure

app_name = "evidence"

urlpatterns = [
    path("", overview, name="overview"),
    path("methods/", methods, name="methods"),
    path("studies/", studies, name="studies"),
    path("study/<slug:study_id>/", study, name="study"),
    path("study/<slug:study_id>/retraction/", retraction, name="retraction"),
    path("review/<slug:review_id>/", review, name="review"),
    path("disorder/<slug:condition>/", disorder, name="disorder"),
    path("disorder/<slug:condition>/inputs/", inputs, name="inputs"),
    path("disorder/<slug:condition>/sure/", sure, name="sure"),
    path("arrivals/", arrivals, name="arrivals"),
    path("arrivals/bring/", bring, name="bring"),
    path("arrivals/<uuid:arrival_id>/", arrival, name="arrival"),
    path("arrivals/<uuid:arrival_id>/decide/", decide, name="decide"),
    path("rationale/<uuid:patient_id>/", rationale, name="rationale"),
]
