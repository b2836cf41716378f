"""Five hundred simulated patients: intervals hold what they say, on models of the catalog through the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from ataraxy.catalog.pk import load_model
from ataraxy.core.pharmacology.individualise import individualise_many
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.observation import Observation, residual_error
from ataraxy.core.pharmacology.people import one_person, same_people
from ataraxy.core.pharmacology.posterior import posterior
from ataraxy.core.pharmacology.predictor import at_observations, predictor
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import Tier
from ataraxy.core.pharmacology.weighting import quantiles

PATIENTS = 500
INFUSION = (Dose(PkRoute.INTRAVENOUS, 0.0, mg_per_kg=0.5, duration_min=40.0),)
SPRAYS = (Dose(PkRoute.NASAL, 0.0, mg=56.0),)


@dataclass(frozen=True)
class Study:
    """Patients with known effects, and the posterior of each from their own samples."""

    names: tuple[str, ...]
    prior_sd: np.ndarray
    true: np.ndarray  # (patients, d)
    low: np.ndarray
    high: np.ndarray
    rank: np.ndarray  # of the truth among equally likely draws, 0 to 99
    trusted: np.ndarray


def study(name, regimen, at_min, seed):
    model = load_model(name)
    whole = predictor(model, regimen, same_people(one_person(70.0), PATIENTS), tier=Tier.NUMBA)
    random = np.random.default_rng(seed)
    true = whole.prior.draw(PATIENTS, random)
    people = samples(model, whole.simulate(true, np.array(at_min)).values, at_min, random)
    predict = at_observations(whole, people[0])
    estimates = individualise_many(predict, whole.prior, people, exact_covariance=True)
    found = [
        posterior(predict, whole.prior, readings, seed=patient, draws=1000, estimate=estimate)
        for patient, (readings, estimate) in enumerate(zip(people, estimates, strict=True))
    ]
    edges = np.array([quantiles(p.etas, p.weights, (0.05, 0.95)) for p in found])
    rank = np.array([(p.etas[p.chosen(99, i)] < true[i]).sum(axis=0) for i, p in enumerate(found)])
    trusted = np.array([p.trustworthy for p in found])
    return Study(whole.prior.names, whole.prior.sd, true, edges[:, 0], edges[:, 1], rank, trusted)


def samples(model, exact, at_min, random):
    """Every patient's samples with the model's own errors; a level is never below a hundredth of the truth."""
    people = [[] for _ in range(PATIENTS)]
    for analyte in model.analytes:
        error = residual_error(analyte.residual)
        for column, at in enumerate(at_min):
            level = exact[analyte.name][:, column]
            noise = random.standard_normal(PATIENTS)
            spread = np.hypot(error.additive_sd, error.proportional_sd * level)
            values = level * np.exp(error.log_sd * noise) + np.where(error.log_sd > 0, 0.0, spread * noise)
            for readings, value in zip(people, np.maximum(values, 0.01 * level), strict=True):
                name = f"{analyte.name}{column}"
                readings.append(Observation(name, analyte.name, float(at), float(value), "ng/mL", error))
    return people


@pytest.fixture(scope="module")
def infused():
    return study("otto-2021", INFUSION, [20.0, 40, 60, 120, 240, 480], 2021)


@pytest.fixture(scope="module")
def sprayed():
    return study("perez-ruixo-2021", SPRAYS, [20.0, 40, 60, 120, 240, 480], 2022)


@pytest.mark.slow
@pytest.mark.parametrize("patients", ["infused", "sprayed"])
def test_ninety_percent_intervals_hold_the_truth_as_often_as_they_say(patients, request):
    found = request.getfixturevalue(patients)
    held = ((found.low <= found.true) & (found.true <= found.high)).mean(axis=0)
    assert np.all((held >= 0.85) & (held <= 0.95)), dict(zip(found.names, held, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("patients", ["infused", "sprayed"])
def test_the_truth_ranks_evenly_among_the_draws(patients, request):
    """Simulation-based calibration: twenty equal bins of ranks, chi-square, each effect and all together."""
    found = request.getfixturevalue(patients)
    counts = np.array([np.histogram(rank, bins=20, range=(0, 100))[0] for rank in found.rank.T])
    statistic = ((counts - PATIENTS / 20) ** 2 / (PATIENTS / 20)).sum(axis=1)
    chance = stats.chi2.sf(statistic, 19)
    assert np.all(chance > 0.01 / len(chance)), dict(zip(found.names, chance, strict=True))


@pytest.mark.slow
def test_samples_narrow_the_clearance_well_below_the_prior(infused):
    place = infused.names.index("cl")
    width = np.median(infused.high[:, place] - infused.low[:, place])
    assert width < 0.7 * 2 * stats.norm.ppf(0.95) * infused.prior_sd[place]


@pytest.mark.slow
@pytest.mark.parametrize("patients", ["infused", "sprayed"])
def test_nearly_every_posterior_may_be_trusted(patients, request):
    assert request.getfixturevalue(patients).trusted.mean() > 0.98
