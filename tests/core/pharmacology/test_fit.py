"""The compiled whole of an estimate says what the general way says, for every model that can be told so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from ataraxy.catalog.effects import effect_models, load_effect
from ataraxy.catalog.pk import load_model, models
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.effect import Shape
from ataraxy.core.pharmacology.ensemble import Members, gather, observe
from ataraxy.core.pharmacology.individualise import individualise, individualise_many
from ataraxy.core.pharmacology.likelihood import log_likelihood, observed, observed_many
from ataraxy.core.pharmacology.model import Enantiomer, PkRoute
from ataraxy.core.pharmacology.network import network_of
from ataraxy.core.pharmacology.observation import Observation, ResidualError
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.posterior import posterior
from ataraxy.core.pharmacology.predictor import at_observations, predictor
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.scoring import Problem, climb
from ataraxy.core.pharmacology.simulate import Tier

INFUSION = (Dose(PkRoute.INTRAVENOUS, 0.0, mg_per_kg=0.5, duration_min=40.0),)
AT = np.array([-5.0, 20.0, 40.0, 90.0, 200.0, 1460.0])
ERRORS = (
    ResidualError(proportional_sd=0.15, additive_sd=0.5),
    ResidualError(log_sd=0.2),
    ResidualError(proportional_sd=0.2, additive_sd=1.0, freedom=4.0),
    ResidualError(log_sd=0.2, freedom=4.0),
    ResidualError(additive_sd=2.0),
)


def varied(model):
    return bool(model.between or model.occasion)


WAYS = [(m.id, route) for m in models().values() if varied(m) for route in m.route_names]


def regimen_of(model, route):
    kind = Enantiomer.RACEMIC if model.enantiomer is Enantiomer.RACEMIC else model.enantiomer
    length = 40.0 if route == "intravenous" else 0.0
    first = Dose(PkRoute(route), 0.0, mg_per_kg=0.5, duration_min=length, enantiomer=kind)
    return first, Dose(PkRoute(route), 17.0, mg=12, enantiomer=kind), replace(first, start_min=1440.0)


def drivable(model):
    """An effect of each shape but the slow one that this model can drive."""
    found = {}
    for effect in effect_models().values():
        racemic = any(d.enantiomer is Enantiomer.RACEMIC for d in effect.drivers)
        if effect.shape is Shape.TURNOVER or (racemic and model.enantiomer is not Enantiomer.RACEMIC):
            continue
        try:
            network_of(model, (effect,))
        except InputRefused:
            continue
        found.setdefault(effect.shape, effect)
    return tuple(found.values())


def readings_of(whole, at_min, *, seed=0):
    """Every name at every minute, with every kind of error in turn; some of them below a limit."""
    sample = whole.simulate(np.zeros((1, len(whole.prior))), at_min)
    chance, found = np.random.default_rng(seed), []
    for kind, curve in sample.values.items():
        for at, value in zip(at_min, curve[0], strict=True):
            error = ERRORS[len(found) % len(ERRORS)]
            below = at < 0 or len(found) % 7 == 3
            seen = max(abs(value) * np.exp(0.2 * chance.standard_normal()), 0.5)
            name = f"{kind}{at}"
            found.append(Observation(name, kind, float(at), float(seen), sample.units[kind], error, below))
    return found


def asking(model_id, route, *, people=1, tier=Tier.NUMBA, seed=0):
    model = load_model(model_id)
    crowd = same_people(one_person(70.0), people)
    crowd = replace(crowd, weight_kg=np.linspace(55, 95, people), age_years=np.linspace(25, 75, people))
    whole = predictor(model, regimen_of(model, route), crowd, effects=drivable(model), tier=tier)
    return at_observations(whole, readings_of(whole, AT, seed=seed))


@pytest.mark.parametrize(("model_id", "route"), WAYS)
def test_any_effects_are_as_likely_as_the_other_tier_says(model_id, route):
    ask, plain = asking(model_id, route), asking(model_id, route, tier=Tier.NUMPY)
    fit, seen = ask.fit(), observed(ask.observations)
    assert plain.fit() is None
    if fit is None:
        pytest.skip(f"{model_id} by the {route} route is left to the general way")
    etas = ask.prior.draw(60, np.random.default_rng(1))
    found, left_over = fit.log_likelihood(seen, etas)
    wanted = log_likelihood(seen, plain(etas))
    assert left_over.sum() <= 4  # their modes nearly coincide
    np.testing.assert_allclose(found[~left_over], wanted[~left_over], rtol=1e-9, atol=1e-7)


def test_what_is_told_so_and_what_is_not():
    """Left over: chains of equal rates (Simons), saturation, and inputs whose minutes differ between people."""
    told = {(m, r) for m, r in WAYS if asking(m, r).fit() is not None}
    assert {m for m, r in WAYS if r == "intravenous"} - {m for m, r in told if r == "intravenous"} == {
        "simons-2022"
    }
    assert ("perez-ruixo-2021", "nasal") in told


@pytest.mark.parametrize(
    ("model_id", "people"), [("kamp-2020-spread", 1), ("otto-2021", 6), ("perez-ruixo-2021", 3)]
)
def test_every_climber_goes_the_same_way_as_step_by_step(model_id, people):
    """With values below a limit, outliers' errors, logs; alone and among others."""
    ask = asking(model_id, "intravenous", people=people)
    seen = observed_many([ask.observations] * people)
    reach = np.full(len(ask.prior), 6.0)
    problem = Problem(ask, ask.prior, seen, reach)
    start = np.random.default_rng(2).standard_normal((3 * people, len(ask.prior)))
    person = np.repeat(np.arange(people), 3)
    found, wanted = ask.fit().climb(problem, start, person), climb(problem, start, person)
    there = ~found.left_over
    assert there.mean() > 0.6
    np.testing.assert_array_equal(found.climb.converged[there], wanted.converged[there])
    np.testing.assert_allclose(found.climb.slope.objective[there], wanted.slope.objective[there], rtol=1e-9)
    sd = np.sqrt(np.diagonal(np.linalg.inv(wanted.slope.information), axis1=1, axis2=2))
    settled = there & wanted.converged
    assert settled.any()
    assert np.all(np.abs(found.climb.place - wanted.place)[settled] < 1e-4 * sd[settled])


