"""A one-page form about one monitored session, in the shape clinics know from the esketamine programme.

That programme (a REMS) covers the esketamine spray alone; this paper says so, and is sent to nobody. The fields are
those of its Patient Monitoring Form (11/2021, and the later additions of opioids and respiratory depression).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ataraxy.clinic.paper import pdf
from ataraxy.clinic.papers import source
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.models import Staff
from ataraxy.clinic.pharmacy.models import Posting
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.clinic.treat.words import ROUTES, counted_by, effect_label, mg_words, number
from ataraxy.core.chart.events import Answer
from ataraxy.core.pharmacy.places import PlaceKind
from ataraxy.core.protocol.types import DischargeKind, Measure
from ataraxy.core.session.decide import decide
from ataraxy.core.session.events import EndReason
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.state import SessionState, Value

# Group of the catalog -> the form's own line.
MEDICINES: Mapping[str, str] = {
    "benzodiazepine": "Benzodiazepines",
    "hypnotic": "Non-benzodiazepine sedative-hypnotics",
    "psychostimulant": "Psychostimulants",
    "maoi": "Monoamine oxidase inhibitors",
    "opioid": "Opioids",
}
YES_NO = {Answer.YES: "yes", Answer.NO: "no", Answer.UNKNOWN: "not known"}
PEAK = timedelta(minutes=40)  # when the form asks for a pressure after the dose
NEAR = timedelta(minutes=10)  # a pressure this far from it still answers; proposed by this project
ALERT, SLOW_BREATHING = 5, ("respiratory-depression",)
FELT = Measure.DISSOCIATION

# Nothing of these is measured: they are asked, or waited for.
ASKED_AT_THE_DOOR = (
    DischargeKind.MINIMUM_OBSERVATION,
    DischargeKind.ESCORT,
    DischargeKind.CONFIRM,
    DischargeKind.NO_ACUTE_SUICIDALITY,
)


def monitoring_form(at: Seat) -> bytes:
    """The PDF of one session with a dose."""
    return pdf(source("monitoring_form"), form_values(at))


def form_values(at: Seat) -> dict[str, Any]:
    """Every field as words; what nobody recorded is "not recorded", never "no"."""
    patient = at.session.patient
    return {
        "clinic": at.session.clinic.name,
        "phone": at.session.clinic.phone or "not recorded",
        "foot": f"{patient.record_number}, session {at.session.number}. Printed {_when(at, at.ctx.now)}.",
        "patient": [
            ["Name", patient.full_name],
            ["Date of birth", f"{patient.birth_date:%-d %B %Y}"],
            ["Sex", patient.get_sex_display()],
        ],
        "setting": [["Setting", f"{at.session.clinic.name}, {at.session.room.name}"], *_professional(at)],
        "medicines": _medicines(at),
        "dose": _dose(at),
        "vitals": _vitals(at),
        "events": _events(at.state),
        "narrative": _narrative(at),
    }


def _professional(at: Seat) -> list[list[str]]:
    """The prescriber who was named as on site for this session."""
    cover = at.state.care.cover
    named = Staff.objects.filter(id__in=[cover.prescriber] if cover else []).select_related("user").first()
    if named is None:
        return [["Health-care professional", "not recorded"]]
    contact = f"{at.session.clinic.phone or 'no telephone'}, {named.user.email}"
    return [["Health-care professional", named.name], ["Telephone, e-mail", contact]]


def _medicines(at: Seat) -> list[list[str]]:
    asked = chart_of(at.session.patient_id).medicine_groups
    return [
        [words, YES_NO[asked[group].payload.answer] if group in asked else "not asked"]
        for group, words in MEDICINES.items()
    ]


def _dose(at: Seat) -> list[list[str]]:
    dose, end = at.state.dose, at.state.ending
    if dose is None:
        return [["Dose", "none was given"]]
    planned = dose.planned
    over = f" over {planned.duration_min} min" if planned.duration_min else ""
    whole = _minutes(dose.started_at, end.at) if end else "the session has not ended"
    return [
        ["Treatment date", f"{dose.started_at.astimezone(at.ctx.zone):%-d %B %Y}"],
        ["Medicine and way", f"{at.protocol.drug.name} ({at.protocol.drug.form}), {ROUTES[planned.route]}"],
        [
            "Dose",
            f"{mg_words(at.state, at.decision.mg_given)} mg given of {planned.mg} mg{over} ({counted_by(at.state)})",
        ],
        ["Lot", _lot(at)],
        ["Minutes from the start of the dose to the end of monitoring", whole],
        ["Minutes to readiness, had there been no shortest time", _ready_after(at)],
    ]


def _lot(at: Seat) -> str:
    """Every lot that was drawn into a syringe for this session."""
    drawn = Posting.objects.filter(act__session=at.session.id, target=PlaceKind.SYRINGE)
    lots = sorted(set(drawn.values_list("vial__lot", flat=True)))
    return ", ".join(lots) or "not recorded: no vial was charged"


def _vitals(at: Seat) -> list[list[str]]:
    dose = at.state.dose
    if dose is None:
        return []
    before = at.state.baseline.get(Measure.SYSTOLIC)
    after = [v for v in at.state.series.get(Measure.SYSTOLIC, ()) if v.at > dose.started_at]
    peak = min(after, key=lambda v: abs(v.at - dose.started_at - PEAK), default=None)
    if peak is not None and abs(peak.at - dose.started_at - PEAK) > NEAR:
        peak = None
    signed = [c.id for c in at.protocol.arrival if c.limits and at.state.signature(c.id)]
    home = at.state.ending is not None and at.state.ending.how is EndReason.DISCHARGED
    return [
        ["Acceptable before the dose", "no: signed past by a prescriber" if signed else "yes"],
        ["Blood pressure before the dose", _pressure(at, before)],
        ["Blood pressure at about 40 minutes", _pressure(at, peak)],
        ["Blood pressure before monitoring ended", _pressure(at, after[-1] if after else None)],
        ["Acceptable before monitoring ended", "yes" if home else "no: not discharged by the criteria"],
    ]


def _pressure(at: Seat, high: Value | None) -> str:
    if high is None:
        return "not recorded"
    low = next((v for v in at.state.series.get(Measure.DIASTOLIC, ()) if v.event == high.event), None)
    pair = f"{number(high.value)}/{number(low.value) if low else '--'} mmHg"
    return f"{pair}, {high.at.astimezone(at.ctx.zone):%H:%M}"


def _events(state: SessionState) -> list[list[str]]:
    """Sedation, dissociation, slow breathing, serious event: each yes, no, or not recorded; with its times."""
    dose = state.dose
    since = dose.started_at if dose else None
    alert = [v for v in state.series.get(Measure.SEDATION, ()) if since and v.at > since]
    felt = [v for v in state.series.get(FELT, ()) if since and v.at > since]
    before = state.baseline.get(FELT)
    level = before.value if before else 0
    breathing = [e for e in state.side_effects if e.effect in SLOW_BREATHING]
    serious = [e for e in state.side_effects if e.serious]
    return [
        ["Sedation (MOAA/S below 5)", *_spell(state, [v for v in alert if v.value < ALERT], alert)],
        [
            "Dissociation (CADSS above before the dose)",
            *_spell(state, [v for v in felt if v.value > level], felt),
        ],
        ["Respiratory depression", *_reported(state, breathing)],
        ["Serious adverse event", *_reported(state, serious)],
    ]


def _spell(state: SessionState, past: list[Value], seen: list[Value]) -> list[str]:
    if not seen:
        return ["not recorded", "", ""]
    if not past:
        return ["no", "", ""]
    over = next((v for v in seen if v.at > past[-1].at), None)
    return ["yes", _after(state, past[0].at), _after(state, over.at) if over else "not seen to end"]


def _reported(state: SessionState, found: list[Any]) -> list[str]:
    if not found:
        return ["none reported", "", ""]
    over = found[-1].resolved_at
    return ["yes", _after(state, found[0].at), _after(state, over) if over else "open"]


def _after(state: SessionState, moment: datetime) -> str:
    start = state.dose.started_at if state.dose else moment
    return f"{_minutes(start, moment)} min"


def _narrative(at: Seat) -> list[str]:
    lines = []
    for one in at.state.side_effects:
        note = f": {one.note}" if one.note else ""
        note += f" Done: {one.action}." if one.action else ""
        over = f", over at {_after(at.state, one.resolved_at)}" if one.resolved_at else ", open"
        lines.append(
            f"{effect_label(one.effect)}, {one.grade.value}{note}, at {_after(at.state, one.at)}{over}."
        )
    return lines


def _ready_after(at: Seat) -> str:
    """The first moment after which only the shortest time, the escort or a confirmation was still missing."""
    dose = at.state.dose
    if dose is None:
        return "no dose"
    clinical = {c.id for c in at.protocol.discharge if c.kind not in ASKED_AT_THE_DOOR}
    log = at.state.log
    for count in range(1, len(log) + 1):
        moment = log[count - 1].envelope.recorded_at
        if moment <= dose.started_at:
            continue
        then = fold_session(log[:count])
        found = decide(at.protocol, then, moment)
        if then.dose and then.dose.ended_at and not clinical & {m.line for m in found.to_discharge}:
            return _minutes(dose.started_at, moment)
    return "not reached"


def _minutes(start: datetime, end: datetime) -> str:
    return str(int((end - start).total_seconds() // 60))


def _when(at: Seat, moment: datetime) -> str:
    return f"{moment.astimezone(at.ctx.zone):%-d %b %Y, %H:%M}"
