"""What no model and no effect may be, one fault at a time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.effects import effect_models, load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.pharmacology.audit import problems_of_effect, problems_of_model
from ataraxy.core.pharmacology.model import (
    Compartment,
    Covariance,
    Covariate,
    Enantiomer,
    Flow,
    Path,
    PkRoute,
    Residual,
    RouteIn,
    Saturable,
    Scaling,
    ScalingKind,
    Spread,
    Variation,
)
from ataraxy.core.protocol.types import Status

OTTO, PEREZ, SIMONS = (load_model(name) for name in ("otto-2021", "perez-ruixo-2021", "simons-2022"))
SAID = ("otto-2021", Status.UNVERIFIED)


def causes(problems):
    return [problem.cause for problem in problems]


def without(rows, place):
    return rows[:place] + rows[place + 1 :]


def changed(rows, place, **keys):
    return (*rows[:place], replace(rows[place], **keys), *rows[place + 1 :])


def first_flow(model, source):
    return next(i for i, flow in enumerate(model.flows) if flow.source == source)


@pytest.mark.parametrize("name", sorted(models()))
def test_what_ships_has_no_problem(name):
    assert problems_of_model(models()[name]) == ()


@pytest.mark.parametrize("name", sorted(effect_models()))
def test_no_effect_that_ships_has_a_problem(name):
    assert problems_of_effect(effect_models()[name]) == ()


def parameter(model, name, **keys):
    place = [p.name for p in model.parameters].index(name)
    return replace(model, parameters=changed(model.parameters, place, **keys))


FAULTS = {
    "a negative volume": (parameter(OTTO, "v1", value=Decimal(-133)), "not above zero", ("parameters", 0, "value")),
    "a clearance in mL a minute": (parameter(OTTO, "cl", value=Decimal(1587), unit="L/min"), "no person's", None),
    "a volume given as a clearance": (parameter(OTTO, "cl", unit="L"), "'cl' is one of volume", None),
    "an unknown unit": (parameter(OTTO, "cl", unit="gallons"), "unit 'gallons' is not known", None),
    "a fraction above one": (parameter(PEREZ, "fgut", value=Decimal("1.2")), "no person's fraction", None),
    "a percentage written as a fraction": (parameter(PEREZ, "fgut", value=Decimal(64)), "no person's", None),
    "a parameter nobody uses": (
        replace(OTTO, parameters=(*OTTO.parameters, replace(OTTO.parameters[0], name="v9"))),
        "Nothing uses the parameter 'v9'",
        ("parameters", 10, "name"),
    ),
    "the same name twice": (
        replace(OTTO, parameters=(*OTTO.parameters, OTTO.parameters[0])),
        "'v1' stands twice",
        ("parameters", 10, "name"),
    ),
    "a flow from nowhere": (
        replace(OTTO, flows=(*OTTO.flows, Flow("spleen", clearance="cl"))),
        "no compartment 'spleen'",
        ("flows", 8, "source"),
    ),
    "a flow to nowhere": (
        replace(OTTO, flows=(*OTTO.flows, Flow("central", "spleen", clearance="cl"))),
        "no compartment 'spleen'",
        ("flows", 8, "target"),
    ),
    "a flow into itself": (
        replace(OTTO, flows=(*OTTO.flows, Flow("slow", "slow", clearance="q2"))),
        "flows into itself",
        None,
    ),
    "two kinds of speed": (
        replace(PEREZ, flows=changed(PEREZ.flows, 0, clearance="qh")),
        "clearance and rate",
        ("flows", 0),
    ),
    "no speed": (replace(PEREZ, flows=changed(PEREZ.flows, 0, rate=None)), "here: none", ("flows", 0)),
    "a clearance out of what has no volume": (
        replace(PEREZ, flows=changed(PEREZ.flows, 0, rate=None, clearance="qh")),
        "'nose' has no volume",
        None,
    ),
    "a rate that is a time": (
        replace(PEREZ, flows=changed(PEREZ.flows, 0, rate="d_oral")),
        "takes a value of rate; 'd_oral' is one of time",
        None,
    ),
    "drug that stays for ever": (
        replace(OTTO, flows=tuple(f for f in OTTO.flows if f.target is not None)),
        "never leaves the body",
        ("compartments", 0),
    ),
    "a depot that never empties": (
        replace(PEREZ, flows=without(PEREZ.flows, 0)),
        "'nose' never leaves the body",
        None,
    ),
    "a compartment nobody enters": (
        replace(OTTO, compartments=(*OTTO.compartments, Compartment("spleen", "spleen", "v2"))),
        "Nothing enters 'spleen'",
        ("compartments", 5),
    ),
    "a fraction of what leaves the body": (
        replace(SIMONS, flows=(*SIMONS.flows, Flow("hnk", clearance="clh1", fraction="fm_nk"))),
        "has no fraction",
        None,
    ),
    "stages without a mean time": (
        replace(OTTO, flows=changed(OTTO.flows, 0, stages=3)),
        "3 stages cannot be",
        ("flows", 0, "stages"),
    ),
    "a route that leads nowhere": (replace(OTTO, routes=(RouteIn(PkRoute.ORAL, ()),)), "leads nowhere", None),
    "a route into nowhere": (
        replace(OTTO, routes=(RouteIn(PkRoute.ORAL, (Path("spleen"),)),)),
        "no compartment 'spleen'",
        ("routes", 0, "paths", 0, "into"),
    ),
    "a route past what is measured": (
        replace(
            OTTO,
            compartments=(*OTTO.compartments, Compartment("skin", "skin", "v2")),
            flows=(*OTTO.flows, Flow("skin", clearance="q2")),
            routes=(*OTTO.routes, RouteIn(PkRoute.SUBCUTANEOUS, (Path("skin"),))),
        ),
        "leads to nothing that is measured",
        ("routes", 1),
    ),
    "a route twice": (replace(OTTO, routes=OTTO.routes * 2), "'intravenous' stands twice", None),
    "more than the dose": (
        replace(OTTO, routes=(RouteIn(PkRoute.INTRAVENOUS, (Path("central"), Path("slow"))),)),
        "take in 2 times the dose",
        ("routes", 0, "paths"),
    ),
    "a film of more than the dose that does not say so": (
        replace(SIMONS, routes=tuple(
            replace(r, paths=tuple(replace(p, apparent=False) for p in r.paths)) for r in SIMONS.routes
        )),
        "times the dose",
        None,
    ),
    "a path that is both": (
        replace(PEREZ, routes=(RouteIn(PkRoute.NASAL, (Path("nose", "frn", "fgut"),)),)),
        "a fraction or the rest of one",
        None,
    ),
    "an analyte that is nowhere": (
        replace(OTTO, analytes=changed(OTTO.analytes, 0, compartment="spleen")),
        "no compartment 'spleen'",
        None,
    ),
    "a molar mass in kilograms": (
        replace(OTTO, analytes=changed(OTTO.analytes, 0, g_per_mol=Decimal("0.23773"))),
        "g/mol is not plausible",
        None,
    ),
    "a residual below zero": (
        replace(OTTO, analytes=changed(OTTO.analytes, 0, residual=Residual(*SAID, proportional_sd=Decimal(-1)))),
        "standard deviation is not plausible",
        None,
    ),
    "a variance below zero": (
        replace(OTTO, between=changed(OTTO.between, 0, variance=Decimal("-0.1"))),
        "variance of -0.1",
        ("between", 0, "variance"),
    ),
    "a CV written as a variance": (
        replace(OTTO, between=changed(OTTO.between, 0, variance=Decimal(30))),
        "variance of 30",
        None,
    ),
    "a variance of nothing": (
        replace(OTTO, between=(*OTTO.between, Variation("v9", Decimal("0.1"), *SAID))),
        "no parameter 'v9'",
        None,
    ),
    "a covariance that is too large": (
        replace(OTTO, between_covariances=(Covariance("v1", "cl", Decimal("0.09"), *SAID),)),
        "not positive semi-definite",
        ("between_covariances",),
    ),
    "a covariance with nothing": (
        replace(OTTO, between_covariances=(Covariance("v1", "q2", Decimal("0.01"), *SAID),)),
        "'q2' has no variance",
        None,
    ),
    "a fraction that passes one in some people": (
        replace(PEREZ, between=(Variation("frn", Decimal("0.5"), *SAID),)),
        "would pass one",
        ("between", 0, "spread"),
    ),
    "a volume on the logit scale": (
        replace(OTTO, between=(Variation("v1", Decimal("0.1"), *SAID, spread=Spread.LOGIT),), between_covariances=()),
        "on the logit scale",
        None,
    ),
    "a covariate nobody has": (
        parameter(OTTO, "v1", scalings=(Scaling(Covariate.ANCESTRY, ScalingKind.TIMES, Decimal(2), *SAID, equals="elf"),)),
        "ancestry is 'elf'",
        ("parameters", 0, "scalings", 0, "equals"),
    ),
    "a power of words": (
        parameter(OTTO, "v1", scalings=(Scaling(Covariate.SEX, ScalingKind.POWER, Decimal(1), *SAID),)),
        "sex is no number",
        None,
    ),
    "a power without its reference": (
        parameter(OTTO, "v1", scalings=(Scaling(Covariate.WEIGHT_KG, ScalingKind.POWER, Decimal(1), *SAID),)),
        "has no reference",
        None,
    ),
    "a flow that falls below zero in the old": (
        parameter(PEREZ, "qh", scalings=(
            Scaling(Covariate.AGE_YEARS, ScalingKind.ABOVE, Decimal("-21.9"), *SAID, reference=Decimal(60)),
        )),
        "falls below zero before age_years reaches 110",
        None,
    ),
    "a saturation without its rate": (
        replace(OTTO, saturable=(Saturable("central", "cl", "v1"),)),
        "`vmax` takes a value of amount-rate",
        ("saturable", 0, "vmax"),
    ),
    "nothing left out": (replace(OTTO, leaves_out=()), "leaves nothing out", ("leaves_out",)),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place_and_a_cure(fault):
    model, said, path = FAULTS[fault]
    problems = problems_of_model(model)
    told = [problem for problem in problems if said in problem.cause]
    assert told, causes(problems)
    assert path is None or path in [problem.path for problem in told]
    assert all(problem.cure for problem in problems)


@given(st.floats(-0.99, 0.99))
def test_any_correlation_below_one_is_taken_and_any_above_refused(correlation):
    most = float(OTTO.between[0].variance * OTTO.between[1].variance) ** 0.5
    for factor, fine in ((1.0, True), (1.02 / abs(correlation) if correlation else 0.0, correlation == 0)):
        value = Decimal(str(round(most * correlation * factor, 12)))
        model = replace(OTTO, between_covariances=(Covariance("v1", "cl", value, *SAID),))
        assert (problems_of_model(model) == ()) is fine


SYSTOLIC, ANXIETY = load_effect("systolic"), load_effect("anxiety")
OCCUPANCY, DISSOCIATION = load_effect("occupancy-s"), load_effect("dissociation")
EFFECT_FAULTS = {
    "a slope missing": (replace(SYSTOLIC, slope=None), "`slope` is missing"),
    "a role of another shape": (replace(SYSTOLIC, kout="slope"), "A linear response has no kout"),
    "a baseline off the scale": (replace(ANXIETY, highest=Decimal(20)), "26 is off the scale"),
    "a scale that ends before it begins": (replace(ANXIETY, lowest=Decimal(60)), "ends before it begins"),
    "a driver without its constant": (
        replace(DISSOCIATION, drivers=changed(DISSOCIATION.drivers, 0, constant=None)),
        "`constant` is missing",
    ),
    "an occupancy without its free share": (
        replace(OCCUPANCY, drivers=changed(OCCUPANCY.drivers, 0, share=None)),
        "`share` is missing",
    ),
    "two drivers of one kind": (replace(OCCUPANCY, drivers=OCCUPANCY.drivers[:1] * 2), "driver stands twice"),
    "two drivers of a pressure": (replace(SYSTOLIC, drivers=SYSTOLIC.drivers * 2), "Only an occupancy"),
    "no driver": (replace(SYSTOLIC, drivers=()), "Nothing drives"),
    "a half-time that is a slope": (
        replace(SYSTOLIC, drivers=changed(SYSTOLIC.drivers, 0, half_life="slope")),
        "`half_life` takes a value of time",
    ),
    "an unknown unit": (replace(SYSTOLIC, unit="stone"), "unit 'stone'"),
    "a pressure in points": (replace(SYSTOLIC, unit="points"), "systolic is told in mmHg"),
    "a slope of another response": (
        parameter(SYSTOLIC, "slope", unit="beats/min per ng/mL"),
        "the slope of systolic, is in beats/min per ng/mL",
    ),
    "a slope that is a resting value": (parameter(SYSTOLIC, "slope", unit="mmHg"), "the slope of systolic"),
    "a baseline in beats": (parameter(SYSTOLIC, "baseline", unit="beats/min"), "the baseline of systolic"),
    "a top that is a share": (
        parameter(DISSOCIATION, "top", unit="fraction", value=Decimal(1)),
        "the top of",
    ),
    "a share taken away in points": (parameter(ANXIETY, "top", unit="points"), "the top of anxiety"),
    "a steepness in points": (parameter(DISSOCIATION, "gamma", unit="points"), "the gamma of dissociation"),
    "a scatter below zero": (replace(SYSTOLIC, residual_sd=Decimal(-1)), "not above zero"),
    "a response of minus one in four": (
        parameter(ANXIETY, "responder", value=Decimal("-0.25")),
        "not above zero",
    ),
    "a steepness of a hundred": (parameter(ANXIETY, "gamma", value=Decimal(100)), "steepness of 100"),
    "nothing left out": (replace(ANXIETY, leaves_out=()), "leaves nothing out"),
}


@pytest.mark.parametrize("fault", EFFECT_FAULTS)
def test_a_fault_of_an_effect_is_told_with_a_cure(fault):
    effect, said = EFFECT_FAULTS[fault]
    problems = problems_of_effect(effect)
    assert any(said in problem.cause for problem in problems), causes(problems)
    assert all(problem.cure for problem in problems)


def test_the_two_halves_of_a_racemic_dose_are_counted_apart():
    both = load_model("otto-2021-both")
    assert problems_of_model(both) == ()
    whole = tuple(replace(p, enantiomer=Enantiomer.S) for p in both.routes[0].paths)
    wrong = replace(both, routes=(replace(both.routes[0], paths=whole),))
    assert "take in 2 times the dose" in " ".join(causes(problems_of_model(wrong)))


def test_shares_that_fit_in_the_typical_person_and_not_in_another_are_refused():
    """0.54 through the nose and 0.54 x 0.64 swallowed are 0.89 of a dose; in who takes all through the nose, 1.64."""
    nose = load_model("perez-ruixo-2021")
    route = nose.routes[0]
    twice = replace(route.paths[1], rest_of=None, fraction="frn")
    wrong = replace(nose, routes=(replace(route, paths=(route.paths[0], twice)), *nose.routes[1:]))
    assert "take in 1.64 times the dose" in " ".join(causes(problems_of_model(wrong)))
    alike = replace(wrong, between=tuple(v for v in wrong.between if v.parameter != "frn"))
    assert problems_of_model(alike) == ()
