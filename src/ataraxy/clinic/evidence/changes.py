"""How sure a pool is, and what changes it: each question with its answer, or with how many studies it would take.

Nothing is printed that its method does not hold sound for so few studies: then the words stand in place of a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ataraxy.clinic.evidence.effect_words import sentence
from ataraxy.clinic.evidence.pictures import on_scale
from ataraxy.clinic.evidence.words import ACTIVITIES
from ataraxy.clinic.figures.effect_axis import estimate_words
from ataraxy.clinic.figures.types import Table
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.cumulative import cumulative
from ataraxy.core.evidence.dose_arms import DoseArms
from ataraxy.core.evidence.dose_response import dose_response
from ataraxy.core.evidence.estimate import Estimate, TooFew
from ataraxy.core.evidence.every_effect import every_effect
from ataraxy.core.evidence.influence import influence, leave_one_out
from ataraxy.core.evidence.nested import nested
from ataraxy.core.evidence.network import Disconnected, network
from ataraxy.core.evidence.pool_many import Inference
from ataraxy.core.evidence.publication_bias import begg, egger, trim_and_fill
from ataraxy.core.evidence.regress import STUDIES_A_MODERATOR, indicators, regress
from ataraxy.core.evidence.study import Arm, Study
from ataraxy.core.evidence.trial import Pair, of_pairs

Studies = Mapping[str, Study]
Floats = Sequence[float]
NETWORK = 5  # fewer say next to nothing of a whole net; a choice of this project
FEW = 5  # below it Hartung and Knapp's interval is bounded, as in the pool itself


@dataclass(frozen=True, slots=True)
class Probe:
    """One question put to a pool. ``table`` None: the words say all, or why there is no number."""

    asks: str
    words: str
    table: Table | None = None
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one analysis as arithmetic takes them: on the scale of analysis, with the arms they are of."""

    labels: tuple[str, ...]
    values: tuple[float, ...]
    variances: tuple[float, ...]
    rows: tuple[a.Row, ...]
    arms: tuple[Arm | None, ...]
    is_ratio: bool

    @property
    def inference(self) -> Inference:
        return Inference.BOUNDED if len(self.rows) < FEW else Inference.HARTUNG_KNAPP

    def said(self, one: Estimate) -> str:
        return estimate_words(one.value, one.low, one.high, is_ratio=self.is_ratio)


def lines_of(forest: a.Forest, studies: Studies) -> Lines:
    measure = forest.question.measure
    arms = tuple(
        next((arm for arm in studies[row.study].arms if arm.label == row.experimental), None)
        for row in forest.rows
    )
    return Lines(
        tuple(row.label for row in forest.rows),
        tuple(on_scale(row.effect.value, measure) for row in forest.rows),
        tuple(row.variance for row in forest.rows),
        forest.rows,
        arms,
        measure.is_ratio,
    )


def probes(forest: a.Forest, studies: Studies) -> tuple[Probe, ...]:
    """Every question, in the order in which a reader asks: one study, time, missing studies, then what else differs."""
    one = lines_of(forest, studies)
    return (
        _without(one),
        _pull(one),
        _by_year(one),
        *_small(one),
        *_moderated(one),
        _three_levels(forest, studies),
        _net(one),
        _curve(one),
    )


# --- one study more or less -------------------------------------------------------------------------


def _without(one: Lines) -> Probe:
    asks = "Without any one study, does it still hold?"
    found = leave_one_out(one.values, one.variances, inference=one.inference)
    if isinstance(found, TooFew):
        return Probe(asks, few(found))
    rows = tuple((one.labels[left.index], one.said(left.estimate), f"{left.i2:.0f} %") for left in found)
    turned = [one.labels[x.index] for x in found if x.estimate.low <= 0 <= x.estimate.high]
    told = "Whichever one is left out, the interval stays on one side of no effect."
    if turned:
        told = (
            f"The interval of the rest takes in no effect with any one of these left out: {listed(turned)}."
        )
    return Probe(
        asks, told, Table(("Without", "The rest pooled (95 % interval)", "I²"), rows), is_answered=True
    )


def _pull(one: Lines) -> Probe:
    asks = "Does one study pull the pool?"
    found = influence(one.values, one.variances, inference=one.inference)
    if isinstance(found, TooFew):
        return Probe(asks, few(found))
    rows = tuple(
        (
            one.labels[x.index],
            f"{100 * x.hat:.0f} %",
            f"{x.residual:.2f}",
            f"{x.dffits:.2f}",
            f"{x.cook:.2f}",
            "pulls" if x.influential else "",
        )
        for x in found
    )
    pulling = [one.labels[x.index] for x in found if x.influential]
    told = (
        f"By the usual cut-offs, yes: {listed(pulling)}." if pulling else "By the usual cut-offs, none does."
    )
    head = ("Study", "Weight", "Residual, studentised", "DFFITS", "Cook's distance", "Told")
    return Probe(asks, told, Table(head, rows), is_answered=True)


