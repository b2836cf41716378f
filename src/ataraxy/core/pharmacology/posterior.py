"""All that is still possible for one person: weighted draws of their effects, given what was seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.individualise import Estimate, individualise
from ataraxy.core.pharmacology.likelihood import Observed, log_likelihood, observed
from ataraxy.core.pharmacology.observation import Observation
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.proposal import (
    PRIOR_SHARE,
    Kernel,
    around,
    draw_from,
    mixture_log_density,
    moments,
    whole_prior,
)
from ataraxy.core.pharmacology.scoring import EXACT, Predict, fit_of
from ataraxy.core.pharmacology.weighting import (
    PARETO_LIMIT,
    effective,
    normalised,
    pareto_k,
    systematic,
)

DRAWS = 4000
MOST_ROUNDS = 5
ENOUGH = 0.25  # of the draws: below that the proposal is adapted
LEAST_EFFECTIVE = 200.0  # a 5 % quantile of fewer is a guess


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of the effects (draws, d) with normalised ``weights`` (draws,).

    ``effective``: how many equal draws they are worth. ``pareto_k``: shape of the weights' tail.
    ``rounds``: how often the proposal was drawn from; above 1 it was adapted. ``trustworthy``: may be shown
    as this person's; if not, ``reason`` says why. ``log_evidence``: of the readings under the model.
    """

    names: tuple[str, ...]
    etas: FloatArray
    weights: FloatArray
    effective: float
    pareto_k: float
    rounds: int
    trustworthy: bool
    reason: str
    log_evidence: float
    log_base: FloatArray
    estimate: Estimate

    @property
    def mean(self) -> FloatArray:
        return moments(self.etas, self.weights)[0]

    @property
    def covariance(self) -> FloatArray:
        return moments(self.etas, self.weights)[1]

    def chosen(self, count: int, seed: int) -> IntArray:
        """(count,) places of equally likely members of the posterior, by systematic resampling."""
        return systematic(self.weights, count, seed)


def posterior(
    predict: Predict,
    prior: Prior,
    observations: Sequence[Observation],
    *,
    seed: int,
    draws: int = DRAWS,
    most_rounds: int = MOST_ROUNDS,
    estimate: Estimate | None = None,
    noise: float = EXACT,
) -> Posterior:
    """The posterior of one person's effects by importance sampling around their most probable ones.

    A Student's t at the estimate with Laplace's covariance, and a tenth of the prior. Where few draws carry
    the weight, further rounds are drawn around the moments found, and every draw is weighed against the
    mixture of all rounds, so that earlier draws are never lost and weights stay right.

    Args:
        predict, prior, observations: as for ``individualise``; no observation gives draws of the prior.
        draws: of each round. seed: of every random number.
        estimate: if already found. noise: as for ``individualise``.

    Raises:
        InputRefused: readings no person of the model could show, or arguments that cannot be.

    Source: adaptive multiple importance sampling, Cornuet et al. 2012, doi:10.1111/j.1467-9469.2011.00756.x.
    """
    if draws < 100 or most_rounds < 1:
        raise InputRefused(
            f"{draws} draws in {most_rounds} rounds are too few.", "Give 100 or more.", "draws"
        )
    found = estimate or individualise(predict, prior, observations, seed=seed, noise=noise)
    generator = np.random.Generator(np.random.SFC64(seed))
    if not observations:
        return _as_before(prior, draws, generator, found)
    sample = _Sample(predict, prior, observed(observations))
    sample.draw(_first(prior, found), draws, generator)
    while sample.rounds < most_rounds and (
        sample.effective < ENOUGH * draws or sample.pareto_k > PARETO_LIMIT
    ):
        sample.draw(_adapted(sample, prior, found), draws, generator)
    return _told(sample, prior, found)


