"""Which doses could be given to a patient, and what published models expect of each: the page of predictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ataraxy.clinic.context import Context
from ataraxy.clinic.figures.types import PlannedDose
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.plan.outlook import CourseShown, course_shown
from ataraxy.clinic.plan.pictures import ENANTIOMERS, ModelLine, Picture, Row, Scene, model_lines, peak, rows
from ataraxy.clinic.plan.prediction import (
    UNTIL_MIN,
    Case,
    Forecast,
    dose_of,
    forecast,
    models_for,
    tells_effects,
)
from ataraxy.clinic.plan.queries import active_protocols, protocol_of
from ataraxy.clinic.treat.read import state_if_readable
from ataraxy.core.chart.chart import Chart
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.dosing import DosePlan, plan_dose
from ataraxy.core.protocol.eligibility import age_years
from ataraxy.core.protocol.types import Disorder, Measure, Protocol, Use


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing before anything can be predicted; ``step`` names the page that cures it."""

    cause: str
    cure: str
    step: str


@dataclass(frozen=True, slots=True)
class Resting:
    """The pressure before the last dose, and when it was measured."""

    systolic: float
    diastolic: float
    at: datetime


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the person, and goes into every prediction."""

    weight_kg: Decimal
    weighed_at: datetime
    age_years: int
    resting: Resting | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dose of a protocol for this person; ``refused`` says why there is none."""

    key: str
    protocol: Protocol
    mg_per_kg: Decimal
    plan: DosePlan | None
    refused: str
    is_next: bool

    @property
    def words(self) -> str:
        if self.plan is None:
            return f"{self.mg_per_kg} mg/kg"
        given = f" over {self.plan.duration_min} min" if self.plan.duration_min else ", one injection"
        return f"{self.plan.mg} mg{given}"


@dataclass(frozen=True, slots=True)
class Compared:
    """One candidate by one model, in numbers: the largest middle value with its band.

    ``kind``: which ketamine the model tells, so that half of a racemic dose is never read as the whole.
    """

    candidate: Candidate
    model: str
    standing: str
    site: str
    kind: str
    ketamine: str
    systolic: str
    dissociation: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of the chosen dose."""

    chosen: Candidate
    rows: list[Row]
    models: list[ModelLine]


@dataclass(frozen=True, slots=True)
class Outlook:
    """``missing`` is not empty where nothing can be predicted yet."""

    missing: tuple[Gap, ...]
    about: About | None
    disorder: Disorder | None
    candidates: tuple[Candidate, ...]


def outlook(ctx: Context, patient: Patient, chart: Chart) -> Outlook:
    """The doses that could be given to this patient, or what is missing before any can be looked at."""
    running = course_shown(ctx, patient, chart)
    disorder = _disorder(running, chart)
    about = about_of(ctx, patient, chart)
    missing = tuple(_missing(disorder, about))
    if disorder is None or about is None:
        return Outlook(missing, about, disorder, ())
    found = tuple(_candidates(ctx, running, disorder, about))
    if not found:
        missing = (Gap("No active protocol treats this disorder.", "A director activates one.", "protocols"),)
    return Outlook(missing, about, disorder, found)


def about_of(ctx: Context, patient: Patient, chart: Chart) -> About | None:
    """Weight, age and resting pressure; None without a weight."""
    if not chart.bodies:
        return None
    body = chart.bodies[-1]
    age = age_years(patient.birth_date, ctx.today.date())
    return About(body.payload.weight_kg, body.envelope.at, age, _resting(patient))


def _disorder(running: CourseShown | None, chart: Chart) -> Disorder | None:
    if running is not None:
        return Disorder(running.course.disorder)
    return chart.decisions[-1].payload.disorder if chart.decisions else None


def _missing(disorder: Disorder | None, about: About | None) -> Iterator[Gap]:
    if about is None:
        yield Gap("No weight is recorded.", "Weigh the patient and record it.", "body")
    if disorder is None:
        yield Gap("No prescriber has decided on a disorder to treat.", "Decide first.", "screening")


def _resting(patient: Patient) -> Resting | None:
    """Pressure before the dose of the latest session that had one; both of the same session."""
    latest = Session.objects.filter(patient=patient).exclude(phase="booked").order_by("-during").first()
    state = state_if_readable(latest.id) if latest is not None else None
    baseline = state.baseline if state is not None else {}
    high, low = baseline.get(Measure.SYSTOLIC), baseline.get(Measure.DIASTOLIC)
    return Resting(float(high.value), float(low.value), high.at) if high and low else None


def _candidates(
    ctx: Context, running: CourseShown | None, disorder: Disorder, about: About
) -> Iterator[Candidate]:
    """Each dose of each protocol once; the running course's own version first."""
    own = [running.protocol] if running else []
    others = [protocol_of(row) for row in active_protocols(ctx)]
    planned = running.next.mg_per_kg if running and running.next else None
    for protocol in [*own, *(p for p in others if not own or p.id != own[0].id)]:
        indication = protocol.indication(disorder)
        if indication is None or (indication.use is Use.DEMO and not ctx.clinic.is_demo):
            continue
        for mg_per_kg in sorted(set(indication.course.doses_mg_per_kg)):
            mine = protocol in own and mg_per_kg == planned
            yield candidate(protocol, mg_per_kg, about.weight_kg, is_next=mine)