def _by_year(one: Lines) -> Probe:
    asks = "What was known when?"
    years = [row.year for row in one.rows]
    if len(one.rows) < 2:
        return Probe(asks, few(TooFew("A pool that grows by year", 2, len(one.rows))))
    if None in years:
        unknown = [row.label for row in one.rows if row.year is None]
        return Probe(asks, f"The year of {listed(unknown)} was not seen, so no order is told.")
    found = cumulative(one.values, one.variances, [year for year in years if year], inference=one.inference)
    rows = tuple(
        (f"{x.year}", listed([one.labels[i] for i in x.entered]), f"{x.k}", one.said(x.estimate))
        for x in found
    )
    head = ("After", "Came in", "Studies", "As it stood (95 % interval)")
    return Probe(asks, "The pool as it stood after each year's studies.", Table(head, rows), is_answered=True)


# --- studies nobody published -----------------------------------------------------------------------


def _small(one: Lines) -> tuple[Probe, ...]:
    return (_egger(one), _begg(one), _filled(one))


def _egger(one: Lines) -> Probe:
    asks = "Do small studies find more? Egger's regression"
    found = egger(one.values, one.variances)
    if isinstance(found, TooFew):
        return Probe(asks, few(found))
    words = f"p {found.slope.p:.2g}; a study without error would show {one.said(found.limit)}."
    return Probe(asks, words, is_answered=True)


def _begg(one: Lines) -> Probe:
    asks = "Do small studies find more? Begg's rank test"
    found = begg(one.values, one.variances)
    if isinstance(found, TooFew):
        return Probe(asks, few(found))
    return Probe(asks, f"Kendall's tau {found.tau:.2f}, p {found.p:.2g}.", is_answered=True)


def _filled(one: Lines) -> Probe:
    asks = "If the missing ones were put in? Trim-and-fill"
    found = trim_and_fill(one.values, one.variances)
    if isinstance(found, TooFew):
        return Probe(asks, few(found))
    words = (
        f"It supposes {found.missing} missing; with them the pool would be {one.said(found.pool.estimate)}."
    )
    return Probe(asks, words, is_answered=True)


# --- what differs between studies -------------------------------------------------------------------


def _moderated(one: Lines) -> tuple[Probe, ...]:
    doses = [_mg_per_kg(arm) for arm in one.arms]
    hours = [row.hour for row in one.rows]
    return (
        _by_number(one, "Does more of the drug do more? Meta-regression on the dose", "dose, mg/kg", doses),
        _by_number(one, "Does it fade? Meta-regression on the hour", "hour", hours),
        _by_comparator(one),
    )


def _by_number(one: Lines, asks: str, name: str, told: Sequence[float | None]) -> Probe:
    """On a number each study has; those of which it was not seen stay out, and are named."""
    kept = [i for i, number in enumerate(told) if number is not None]
    unseen = [one.labels[i] for i, number in enumerate(told) if number is None]
    apart = f" Not seen of {listed(unseen)}." if unseen else ""
    if len(kept) < STUDIES_A_MODERATOR:
        return Probe(asks, few(TooFew("Meta-regression", STUDIES_A_MODERATOR, len(kept))) + apart)
    return _regressed(one, asks, kept, {name: [float(told[i] or 0.0) for i in kept]}, apart)


def _by_comparator(one: Lines) -> Probe:
    asks = "Does the comparator matter? Meta-regression on what was given instead"
    kept = [i for i, row in enumerate(one.rows) if row.activity is not None]
    labels = [ACTIVITIES[row.activity] for row in one.rows if row.activity is not None]
    kinds = sorted(set(labels))
    wanted = STUDIES_A_MODERATOR * max(len(kinds) - 1, 1)
    if len(kept) < wanted:
        return Probe(asks, few(TooFew("Meta-regression", wanted, len(kept))))
    if len(kinds) < 2:
        return Probe(asks, f"All studies have the same: {kinds[0]}.")
    return _regressed(one, asks, kept, indicators("against", labels, kinds[0]), f" Beside: {kinds[0]}.")


