"""The engine as a function of random effects, on the models of the catalog."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from ataraxy.catalog.effects import load_effect
from ataraxy.catalog.pk import load_model
from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.ensemble import bands, gather, observe
from ataraxy.core.pharmacology.individualise import individualise, individualise_many
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.observation import Observation, ResidualError, endpoint_error, residual_error
from ataraxy.core.pharmacology.parameters import draw_etas
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.posterior import posterior
from ataraxy.core.pharmacology.predictor import at_observations, predictor
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import simulate

INFUSION = (Dose(PkRoute.INTRAVENOUS, 0.0, mg_per_kg=0.5, duration_min=40.0),)
TWO_DAYS = (*INFUSION, Dose(PkRoute.INTRAVENOUS, 2880.0, mg_per_kg=0.5, duration_min=40.0))
AT = np.array([20.0, 40.0, 90.0, 240.0])


def sample(number, kind, at_min, value, *, unit="ng/mL", error=None):
    return Observation(f"s{number}", kind, at_min, value, unit, error or ResidualError(log_sd=0.1))


def test_without_effects_it_is_the_typical_person():
    model, person = load_model("otto-2021"), one_person(82.0)
    whole = predictor(model, INFUSION, person)
    found = whole.simulate(np.zeros((1, len(whole.prior))), AT)
    known = simulate(model, INFUSION, person, AT)
    for name in known.values:
        np.testing.assert_allclose(found.values[name], known.values[name], rtol=1e-12)


def test_with_the_effects_a_person_drew_it_is_that_person():
    model, people = load_model("otto-2021"), same_people(one_person(82.0), 5)
    whole = predictor(model, INFUSION, people)
    etas = draw_etas(model, people, Draws(11)).T
    known = simulate(model, INFUSION, people, AT, draws=Draws(11))
    found = whole.simulate(etas, AT, np.arange(5))
    for name in known.values:
        np.testing.assert_allclose(found.values[name], known.values[name], rtol=1e-12)


def test_the_prior_is_the_models_between_people_and_between_days():
    once, twice = (
        predictor(load_model("simons-2022"), regimen, one_person(70.0)) for regimen in (INFUSION, TWO_DAYS)
    )
    model = once.model
    between, within = len(model.between), len(model.occasion)
    assert within > 0
    assert once.prior.names[:between] == tuple(v.parameter for v in model.between)
    assert len(once.prior) == between + within
    assert twice.prior.names[-within:] == tuple(f"{v.parameter}@2" for v in model.occasion)
    np.testing.assert_allclose(
        np.diag(twice.prior.covariance)[between:], 2 * [float(v.variance) for v in model.occasion]
    )


def test_an_effect_of_the_second_day_changes_the_second_day_alone():
    whole = predictor(load_model("simons-2022"), TWO_DAYS, one_person(70.0))
    etas = np.zeros((1, len(whole.prior)))
    etas[0, whole.prior.names.index("mtt_nk@2")] = 0.5
    at = np.array([30.0, 90.0, 2910.0, 2970.0])
    typical = whole.simulate(np.zeros_like(etas), at).values["norketamine"][0]
    moved = whole.simulate(etas, at).values["norketamine"][0]
    np.testing.assert_allclose(moved[:2], typical[:2], rtol=1e-9)
    assert np.all(np.abs(moved[2:] / typical[2:] - 1) > 0.01)


def test_readings_in_any_order_and_unit_are_predicted_in_that_order():
    whole = predictor(load_model("otto-2021"), INFUSION, one_person(70.0))
    readings = [
        sample(1, "norketamine", 90.0, 20.0),
        sample(2, "ketamine", 40.0, 0.08, unit="mg/L"),
        sample(3, "ketamine", 90.0, 40.0),
    ]
    seen = at_observations(whole, readings)
    assert [o.unit for o in seen.observations] == ["ng/mL"] * 3
    assert seen.observations[1].value == pytest.approx(80.0)
    found = seen(np.zeros((2, len(whole.prior))))
    known = whole.simulate(np.zeros((1, len(whole.prior))), np.array([40.0, 90.0])).values
    np.testing.assert_allclose(
        found[1], [known["norketamine"][0, 1], known["ketamine"][0, 0], known["ketamine"][0, 1]]
    )


@pytest.mark.parametrize("name", ["otto-2021", "perez-ruixo-2021", "simons-2022"])
def test_a_person_of_the_model_is_recovered_from_precise_samples(name):
    model = load_model(name)
    whole = predictor(model, INFUSION, one_person(70.0))
    error = ResidualError(log_sd=0.01)
    at = np.array([5.0, 15, 30, 40, 50, 70, 100, 150, 240, 480, 900])
    true = 0.5 * whole.prior.draw(1, np.random.default_rng(5))
    exact = whole.simulate(true, at).values
    readings = [
        sample(f"{kind}{t}", kind, t, exact[kind][0, i], error=error)
        for kind in ("ketamine", "norketamine")
        for i, t in enumerate(at)
    ]
    seen = at_observations(whole, readings)
    found = individualise(seen, seen.prior, seen.observations, starts=2)
    assert found.converged
    np.testing.assert_allclose(found.predicted / seen(true)[0], 1.0, atol=0.02)
    distance = (found.etas - true[0]) @ np.linalg.solve(found.covariance, found.etas - true[0])
    assert distance < 3 * len(true[0])


def test_many_people_of_one_schedule_are_each_with_their_own_covariates():
    model = load_model("otto-2021")
    light, heavy = one_person(50.0), one_person(110.0)
    people = same_people(light, 2)
    people = type(people)(
        *(
            np.array([50.0, 110.0]) if name == "weight_kg" else getattr(people, name)
            for name in people.__slots__
        )
    )
    whole = predictor(model, INFUSION, people)
    error = residual_error(model.analytes[0].residual)
    values = [(90.0, 40.0), (120.0, 55.0)]
    rows = [
        [
            sample(i, "ketamine", t, v, error=error)
            for i, (t, v) in enumerate(zip((40.0, 90.0), row, strict=True))
        ]
        for row in values
    ]
    seen = at_observations(whole, rows[0])
    together = individualise_many(seen, seen.prior, rows)
    for one, row, found in zip((light, heavy), rows, together, strict=True):
        alone = at_observations(predictor(model, INFUSION, one), row)
        known = individualise(alone, alone.prior, alone.observations)
        np.testing.assert_allclose(found.etas, known.etas, atol=1e-4)


def test_the_posterior_of_a_catalog_model_is_narrower_than_its_prior():
    model = load_model("otto-2021")
    whole = predictor(model, INFUSION, one_person(70.0))
    error = residual_error(model.analytes[0].residual, freedom=5)
    readings = [
        sample(i, "ketamine", t, v, error=error) for i, (t, v) in enumerate([(40.0, 90.0), (120.0, 30.0)])
    ]
    seen = at_observations(whole, readings)
    found = posterior(seen, seen.prior, seen.observations, seed=1, draws=1000)
    assert found.trustworthy
    assert np.all(np.diag(found.covariance)[:2] < np.diag(whole.prior.covariance)[:2])


def test_a_heavy_tail_of_weights_is_told_and_further_rounds_mend_it():
    """Eighteen effects and samples no one of the model is like: many draws count, but a few carry the tail."""
    model = load_model("simons-2022")
    whole = predictor(model, INFUSION, one_person(70.0))
    readings = [
        sample(f"{a.name}{t}", a.name, t, 50.0, error=residual_error(a.residual))
        for t in (40.0, 60.0, 120.0, 240.0)
        for a in model.analytes[:2]
    ]
    seen = at_observations(whole, readings)
    estimate = individualise(seen, seen.prior, seen.observations)

    def drawn(seed, most_rounds):
        return posterior(
            seen,
            seen.prior,
            seen.observations,
            seed=seed,
            draws=2000,
            estimate=estimate,
            most_rounds=most_rounds,
        )

    once = [drawn(seed, 1) for seed in range(4)]
    heavy = [seed for seed, found in enumerate(once) if found.pareto_k > 0.7 and found.effective >= 500]
    assert heavy
    for seed in heavy:
        assert not once[seed].trustworthy
        assert "tail of the weights" in once[seed].reason
        mended = drawn(seed, 5)
        assert mended.rounds > 1
        assert mended.pareto_k < once[seed].pareto_k


def test_what_does_not_vary_is_no_effect_to_learn():
    model = load_model("otto-2021")
    still = tuple(replace(v, variance=Decimal(0)) if v.parameter == "v1_nk" else v for v in model.between)
    fixed = replace(model, between=still, between_covariances=())
    whole = predictor(fixed, INFUSION, one_person(70.0))
    assert whole.prior.names == ("v1", "cl", "cl_nk")
    found = whole.simulate(np.array([[0.0, 0.0, 0.4]]), AT)
    typical = predictor(model, INFUSION, one_person(70.0)).simulate(np.array([[0.0, 0.0, 0.0, 0.4]]), AT)
    np.testing.assert_allclose(found.values["norketamine"], typical.values["norketamine"], rtol=1e-12)


def test_the_noise_of_a_slow_response_is_told():
    anxiety = load_effect("anxiety-days")
    whole = predictor(load_model("otto-2021"), INFUSION, one_person(70.0), effects=[anxiety])
    later = Observation("s", anxiety.endpoint.value, 1440.0, 20.0, anxiety.unit, endpoint_error(anxiety))
    early = sample(1, "ketamine", 40.0, 80.0)
    assert at_observations(whole, [later]).noise > 1e-12
    assert (
        at_observations(predictor(load_model("otto-2021"), INFUSION, one_person(70.0)), [early]).noise
        == 1e-12
    )


def test_a_reading_the_model_does_not_tell_is_refused():
    whole = predictor(load_model("otto-2021"), INFUSION, one_person(70.0))
    with pytest.raises(InputRefused, match="does not tell hydroxynorketamine") as refused:
        at_observations(whole, [sample(1, "hydroxynorketamine", 40.0, 5.0)])
    assert refused.value.field == "kind"
    with pytest.raises(InputRefused) as refused:
        at_observations(whole, [sample(1, "ketamine", 40.0, 5.0, unit="mmHg")])
    assert refused.value.field == "unit"


def test_a_model_without_variability_is_refused():
    model = replace(load_model("otto-2021"), between=(), between_covariances=())
    with pytest.raises(InputRefused, match="nothing of how people differ"):
        predictor(model, INFUSION, one_person(70.0))


# --- what is seen at the bedside ---------------------------------------------------------------------


def bedside(seed):
    """A person of the wide prior, their pressure, dissociation and sedation every 10 minutes, and the truth."""
    effects = [load_effect(name) for name in ("systolic", "dissociation", "sedation")]
    whole = predictor(load_model("kamp-2020-spread"), INFUSION, one_person(70.0), effects=effects)
    random = np.random.default_rng(seed)
    true = whole.prior.draw(1, random)
    at = np.arange(0.0, 61.0, 10.0)
    exact = whole.simulate(true, at).values
    readings = []
    for effect in effects:
        error = endpoint_error(effect)
        noisy = exact[effect.endpoint.value][0] + error.additive_sd * random.standard_normal(len(at))
        for minute, value in zip(at, np.clip(noisy, error.lowest, error.highest), strict=True):
            name, kind = f"{effect.id}{minute}", effect.endpoint.value
            readings.append(Observation(name, kind, float(minute), float(value), effect.unit, error))
    return whole, true[0], at_observations(whole, readings)


def test_pressure_dissociation_and_sedation_tell_of_a_person():
    whole, true, seen = bedside(4)
    found = posterior(seen, seen.prior, seen.observations, seed=1, draws=2000, noise=seen.noise)
    assert found.estimate.converged
    assert found.trustworthy
    away = (found.mean - true) / np.sqrt(np.diag(found.covariance))
    assert np.all(np.abs(away) < 4)
    names = whole.prior.names
    for name in ("systolic/baseline", "systolic/slope", "dissociation/c50"):
        place = names.index(name)
        assert np.sqrt(found.covariance[place, place]) < 0.75 * whole.prior.sd[place]


def test_a_live_ensemble_follows_the_bedside_minute_by_minute():
    whole, _, seen = bedside(7)
    ordered = sorted(seen.observations, key=lambda o: o.at_min)
    ahead = np.arange(60.0, 181.0, 5.0)
    ensemble = gather(whole.prior, seed=3)
    before = bands(ensemble, whole.simulate(ensemble.etas, ahead).values["systolic"])
    for upto in range(1, len(ordered) + 1):
        now = at_observations(whole, ordered[:upto])
        ensemble = observe(ensemble, now.observations, now, noise=now.noise)
        assert ensemble.trustworthy
        assert ensemble.effective >= 200
    after = bands(ensemble, whole.simulate(ensemble.etas, ahead).values["systolic"])
    assert np.all(after[-1] - after[0] < 0.5 * (before[-1] - before[0]))


def test_the_second_days_samples_tell_of_the_second_day():
    """Effects of an occasion are learned from that occasion's samples alone."""
    whole = predictor(load_model("simons-2022"), TWO_DAYS, one_person(70.0))
    true = np.zeros((1, len(whole.prior)))
    first, second = (whole.prior.names.index(f"mtt_nk@{day}") for day in (1, 2))
    true[0, second] = 0.8
    at = np.array([15.0, 30, 45, 60, 90, 120])
    at = np.concatenate([at, at + 2880])
    exact = whole.simulate(true, at).values
    readings = [
        sample(f"{kind}{t}", kind, t, exact[kind][0, i], error=ResidualError(log_sd=0.05))
        for kind in ("ketamine", "norketamine")
        for i, t in enumerate(at)
    ]
    seen = at_observations(whole, readings)
    found = individualise(seen, seen.prior, seen.observations, starts=2)
    assert found.converged
    assert found.etas[second] - found.etas[first] == pytest.approx(0.8, abs=3 * found.sd[second])
    assert found.sd[second] < 0.5 * whole.prior.sd[second]


def test_an_effect_without_an_error_of_its_own_is_refused():
    with pytest.raises(InputRefused, match="does not say how far") as refused:
        endpoint_error(replace(load_effect("systolic"), residual_sd=None))
    assert refused.value.field == "residual_sd"