class _Sample:
    """Draws so far, weighed against the mixture of every round they came from."""

    def __init__(self, predict: Predict, prior: Prior, seen: Observed) -> None:
        self.predict, self.prior, self.seen = predict, prior, seen
        self.fit = fit_of(predict)
        self.etas = np.zeros((0, len(prior)))
        self.log_likelihood = np.zeros(0)
        self.kernels: list[Kernel] = []
        self.rounds = 0
        self.log_base, self.log_weights = np.zeros(0), np.zeros(0)
        self.effective, self.pareto_k = 0.0, math.inf

    def draw(self, kernels: Sequence[Kernel], count: int, generator: np.random.Generator) -> None:
        etas = draw_from(kernels, count, generator)
        likelihood = explained(self.predict, self.seen, etas)
        self.etas = np.concatenate([self.etas, etas]) if self.rounds else etas
        self.log_likelihood = np.concatenate([self.log_likelihood, likelihood])
        self.kernels.extend(kernels)
        self.rounds += 1
        log_prior, proposed = self._densities()
        self.log_base = log_prior - proposed + math.log(self.rounds)
        self.log_weights = self.log_base + self.log_likelihood
        self.effective = effective(normalised(self.log_weights)[0])
        self.pareto_k = pareto_k(self.log_weights)

    def _densities(self) -> tuple[FloatArray, FloatArray]:
        """Of every draw under the prior, and under all that was drawn from."""
        if self.fit is None:
            return self.prior.log_density(self.etas), mixture_log_density(self.kernels, self.etas)
        return self.fit.log_densities(self.prior, self.kernels, self.etas)


def explained(predict: Predict, seen: Observed, etas: FloatArray) -> FloatArray:
    """How well effects (lanes, d) explain what was seen, (lanes,): their log likelihood, constants included.

    Compiled where the model can be told so, the general way where not; both agree.
    """
    fit = fit_of(predict)
    if fit is None:
        return log_likelihood(seen, predict(etas))
    found, left_over = fit.log_likelihood(seen, etas)
    if left_over.any():
        found[left_over] = log_likelihood(seen, predict(etas[left_over]))
    return found


def _first(prior: Prior, found: Estimate) -> list[Kernel]:
    return [around(found.etas, found.covariance, 1 - PRIOR_SHARE), whole_prior(prior, PRIOR_SHARE)]


def _adapted(sample: _Sample, prior: Prior, found: Estimate) -> list[Kernel]:
    """Kernels at the moments of the draws so far, their weights flattened until enough of them count."""
    enough = max(20.0 * len(prior), 60.0)
    power = 1.0
    weights, _ = normalised(sample.log_weights)
    while effective(weights) < enough and power > 0.01:
        power *= 0.7
        weights, _ = normalised(power * sample.log_weights)
    mean, covariance = moments(sample.etas, weights)
    covariance = covariance + 1e-6 * prior.covariance
    return [
        around(mean, covariance, 0.6),
        around(found.etas, 2 * found.covariance, 0.3),
        whole_prior(prior, PRIOR_SHARE),
    ]


def _told(sample: _Sample, prior: Prior, found: Estimate) -> Posterior:
    weights, log_evidence = normalised(sample.log_weights)
    reason = ""
    if sample.effective < LEAST_EFFECTIVE:
        reason = f"Only {sample.effective:.0f} of {len(weights)} draws carry the weight."
    elif sample.pareto_k > PARETO_LIMIT:
        reason = f"A few draws carry the tail of the weights (Pareto k {sample.pareto_k:.2f})."
    return Posterior(
        names=prior.names,
        etas=sample.etas,
        weights=weights,
        effective=sample.effective,
        pareto_k=sample.pareto_k,
        rounds=sample.rounds,
        trustworthy=not reason,
        reason=reason,
        log_evidence=log_evidence,
        log_base=sample.log_base,
        estimate=found,
    )


def _as_before(prior: Prior, draws: int, generator: np.random.Generator, found: Estimate) -> Posterior:
    """Nothing was seen: draws of the prior, all alike."""
    return Posterior(
        names=prior.names,
        etas=prior.draw(draws, generator),
        weights=np.full(draws, 1 / draws),
        effective=float(draws),
        pareto_k=-math.inf,
        rounds=1,
        trustworthy=True,
        reason="",
        log_evidence=0.0,
        log_base=np.zeros(draws),
        estimate=found,
    )
