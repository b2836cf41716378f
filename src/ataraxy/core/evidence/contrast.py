"""The effect of one study's contrast, by each way of taking a crossover: its number, its words, and what to know of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite, log

from ataraxy.core.evidence.answer import Analysis
from ataraxy.core.evidence.choose import Candidate
from ataraxy.core.evidence.consistency import contradictions
from ataraxy.core.evidence.contradiction import Flaw, Weight
from ataraxy.core.evidence.counts import Table, log_odds_ratio, log_risk_ratio, risk_difference
from ataraxy.core.evidence.estimate import Effect, TooFew
from ataraxy.core.evidence.group_consistency import findings_of_group
from ataraxy.core.evidence.means import (
    Sample,
    mean_difference,
    small_sample_factor,
    standardised_mean_difference,
)
from ataraxy.core.evidence.numbers import OF_EVENTS, numbers_seen
from ataraxy.core.evidence.paired import PairedCounts, conditional_odds_ratio, paired_risk_difference
from ataraxy.core.evidence.paired_means import PairedSample, paired_mean_difference, paired_smd
from ataraxy.core.evidence.spread import sd_of_interval, sd_of_se, se_of_interval
from ataraxy.core.evidence.study import (
    Carryover,
    Design,
    Figure,
    Group,
    Measure,
    Pairs,
    Reported,
    Seen,
)

OF_TABLE: Mapping[Measure, Callable[[Table], Effect | TooFew]] = {
    Measure.OR: log_odds_ratio,
    Measure.RR: log_risk_ratio,
    Measure.RD: risk_difference,
}
OF_PAIRS: Mapping[Measure, Callable[[PairedCounts], Effect | TooFew]] = {
    Measure.OR: conditional_odds_ratio,
    Measure.RD: paired_risk_difference,
}


@dataclass(frozen=True, slots=True)
class Contrast:
    """One line of a pool before it is put together."""

    candidate: Candidate
    effect: Effect
    numbers: str
    seen: Seen
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoEffect:
    """Why a contrast has no effect in this analysis; ``paired``: because the pairs were not seen."""

    words: str
    paired: bool = False
    inconsistent: bool = False


def is_paired(candidate: Candidate) -> bool:
    """Whether the same people had both treatments, and both are counted."""
    return candidate.study.design is Design.CROSSOVER and not candidate.outcome.first_period


def contrast(candidate: Candidate, measure: Measure, analysis: Analysis) -> Contrast | NoEffect:
    """The effect of a chosen contrast; numbers the arithmetic refuses give none, and its reason.

    Args:
        candidate: a study's contrast that may be pooled.
        measure: on which scale.
        analysis: whether a crossover's people are taken beside themselves, or as if they were others.
    """
    try:
        return _contrast(candidate, measure, analysis)
    except ValueError as refusal:
        return NoEffect(f"Its numbers cannot be used: {refusal}", inconsistent=True)


def _contrast(candidate: Candidate, measure: Measure, analysis: Analysis) -> Contrast | NoEffect:
    paired = analysis is Analysis.PAIRED and is_paired(candidate)
    if candidate.numbers.has_groups and not paired:
        return _of_groups(candidate, measure)
    if paired and candidate.numbers.has_groups and measure not in OF_EVENTS:
        return _of_paired_means(candidate, measure)
    if paired and candidate.numbers.pairs is not None:
        return _of_pairs(candidate, candidate.numbers.pairs, measure)
    if candidate.numbers.reported is not None:
        return _of_reported(candidate, candidate.numbers.reported)
    if paired:
        return NoEffect("Who responded to which treatment was not seen, only how many to each.", paired=True)
    return NoEffect("Only the pairs were seen, not how many responded to each treatment.")


def _of_groups(candidate: Candidate, measure: Measure) -> Contrast | NoEffect:
    first, second = candidate.numbers.experimental, candidate.numbers.control
    if first is None or second is None:  # has_groups says otherwise; for the type checker
        return NoEffect("No groups were seen.")
    wrong = _impossible(candidate, first, second)
    if wrong:
        return NoEffect(f"Its printed numbers cannot be: {wrong}", inconsistent=True)
    if measure in OF_EVENTS:
        table = Table(_int(first.events), _int(first.n), _int(second.events), _int(second.n))
        words = f"{table.events} of {table.n} beside {table.control_events} of {table.control_n}"
        return _made(
            candidate, OF_TABLE[measure](table), words, (first.n, first.events, second.n, second.events)
        )
    one, other = sample(first), sample(second)
    effect = (
        mean_difference(one, other) if measure is Measure.MD else standardised_mean_difference(one, other)
    )
    return _made(
        candidate, effect, f"{_mean(first)} beside {_mean(second)}", (*_means(first), *_means(second))
    )


def _impossible(candidate: Candidate, *groups: Group) -> str:
    """Why no people can have given a group's numbers, or an SD is a standard error; empty where neither is."""
    found = [one for group in groups for one in findings_of_group(candidate.outcome, group)]
    barring = (one for one in found if one.weight is Weight.IMPOSSIBLE or one.kind is Flaw.SD_SE)
    return next((one.words for one in barring), "")