def _regressed(one: Lines, asks: str, kept: Sequence[int], on: Mapping[str, Floats], more: str) -> Probe:
    try:
        found = regress([one.values[i] for i in kept], [one.variances[i] for i in kept], on)
    except ValueError as refused:
        return Probe(asks, f"{refused}{more}")
    if isinstance(found, TooFew):
        return Probe(asks, few(found) + more)
    left = f"{found.r2:.0f} % of the difference between studies goes with it." if found.r2 is not None else ""
    rows = tuple(
        (sentence(name), _plain(each), f"{each.p:.2g}")
        for name, each in zip(found.names, found.coefficients, strict=True)
    )
    scale = "on the logarithm of the ratio" if one.is_ratio else "in the unit of the effect"
    head = ("Of", f"Changes the effect by, {scale} (95 % interval)", "p")
    return Probe(asks, f"{left}{more}".strip(), Table(head, rows), is_answered=True)


def _plain(one: Estimate) -> str:
    return estimate_words(one.value, one.low, one.high, is_ratio=False)


def _mg_per_kg(arm: Arm | None) -> float | None:
    known = arm is not None and arm.dose is not None and arm.dose_unit == "mg/kg"
    return float(arm.dose.value) if known and arm is not None and arm.dose is not None else None


# --- all effects of every study ---------------------------------------------------------------------


def _three_levels(forest: a.Forest, studies: Studies) -> Probe:
    asks = "With every scale, hour and dose of each study together? The three-level model"
    found = every_effect(forest.question, (studies[row.study] for row in forest.rows))
    fitted = nested([x.value for x in found], [x.variance for x in found], [x.study for x in found])
    if isinstance(fitted, TooFew):
        return Probe(asks, few(fitted))
    ratio = forest.question.measure.is_ratio
    sturdy = fitted.robust[0]
    by_model = fitted.estimates[0]
    rows = (
        ("By the model", estimate_words(by_model.value, by_model.low, by_model.high, is_ratio=ratio)),
        (
            "With cluster-robust errors (CR2)",
            estimate_words(sturdy.estimate.value, sturdy.estimate.low, sturdy.estimate.high, is_ratio=ratio)
            if sturdy.sure
            else "too few degrees of freedom to be sure",
        ),
    )
    words = (
        f"{fitted.effects} effects of {fitted.studies} studies; I² between studies {fitted.i2_study:.0f} %, within one "
        f"{fitted.i2_within:.0f} %."
    )
    return Probe(asks, words, Table(("Pooled", "Effect (95 % interval)"), rows), is_answered=True)


def _net(one: Lines) -> Probe:
    asks = "Doses and comparators against each other? Network"
    if len(one.rows) < NETWORK:
        return Probe(asks, few(TooFew("A network of treatments", NETWORK, len(one.rows))))
    trials = [
        of_pairs(row.study, [Pair(row.experimental, row.control, value, variance)])
        for row, value, variance in zip(one.rows, one.values, one.variances, strict=True)
    ]
    found = network(trials)
    if isinstance(found, TooFew):
        return Probe(asks, few(found))
    if isinstance(found, Disconnected):
        apart = "; ".join(", ".join(part) for part in found.parts)
        return Probe(asks, f"No chain of trials joins them, so they cannot be compared: {apart}.")
    beside = found.treatments[-1]
    rows = tuple((name, one.said(found.effect(name, beside))) for name in found.treatments[:-1])
    words = f"Each beside {beside}; I² {found.i2:.0f} %. Only one contrast of each trial is in it."
    return Probe(asks, words, Table(("Treatment", "Effect (95 % interval)"), rows), is_answered=True)


def _curve(one: Lines) -> Probe:
    asks = "A curve through the doses?"
    told = [
        (row.study, dose, value, variance)
        for row, arm, value, variance in zip(one.rows, one.arms, one.values, one.variances, strict=True)
        if (dose := _mg_per_kg(arm)) is not None
    ]
    found = dose_response([DoseArms.of(study, 0.0, [x], [y], np.array([[v]])) for study, x, y, v in told])
    if isinstance(found, TooFew):
        return Probe(asks, few(found))
    rows = tuple(
        (f"{dose:g} mg/kg", one.said(expected))
        for dose in sorted({x for _, x, _, _ in told})
        if (expected := found.expect(dose)) is not None
    )
    words = (
        f"A straight line from no dose; doses from {found.lowest:g} to {found.highest:g} mg/kg were studied."
    )
    return Probe(asks, words, Table(("Dose", "Expected (95 % interval)"), rows), is_answered=True)


def few(one: TooFew) -> str:
    """ "Too few studies (k = 2; needs 10)." """
    return f"Too few {one.of} (k = {one.has}; needs {one.needs})."


def listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