def candidate(protocol: Protocol, mg_per_kg: Decimal, weight_kg: Decimal, *, is_next: bool) -> Candidate:
    """One dose worked out for a weight; a dose the protocol refuses says why."""
    key = f"{protocol.id}-{mg_per_kg.normalize():f}"
    try:
        plan, refused = plan_dose(protocol, mg_per_kg, weight_kg), ""
    except InputRefused as no:
        plan, refused = None, f"{no.cause} {no.cure}"
    return Candidate(key, protocol, mg_per_kg, plan, refused, is_next)


def chosen(candidates: tuple[Candidate, ...], key: str) -> Candidate:
    """The one asked for; else the next dose of the course; else the first."""
    asked = next((c for c in candidates if c.key == key), None)
    return asked or next((c for c in candidates if c.is_next), candidates[0])


def forecasts(one: Candidate, about: About) -> list[Forecast]:
    """This dose by every model that covers it; none where the dose is refused or no model covers it."""
    dose = dose_of(one.plan, one.protocol.drug) if one.plan is not None else None
    if dose is None:
        return []
    resting = (about.resting.systolic, about.resting.diastolic) if about.resting else None
    weight, age = float(about.weight_kg), float(about.age_years)
    return [forecast(Case(model, (dose,), weight, age, resting)) for model in models_for(dose.route)]


def expected(one: Candidate, about: About) -> Expected:
    """Pictures of one dose, models side by side."""
    found = forecasts(one, about)
    return Expected(one, rows(scene_of(one), found), model_lines(found))


def glance(one: Candidate, about: About) -> tuple[Picture, ...]:
    """The concentrations alone, by the models that tell the whole dose and how people differ: for the Plan page."""
    found = [f for f in forecasts(one, about) if tells_effects(f.model)]
    return rows(scene_of(one), found)[0].pictures if found else ()


def scene_of(one: Candidate) -> Scene:
    lasts = float(one.plan.duration_min or 0) if one.plan else 0.0
    return Scene("plan", (PlannedDose(0.0, lasts, one.words),), one.protocol, 0.0, UNTIL_MIN)


def compared(candidates: tuple[Candidate, ...], about: About) -> list[Compared]:
    """Every dose by every model, in numbers."""
    return [
        Compared(
            one,
            found.model.name,
            found.model.standing.value,
            found.model.sampling_site.value,
            ENANTIOMERS[found.model.enantiomer],
            peak(found, "ketamine"),
            peak(found, "systolic"),
            peak(found, "dissociation"),
        )
        for one in candidates
        for found in forecasts(one, about)
    ]