def _of_pairs(candidate: Candidate, pairs: Pairs, measure: Measure) -> Contrast | NoEffect:
    if measure not in OF_PAIRS:
        return NoEffect(f"A {measure.value.upper()} of pairs is not computed here.", paired=True)
    if measure is Measure.RD and (pairs.both is None or pairs.neither is None):
        return NoEffect("How many responded to both and to neither was not seen.", paired=True)
    counts = PairedCounts(
        _int(pairs.experimental_only), _int(pairs.control_only), _maybe(pairs.both), _maybe(pairs.neither)
    )
    words = f"{counts.experimental_only} to {candidate.experimental.drug} only, "
    words += f"{counts.control_only} to {candidate.control.drug} only"
    return _made(candidate, OF_PAIRS[measure](counts), words, (pairs.experimental_only, pairs.control_only))


def _of_paired_means(candidate: Candidate, measure: Measure) -> Contrast | NoEffect:
    first, second, r = candidate.numbers.experimental, candidate.numbers.control, candidate.outcome.pairing_r
    if first is None or second is None or r is None:
        return NoEffect("How people's two values go together (their correlation) was not seen.", paired=True)
    one, other = sample(first), sample(second)
    both = PairedSample(min(one.n, other.n), one.mean, one.sd, other.mean, other.sd, float(r.value))
    effect = paired_mean_difference(both) if measure is Measure.MD else paired_smd(both)
    words = f"{_mean(first)} beside {_mean(second)}, correlation {r.value}"
    return _made(candidate, effect, words, (*_means(first), *_means(second), r))


def _of_reported(candidate: Candidate, reported: Reported) -> Contrast | NoEffect:
    wrong = contradictions(reported)
    if wrong:
        return NoEffect(f"Its printed numbers disagree: {wrong[0].words}", inconsistent=True)
    factor = _small_sample(candidate) if reported.cohens_d else 1.0
    value, se = (factor * one for one in _on_scale(reported))
    value = -value if candidate.numbers.turned else value
    name = (
        "as printed, from its standard error" if reported.se is not None else "as printed, from its interval"
    )
    name += ", Cohen's d made Hedges' g" if reported.cohens_d else ""
    figures = (reported.estimate, reported.se, reported.low, reported.high)
    return _made(candidate, Effect(reported.measure, value, se * se, name), _printed(reported), figures)


def _small_sample(candidate: Candidate) -> float:
    """By what a printed d is multiplied to be the g it is pooled with.

    Raises:
        ValueError: how many were in each arm was not seen.
    """
    arms = (candidate.experimental.randomised, candidate.control.randomised)
    if None in arms:
        raise ValueError(
            "a printed d needs how many were in each arm to be corrected, and that was not seen."
        )
    return small_sample_factor(sum(_int(one) for one in arms) - 2)


