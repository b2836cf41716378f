"""Treat: one URL a verb."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path

from ataraxy.clinic.treat.views.arrive import arrive
from ataraxy.clinic.treat.views.bind import bind
from ataraxy.clinic.treat.views.board import board
from ataraxy.clinic.treat.views.call_off import call_off_session
from ataraxy.clinic.treat.views.check import check
from ataraxy.clinic.treat.views.correct import correct
from ataraxy.clinic.treat.views.decide_dose import decide_dose
from ataraxy.clinic.treat.views.doubt import artefact, move, paper
from ataraxy.clinic.treat.views.emergency import emergency, emergency_log, emergency_review
from ataraxy.clinic.treat.views.end import end
from ataraxy.clinic.treat.views.escort import escort
from ataraxy.clinic.treat.views.finish import finish
from ataraxy.clinic.treat.views.flow_sheet import flow_sheet
from ataraxy.clinic.treat.views.give import bolus, give
from ataraxy.clinic.treat.views.hand_over import accept, hand_over
from ataraxy.clinic.treat.views.note import note
from ataraxy.clinic.treat.views.order import countersign, order
from ataraxy.clinic.treat.views.override import override
from ataraxy.clinic.treat.views.papers import monitoring_form, session_record
from ataraxy.clinic.treat.views.pause import pause
from ataraxy.clinic.treat.views.people import people
from ataraxy.clinic.treat.views.prediction import prediction
from ataraxy.clinic.treat.views.pump import pump
from ataraxy.clinic.treat.views.quarantine import quarantine
from ataraxy.clinic.treat.views.rate import rate
from ataraxy.clinic.treat.views.resolve import resolve
from ataraxy.clinic.treat.views.resume import resume
from ataraxy.clinic.treat.views.screen import screen
from ataraxy.clinic.treat.views.session import session
from ataraxy.clinic.treat.views.settle import settle
from ataraxy.clinic.treat.views.side_effect import side_effect
from ataraxy.clinic.treat.views.spray import spray
from ataraxy.clinic.treat.views.start import start
from ataraxy.clinic.treat.views.stop import stop
from ataraxy.clinic.treat.views.syringe import check_syringe, syringe
from ataraxy.clinic.treat.views.unbind import unbind
from ataraxy.clinic.treat.views.vital import vital

app_name = "treat"


def _in_session(verb: str, view: Callable[..., HttpResponse]) -> URLPattern:
    return path(f"session/<uuid:session_id>/{verb}/", view, name=verb)


urlpatterns = [
    path("", board, name="board"),
    path("session/<uuid:session_id>/", session, name="session"),
    _in_session("arrive", arrive),
    _in_session("check", check),
    _in_session("screen", screen),
    _in_session("escort", escort),
    _in_session("vital", vital),
    _in_session("bind", bind),
    _in_session("unbind", unbind),
    _in_session("decide-dose", decide_dose),
    _in_session("start", start),
    _in_session("spray", spray),
    _in_session("pause", pause),
    _in_session("resume", resume),
    _in_session("stop", stop),
    _in_session("finish", finish),
    _in_session("side-effect", side_effect),
    _in_session("resolve", resolve),
    _in_session("note", note),
    _in_session("override", override),
    _in_session("correct", correct),
    _in_session("end", end),
    _in_session("call-off", call_off_session),
    _in_session("flow-sheet", flow_sheet),
    _in_session("session-record", session_record),
    _in_session("monitoring-form", monitoring_form),
    _in_session("prediction", prediction),
    _in_session("people", people),
    _in_session("syringe", syringe),
    _in_session("check-syringe", check_syringe),
    _in_session("rate", rate),
    _in_session("pump", pump),
    _in_session("order", order),
    _in_session("countersign", countersign),
    _in_session("give", give),
    _in_session("bolus", bolus),
    _in_session("emergency", emergency),
    _in_session("emergency-log", emergency_log),
    _in_session("emergency-review", emergency_review),
    _in_session("artefact", artefact),
    _in_session("move", move),
    _in_session("paper", paper),
    _in_session("hand-over", hand_over),
    _in_session("accept", accept),
    path("quarantine/", quarantine, name="quarantine"),
    path("quarantine/<int:message_id>/settle/", settle, name="settle"),
]
