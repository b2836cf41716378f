"""One person, live: members that may each be them, re-weighted by every reading of the session."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.likelihood import (
    Observed,
    log_likelihood,
    observed,
    refuse_the_impossible,
)
from ataraxy.core.pharmacology.observation import Observation
from ataraxy.core.pharmacology.people import FloatArray
from ataraxy.core.pharmacology.posterior import Posterior, explained, posterior
from ataraxy.core.pharmacology.prior import Prior
from ataraxy.core.pharmacology.scoring import EXACT, Predict, fit_of
from ataraxy.core.pharmacology.weighting import PARETO_LIMIT, effective, normalised, pareto_k, quantiles

MEMBERS = 2000
FEWEST = 500
SOME = 16  # members asked first whether anybody has any of what was measured
LEAST_SHARE = 0.1  # of the members: when fewer count, they are drawn anew
BANDS = (0.05, 0.25, 0.5, 0.75, 0.95)


class Members(StrEnum):
    """Where the members come from.

    GATHERED: from the prior. REDRAWN: too few of the earlier ones counted, so they were drawn anew around the
    readings, and their courses must be simulated again.
    """

    GATHERED = "gathered"
    REDRAWN = "redrawn"


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Members of one session: effects (members, d) and normalised ``weights`` (members,).

    ``log_base`` (members,): log of the prior over the density each was drawn from; weights are this times the
    likelihood of all readings. ``effective``: how many equal members they are worth. ``trustworthy``: their
    bands may be shown as this person's; if not, ``reason`` says why. ``observations``: distinct readings seen.
    """

    prior: Prior
    seed: int
    etas: FloatArray
    log_base: FloatArray
    weights: FloatArray
    effective: float
    members: Members
    trustworthy: bool
    reason: str
    observations: int

    def __len__(self) -> int:
        return len(self.etas)


def gather(prior: Prior, *, members: int = MEMBERS, seed: int) -> Ensemble:
    """The ensemble before anything was seen: members of the prior, all alike.

    The person's covariates are not here: they are in the ``predict`` that turns effects into predictions.
    """
    if members < FEWEST:
        raise InputRefused(f"{members} members are too few.", f"Ask for {FEWEST} or more.", "members")
    etas = prior.draw(members, np.random.Generator(np.random.Philox(seed)))
    equal = np.full(members, 1 / members)
    return Ensemble(
        prior, seed, etas, np.zeros(members), equal, float(members), Members.GATHERED, True, "", 0
    )


def observe(
    ensemble: Ensemble,
    observations: Sequence[Observation],
    predict: Predict,
    *,
    predicted: FloatArray | None = None,
    noise: float = EXACT,
) -> Ensemble:
    """What the members are worth after every reading of the session so far.

    A function of the members and of all readings: late, repeated and disordered messages end at the same
    answer. Where too few members count they are drawn anew from the posterior itself, each with the density
    it was drawn from, so that the weights stay right; this is told.

    Args:
        ensemble: from ``gather``, or the result of an earlier call: its members are kept while they count.
        observations: all of the session, any order; the same id twice counts once.
        predict: (lanes, d) effects -> (lanes, columns) at these observations, for this person and regimen.
        predicted: (members, columns) of this ensemble's members, if they were simulated already.
        noise: as for ``individualise``.

    Raises:
        InputRefused: readings no person of the model could show.
    """
    if not observations:
        return _unseen(ensemble)
    seen = observed(observations)
    log_weights = ensemble.log_base + _likelihoods(seen, predict, ensemble.etas, predicted)
    if ensemble.trustworthy and math.isfinite(float(log_weights.max())):
        weights, _ = normalised(log_weights)
        count = effective(weights)
        if count >= LEAST_SHARE * len(ensemble) and pareto_k(log_weights) <= PARETO_LIMIT:
            return replace(ensemble, weights=weights, effective=count, observations=len(seen))
    drawn = posterior(
        predict, ensemble.prior, observations, seed=ensemble.seed + 1, draws=len(ensemble), noise=noise
    )
    return _redrawn(ensemble, drawn, len(seen))


def _likelihoods(
    seen: Observed, predict: Predict, etas: FloatArray, predicted: FloatArray | None
) -> FloatArray:
    """Of every member (members,), once it is sure that the model can show what was measured."""
    if predicted is None and fit_of(predict) is not None:
        some = predict(etas[:SOME])[:, seen.columns]
        if (some > 0).any(axis=0).all():
            return explained(predict, seen, etas)
    given = predict(etas) if predicted is None else predicted
    refuse_the_impossible(seen, given)
    return log_likelihood(seen, given)


def _unseen(ensemble: Ensemble) -> Ensemble:
    if ensemble.members is Members.GATHERED and ensemble.observations == 0:
        return ensemble
    return gather(ensemble.prior, members=len(ensemble), seed=ensemble.seed)


def _redrawn(ensemble: Ensemble, drawn: Posterior, readings: int) -> Ensemble:
    """The posterior's own draws; thinned to as many members as before where it took several rounds."""
    etas, weights, log_base = drawn.etas, drawn.weights, drawn.log_base
    if len(etas) > len(ensemble):
        chosen = drawn.chosen(len(ensemble), ensemble.seed + 2)
        # A thinned member was drawn by prior times likelihood: what is left of its base is one over the latter.
        with np.errstate(divide="ignore"):
            log_base = (log_base - np.log(weights))[chosen]
        etas, weights = etas[chosen], np.full(len(ensemble), 1 / len(ensemble))
    return Ensemble(
        prior=ensemble.prior,
        seed=ensemble.seed,
        etas=etas,
        log_base=log_base,
        weights=weights,
        effective=min(drawn.effective, float(len(ensemble))),
        members=Members.REDRAWN,
        trustworthy=drawn.trustworthy,
        reason=drawn.reason,
        observations=readings,
    )


def bands(ensemble: Ensemble, values: FloatArray, levels: tuple[float, ...] = BANDS) -> FloatArray:
    """Bands of what is to come: (levels, times) from the members' simulated courses (members, times)."""
    if len(values) != len(ensemble):
        raise InputRefused(
            f"{len(values)} courses for {len(ensemble)} members.",
            "Simulate the members of this ensemble.",
            "values",
        )
    return quantiles(values, ensemble.weights, levels)