def _on_scale(reported: Reported) -> tuple[float, float]:
    """A printed estimate on the scale of analysis, and its standard error."""
    ratio = reported.measure.is_ratio
    value, low, high = (
        None if one is None else (_log(float(one.value)) if ratio else float(one.value))
        for one in (reported.estimate, reported.low, reported.high)
    )
    if value is None:
        raise ValueError("the estimate is missing.")
    if reported.se is not None:
        return value, float(reported.se.value)
    if low is None or high is None:
        raise ValueError("the estimate's uncertainty is missing.")
    return value, se_of_interval(low, high, float(reported.level))


def _log(ratio: float) -> float:
    if ratio <= 0:
        raise ValueError(f"a ratio is above zero, and {ratio:g} is not.")
    return log(ratio)


def _made(
    candidate: Candidate, effect: Effect | TooFew, words: str, figures: tuple[Figure | None, ...]
) -> Contrast | NoEffect:
    if isinstance(effect, TooFew):
        return NoEffect(str(effect))
    if not (0 < effect.variance < inf and isfinite(effect.value)):
        return NoEffect("Its effect has no spread, or none that can be told, so it cannot be weighed.")
    notes = tuple(dict.fromkeys(_notes(candidate, effect, figures)))
    return Contrast(candidate, effect, words, numbers_seen(figures), notes)


def _notes(candidate: Candidate, effect: Effect, figures: tuple[Figure | None, ...]) -> Iterator[str]:
    """What a reader should know of this line."""
    least = numbers_seen(figures)
    if least is not Seen.READ:
        yield f"Numbers {least.value}, not read."
    yield from (f"{one.note.rstrip('.')}." for one in figures if one is not None and one.note)
    if effect.correction:
        yield f"{effect.correction:g} was added to each cell, because one is zero."
    study = candidate.study
    if len(study.conditions) > 1:
        yield f"Diagnoses together: {', '.join(one.value.upper() for one in study.conditions)}."
    yield from candidate.beside
    if is_paired(candidate) and study.carryover is Carryover.NOT_SEEN:
        yield "Whether the first period reached into the second was not seen."
    if is_paired(candidate) and effect.method.startswith("as printed"):
        yield "How the paper took its crossover was not seen."


def sample(group: Group) -> Sample:
    """A group's mean and SD; the SD from its standard error or its 95 % interval where only that was printed."""
    n, mean = _int(group.n), _float(group.mean)
    if group.sd is not None:
        return Sample(n, mean, float(group.sd.value))
    if group.se is not None:
        return Sample(n, mean, sd_of_se(float(group.se.value), n))
    return Sample(n, mean, sd_of_interval(_float(group.low), _float(group.high), n))


def _means(group: Group) -> tuple[Figure | None, ...]:
    return (group.n, group.mean, group.sd, group.se, group.low, group.high)


def _mean(group: Group) -> str:
    one = sample(group)
    return f"{one.mean:g} (SD {one.sd:.3g}, n {one.n})"


def _printed(reported: Reported) -> str:
    told = "" if reported.estimate is None else str(reported.estimate.value)
    reach = f" [{reported.low.value}, {reported.high.value}]" if reported.low and reported.high else ""
    se = f" (SE {reported.se.value})" if reported.se is not None else ""
    order = f"{reported.experimental} beside {reported.control}"
    return f"printed: {told}{reach}{se}, {order}"


def _int(figure: Figure | None) -> int:
    return int(_float(figure))


def _maybe(figure: Figure | None) -> int | None:
    return None if figure is None else int(figure.value)


def _float(figure: Figure | None) -> float:
    if figure is None:
        raise ValueError("one is missing.")
    return float(figure.value)
