"""What models expect of one session: the dose as it really ran, weighed by what was measured so far.

An estimate beside the record, asked for by a person. Nothing that holds, prompts or computes a rate reads it, and the
live process never does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import for_adults, load_model
from ataraxy.clinic.figures.types import PlannedDose
from ataraxy.clinic.plan.pictures import ModelLine, Row, Scene, model_lines, rows
from ataraxy.clinic.plan.prediction import FORMS, ROUTES, Forecast, bands_from, models_for
from ataraxy.clinic.treat.queries.room import Seat
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import EffectModel
from ataraxy.core.pharmacology.ensemble import Ensemble, bands, gather, observe
from ataraxy.core.pharmacology.observation import Observation, ResidualError
from ataraxy.core.pharmacology.people import FloatArray, one_person
from ataraxy.core.pharmacology.predictor import Predictor, at_observations, predictor
from ataraxy.core.pharmacology.regimen import Dose, RateChange, Regimen, infusion_as_run
from ataraxy.core.protocol.eligibility import age_years
from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.dose import DoseGiven, DoseStatus
from ataraxy.core.session.state import SessionState, Value

MEMBERS = 1000
SEED = 1  # the same for everybody, from nothing about anybody
LEVELS = (0.05, 0.5, 0.95)
AHEAD = timedelta(hours=2)
BEFORE = timedelta(minutes=30)  # readings this long before the dose tell where the person starts from
STEP_MIN = 4.0
SHOWN = 2  # models: the first two of a route tell the whole dose, arterial and venous
MEASURES = (Measure.SYSTOLIC, Measure.DIASTOLIC, Measure.DISSOCIATION, Measure.SEDATION)
OUTLIERS = 4.0  # degrees of freedom of a pressure's error: a cuff sometimes reads astray
LAST_READINGS = 120


@dataclass(frozen=True, slots=True)
class Given:
    """Everything an estimate depends on; plain values, so that the same question is worked out once."""

    model: str
    doses: Regimen
    readings: tuple[tuple[str, str, float, float], ...]  # id, measure, minute, value
    weight_kg: float
    age_years: float
    ends: float


@dataclass(frozen=True, slots=True)
class Estimated:
    """``unweighted``: why the measured values could not be used; empty where they were."""

    forecast: Forecast
    readings: int
    unweighted: str


@dataclass(frozen=True, slots=True)
class SessionPrediction:
    """What the page shows; ``missing`` says why there is nothing."""

    missing: str
    rows: list[Row]
    models: list[ModelLine]
    readings: int
    unweighted: tuple[str, ...]
    assumed: str


def session_prediction(at: Seat) -> SessionPrediction:
    """Bands of this session for two hours ahead, or why there are none."""
    dose, state = at.state.dose, at.state
    if dose is None:
        return _nothing("No dose has started. The plan page shows what is expected of it.")
    if at.protocol.drug.form not in FORMS or dose.planned.route not in ROUTES:
        return _nothing("No model in the catalog covers this drug given this way.")
    now, ends = _now(at), _until(at)
    asked = given_of(at)
    doses, given = asked[0].doses, asked[0].readings
    found = [estimated(one) for one in asked]
    forecasts = [one.forecast for one in found]
    scene = _scene(at, dose, doses, given, now, ends)
    return SessionPrediction(
        missing="",
        rows=rows(scene, forecasts),
        models=model_lines(forecasts),
        readings=found[0].readings,
        unweighted=tuple(f"{f.forecast.model.name}: {f.unweighted}" for f in found if f.unweighted),
        assumed=_assumed(dose, state),
    )


def given_of(at: Seat) -> tuple[Given, ...]:
    """What is asked of each shown model about this session; empty where no dose or no model is there."""
    dose, state = at.state.dose, at.state
    if dose is None or at.protocol.drug.form not in FORMS or dose.planned.route not in ROUTES:
        return ()
    if dose.planned.weight_kg is None:
        return ()
    doses = as_run(dose, _now(at), dose_may_go_on=state.ending is None)
    readings = tuple(_readings(state, dose))
    weight = float(dose.planned.weight_kg)
    age = float(age_years(at.session.patient.birth_date, at.ctx.today.date()))
    models = models_for(ROUTES[dose.planned.route])[:SHOWN]
    return tuple(Given(m, doses, readings, weight, age, round(_until(at))) for m in models)


def _now(at: Seat) -> datetime:
    return at.state.ending.at if at.state.ending else at.ctx.now


def _until(at: Seat) -> float:
    """The last minute worked out: the end of the session, or two hours ahead."""
    assert at.state.dose is not None
    return _minutes(at.state.dose, _now(at) + (timedelta() if at.state.ending else AHEAD))


def _nothing(why: str) -> SessionPrediction:
    return SessionPrediction(why, [], [], 0, (), "")


def _assumed(dose: DoseGiven, state: SessionState) -> str:
    if state.ending is not None:
        return "The session has ended."
    if dose.status is DoseStatus.PAUSED:
        return "Ahead, the pump is taken to stay paused."
    if dose.status is DoseStatus.RUNNING:
        return "Ahead, the pump is taken to run on at its rate until the planned dose is in."
    return "The dose is over."


def as_run(dose: DoseGiven, now: datetime, *, dose_may_go_on: bool = True) -> Regimen:
    """The dose as its events tell it, and, while the pump runs, the rest as planned.

    The mg given by ``now`` are those of the record: never above the planned mg, the whole of it once finished.
    """
    planned = dose.planned
    if dose.is_injection:
        return (Dose(ROUTES[planned.route], 0.0, mg=float(planned.mg)),)
    rate, total = float(dose.rate_mg_per_min), float(planned.mg)
    spans = [(_minutes(dose, a), _minutes(dose, b)) for a, b in dose.running(now)]
    ran = sum(b - a for a, b in spans)
    if dose.status is DoseStatus.FINISHED and ran > 0:
        rate = total / ran
    elif dose.status is DoseStatus.RUNNING and dose_may_go_on and rate > 0:
        spans = (
            [*spans[:-1], (spans[-1][0], spans[-1][1] + max(total / rate - ran, 0.0))]
            if spans
            else [(0.0, total / rate)]
        )
    changes: list[RateChange] = []
    left = total / rate if rate > 0 else 0.0
    for begins, ends in spans:
        lasts = min(ends - begins, left)
        left -= lasts
        changes += [RateChange(begins, rate), RateChange(begins + lasts, 0.0)] if lasts > 0 else []
    return infusion_as_run(changes, changes[-1].at_min) if changes else ()


def _minutes(dose: DoseGiven, at: datetime) -> float:
    return (at - dose.started_at).total_seconds() / 60


def _readings(state: SessionState, dose: DoseGiven) -> Iterator[tuple[str, str, float, float]]:
    """Values in effect, from half an hour before the dose; the newest where there are very many."""
    since = dose.started_at - BEFORE
    for measure in MEASURES:
        values: tuple[Value, ...] = state.series.get(measure, ())
        for v in [v for v in values if v.at >= since][-LAST_READINGS:]:
            yield str(v.event) + measure.value, measure.value, _minutes(dose, v.at), float(v.value)


@lru_cache(maxsize=32)
def estimated(given: Given) -> Estimated:
    """Members of one person, weighed by every reading; as they were where the readings cannot be used."""
    model = for_adults(load_model(given.model))
    effects = tuple(load_effect(m.value) for m in MEASURES)
    person = one_person(given.weight_kg, given.age_years)
    whole = predictor(model, given.doses, person, effects=effects)
    before = gather(whole.prior, members=MEMBERS, seed=SEED)
    seen = tuple(_observation(reading, effects) for reading in given.readings)
    after, why = _weighed(whole, before, seen)
    courses = whole.simulate(after.etas, _times(given))

    def levels(values: FloatArray) -> FloatArray:
        return bands(after, values, LEVELS)

    return Estimated(bands_from(model, effects, courses, levels), 0 if why else len(seen), why)


def _weighed(whole: Predictor, before: Ensemble, seen: tuple[Observation, ...]) -> tuple[Ensemble, str]:
    if not seen:
        return before, ""
    try:
        at = at_observations(whole, seen)
        after = observe(before, seen, at, noise=at.noise)
    except InputRefused as refused:
        return before, refused.cause
    return (after, "") if after.trustworthy else (before, after.reason)


def _observation(reading: tuple[str, str, float, float], effects: tuple[EffectModel, ...]) -> Observation:
    name, kind, at_min, value = reading
    effect = next(e for e in effects if e.endpoint.value == kind)
    spread = float(effect.residual_sd or 1)
    bounded = effect.lowest is not None and effect.highest is not None
    error = (
        ResidualError(
            additive_sd=spread, lowest=float(effect.lowest or 0), highest=float(effect.highest or 0)
        )
        if bounded
        else ResidualError(additive_sd=spread, freedom=OUTLIERS)
    )
    return Observation(name, kind, at_min, value, effect.unit, error)


def _times(given: Given) -> FloatArray:
    edges = [t for d in given.doses for t in (d.start_min, d.start_min + d.duration_min) if t < given.ends]
    first = -BEFORE.total_seconds() / 60
    return np.unique(np.concatenate([np.arange(first, given.ends, STEP_MIN), edges, [given.ends]]))


def _scene(
    at: Seat,
    dose: DoseGiven,
    doses: Regimen,
    given: tuple[tuple[str, str, float, float], ...],
    now: datetime,
    ends: float,
) -> Scene:
    words = f"{dose.planned.mg} mg planned"
    drawn = tuple(
        PlannedDose(d.start_min, d.start_min + d.duration_min, "" if i else words)
        for i, d in enumerate(doses)
    )
    seen = tuple((Measure(kind), minute, value) for _, kind, minute, value in given)
    key, edge = f"s{at.session.number}", -BEFORE.total_seconds() / 60
    return Scene(key, drawn, at.protocol, edge, ends, None if at.state.ending else _minutes(dose, now), seen)