def test_one_persons_estimate_is_the_general_ways():
    ask = asking("kamp-2020-spread", "intravenous")
    found = individualise(ask, ask.prior, ask.observations)
    wanted = individualise(lambda etas: ask(etas), ask.prior, ask.observations)
    assert found.converged and found.starts_agreed == wanted.starts_agreed
    np.testing.assert_allclose(found.etas, wanted.etas, atol=1e-5)
    np.testing.assert_allclose(found.covariance, wanted.covariance, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(found.predicted, wanted.predicted, rtol=1e-5, atol=1e-8)
    assert found.objective == pytest.approx(wanted.objective, abs=1e-8)


def test_a_bound_holds_in_one_piece_too():
    ask = asking("kamp-2020-spread", "intravenous")
    found = individualise(ask, ask.prior, ask.observations, reach=0.05)
    wanted = individualise(lambda etas: ask(etas), ask.prior, ask.observations, reach=0.05)
    assert found.at_bound == wanted.at_bound != ()
    np.testing.assert_allclose(found.etas, wanted.etas, atol=1e-7)


def test_the_posterior_is_the_general_ways():
    """The same draws, the same weights, whether weighed in one piece or step by step."""
    ask = asking("kamp-2020-spread", "intravenous")
    found = posterior(ask, ask.prior, ask.observations, seed=3, draws=500)
    wanted = posterior(lambda etas: ask(etas), ask.prior, ask.observations, seed=3, draws=500)
    assert found.rounds == wanted.rounds
    np.testing.assert_allclose(found.etas, wanted.etas, atol=1e-4)
    np.testing.assert_allclose(found.weights, wanted.weights, rtol=0.01, atol=1e-7)
    assert found.log_evidence == pytest.approx(wanted.log_evidence, abs=1e-3)


def vague(ask):
    """The same minutes, each read as the typical person is, with an error so wide that the members stay."""
    typical = np.maximum(ask(np.zeros((1, len(ask.prior))))[0], 1.0)
    return [
        replace(o, value=float(v), below_limit=False, residual=ResidualError(log_sd=2.0))
        for o, v in zip(ask.observations, typical, strict=True)
    ]


def test_an_ensemble_weighed_in_one_piece_is_the_general_ways():
    ask = asking("kamp-2020-spread", "intravenous")
    readings = [o for o in vague(ask) if o.at_min > 0]
    ask = at_observations(ask.predictor, readings)
    members = gather(ask.prior, members=600, seed=3)
    found, wanted = (observe(members, readings, told) for told in (ask, lambda etas: ask(etas)))
    assert ask.fit() is not None
    assert found.members is wanted.members is Members.GATHERED
    assert 100 < found.effective < 599
    np.testing.assert_allclose(found.weights, wanted.weights, rtol=1e-8)


def test_an_ensemble_is_refused_a_drug_before_any_dose_in_one_piece_too():
    ask = asking("kamp-2020-spread", "intravenous")
    drugs = {reading.name for reading in ask.predictor.once.typical.network.readings}
    readings = [o for o in vague(ask) if o.kind in drugs]
    assert min(o.at_min for o in readings) < 0
    with pytest.raises(InputRefused, match="the model predicts none"):
        observe(gather(ask.prior, members=600, seed=3), readings, at_observations(ask.predictor, readings))


def test_draws_do_not_depend_on_who_else_works():
    """Two threads at once, and a second time: the same numbers to the last bit."""
    ask = asking("otto-2021", "intravenous")

    def drawn(_):
        return posterior(ask, ask.prior, ask.observations, seed=5, draws=1000, most_rounds=2)

    first = drawn(0)
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(drawn, range(6)):
            np.testing.assert_array_equal(found.etas, first.etas)
            np.testing.assert_array_equal(found.weights, first.weights)


def test_a_draw_is_as_likely_alone_as_among_others():
    ask = asking("otto-2021", "intravenous")
    fit, seen = ask.fit(), observed(ask.observations)
    etas = ask.prior.draw(600, np.random.default_rng(4))
    together, _ = fit.log_likelihood(seen, etas)
    for row in (0, 255, 256, 599):
        alone, _ = fit.log_likelihood(seen, etas[[row]])
        assert alone[0] == pytest.approx(together[row], rel=1e-11)


def coinciding():
    """A model whose effect site empties exactly as fast as one of its modes decays, for the typical person."""
    model = load_model("kamp-2020-spread")
    effect = load_effect("systolic")
    name = effect.drivers[0].half_life
    whole = predictor(model, INFUSION, one_person(70.0), effects=(effect,))
    typical = whole.once.typical
    rates = typical.network.matrix(typical.values[0], 1)[0]
    states = [typical.network.states.index(c.name) for c in model.compartments]
    decay = np.sort(-np.linalg.eigvals(rates[np.ix_(states, states)]).real)[-1]
    changed = tuple(
        replace(p, value=Decimal(repr(float(np.log(2) / decay))), unit="min") if p.name == name else p
        for p in effect.parameters
    )
    return model, replace(effect, parameters=changed)


def test_a_person_whose_modes_coincide_is_left_to_the_general_way():
    model, effect = coinciding()
    whole = predictor(model, INFUSION, one_person(70.0), effects=(effect,), tier=Tier.NUMBA)
    error = ResidualError(additive_sd=8.0)
    readings = [Observation(str(t), "systolic", float(t), 150.0, effect.unit, error) for t in (10, 30, 60)]
    ask = at_observations(whole, readings)
    etas = np.concatenate([np.zeros((1, len(ask.prior))), ask.prior.draw(20, np.random.default_rng(1))])
    _, left_over = ask.fit().log_likelihood(observed(readings), etas)
    assert left_over[0] and left_over.sum() < 5
    found = individualise(ask, ask.prior, readings)
    wanted = individualise(lambda etas: ask(etas), ask.prior, readings)
    assert found.converged
    np.testing.assert_allclose(found.etas, wanted.etas, atol=1e-5)
    drawn = posterior(ask, ask.prior, readings, seed=1, draws=400)
    assert np.isfinite(drawn.weights).all() and drawn.trustworthy


def test_effects_beyond_all_sense_are_left_to_the_general_way():
    ask = asking("otto-2021", "intravenous")
    etas = np.zeros((3, len(ask.prior)))
    etas[1, 0], etas[2, 0] = 250.0, np.nan
    _, left_over = ask.fit().log_likelihood(observed(ask.observations), etas)
    assert left_over.tolist() == [False, True, True]


def test_a_drug_measured_before_any_dose_is_refused_in_one_piece_too():
    whole = predictor(load_model("kamp-2020-spread"), INFUSION, one_person(70.0), tier=Tier.NUMBA)
    early = Observation("1", "S-ketamine", -10.0, 50.0, "ng/mL", ResidualError(log_sd=0.2))
    later = replace(early, id="2", at_min=30.0)
    kinds = whole.simulate(np.zeros((1, len(whole.prior))), np.array([1.0])).values
    kind = next(iter(kinds))
    readings = [replace(early, kind=kind), replace(later, kind=kind)]
    ask = at_observations(whole, readings)
    assert ask.fit() is not None
    with pytest.raises(InputRefused, match="the model predicts none"):
        individualise(ask, ask.prior, readings)


def test_many_people_are_each_as_alone_in_one_piece():
    ask = asking("otto-2021", "intravenous", people=5)
    every = [list(ask.observations) for _ in range(5)]
    for number, found in enumerate(individualise_many(ask, ask.prior, every, starts=2)):
        alone = individualise_many(
            lambda etas, _, n=number: ask(etas, np.full(len(etas), n)), ask.prior, [every[0]], starts=2
        )[0]
        np.testing.assert_allclose(found.etas, alone.etas, atol=1e-5)


def test_another_person_of_the_same_model_is_told_with_their_own_numbers():
    """What is written down once for a model and its minutes is kept; weights and doses are not."""
    model, etas = load_model("otto-2021"), np.full((1, 4), 0.1)
    readings, found = None, {}
    for weight in (50.0, 110.0, 50.0):
        for tier in (Tier.NUMBA, Tier.NUMPY):
            whole = predictor(model, regimen_of(model, "intravenous"), one_person(weight), tier=tier)
            readings = readings or readings_of(whole, AT)
            ask = at_observations(whole, readings)
            seen = observed(readings)
            fit = ask.fit()
            likely = log_likelihood(seen, ask(etas)) if fit is None else fit.log_likelihood(seen, etas)[0]
            found.setdefault(weight, []).append(likely[0])
    np.testing.assert_allclose(found[50.0], found[50.0][0], rtol=1e-9)
    np.testing.assert_allclose(found[110.0], found[110.0][0], rtol=1e-9)
    assert abs(found[50.0][0] - found[110.0][0]) > 1


def test_the_drug_of_one_occasion_is_carried_into_the_next():
    """Two occasions with rates of their own: what is left of the first decays by the second's."""
    model = load_model("otto-2021")
    model = replace(model, occasion=model.between[:2], between=model.between[2:], between_covariances=())
    found = {}
    for tier in (Tier.NUMBA, Tier.NUMPY):
        whole = predictor(model, regimen_of(model, "intravenous"), one_person(70.0), tier=tier)
        assert len(whole.prior) == len(model.between) + 2 * 2
        ask = at_observations(whole, readings_of(whole, AT))
        etas = whole.prior.draw(50, np.random.default_rng(6))
        seen = observed(ask.observations)
        fit = ask.fit()
        found[tier] = log_likelihood(seen, ask(etas)) if fit is None else fit.log_likelihood(seen, etas)[0]
    np.testing.assert_allclose(found[Tier.NUMBA], found[Tier.NUMPY], rtol=1e-8)


def test_another_regimen_at_the_same_minutes_is_told_as_it_is():
    model, etas = load_model("otto-2021"), np.full((1, 4), 0.1)
    for minutes in (40.0, 60.0, 40.0):
        doses = (Dose(PkRoute.INTRAVENOUS, 0.0, mg=35.0, duration_min=minutes),)
        whole = predictor(model, doses, one_person(70.0), tier=Tier.NUMBA)
        ask = at_observations(whole, readings_of(whole, AT))
        seen = observed(ask.observations)
        found, _ = ask.fit().log_likelihood(seen, etas)
        np.testing.assert_allclose(found, log_likelihood(seen, ask(etas)), rtol=1e-9)
