"""What each domain of GRADE proposes for a body of evidence: how many levels, and the reason in words with its numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp
from statistics import NormalDist

from ataraxy.core.evidence.body import Body, Contribution, Cuts, Domain, Level
from ataraxy.core.evidence.study import BiasDomain, Judgement, Measure

Rule = Callable[[Body, Cuts], tuple[int, str]]


def start(body: Body) -> tuple[Level, str]:
    """Where the certainty starts, by design."""
    others = [one.label for one in body.studies if not one.randomised]
    if others:
        return Level.LOW, f"Not randomised, so it starts low: {', '.join(others)}."
    return Level.HIGH, "Randomised trials start high."


def of_bias(body: Body, cuts: Cuts) -> tuple[int, str]:
    """Two levels where most of the weight is from studies at high risk in several domains; one where most has a flaw."""
    worst = _weight(body, lambda one: len(_domains(one, Judgement.HIGH)) > 1)
    high = _weight(body, lambda one: bool(_domains(one, Judgement.HIGH)))
    doubtful = _weight(
        body, lambda one: not one.bias or any(b.judgement is not Judgement.LOW for b in one.bias)
    )
    unjudged = [one.label for one in body.studies if not one.bias]
    reason = (
        f"{high:.0f} % of the weight is from studies at high risk of bias in some domain, {worst:.0f} % in more "
        f"than one, {doubtful:.0f} % from studies not at low risk in all.{_unblinded(body)}"
    )
    reason += f" Not judged: {', '.join(unjudged)}." if unjudged else ""
    if worst > cuts.weight_percent:
        return 2, reason
    return (1 if doubtful > cuts.weight_percent else 0), reason


def of_inconsistency(body: Body, cuts: Cuts) -> tuple[int, str]:
    """One level where studies differ by more than chance, two where they differ much and in direction."""
    if len(body.studies) == 1:
        return 0, "One study: whether another would agree is not known."
    if body.i2_percent is None or body.q_p is None:
        return 1, "How much the studies differ was not computed."
    told = f"I² {body.i2_percent:.0f} %, p of heterogeneity {body.q_p:.2g}, {len(body.studies)} studies."
    differ = body.q_p < cuts.q_p
    both_ways = min(one.effect for one in body.studies) < 0 < max(one.effect for one in body.studies)
    if differ and body.i2_percent >= cuts.i2_very_serious and both_ways:
        return 2, f"Studies differ much, and in direction: {told}"
    if differ and body.i2_percent >= cuts.i2_serious:
        return 1, f"Studies differ by more than chance: {told}"
    if body.predicted is not None and _crosses(*body.predicted) and not _crosses(body.low, body.high):
        return 1, f"The next study may well find no effect though the average excludes none: {told}"
    return 0, f"Studies do not differ by more than chance would have them: {told}"


def of_indirectness(body: Body, _cuts: Cuts) -> tuple[int, str]:
    """As many levels as the gravest way in which the evidence is not about the question, at least one more for several."""
    if not body.indirect:
        return (
            0,
            "The studies asked our question: no difference in people, drug, comparator, outcome or time was told.",
        )
    steps = min(2, max(one.steps for one in body.indirect) + (1 if len(body.indirect) > 2 else 0))
    return steps, " ".join(f"{one.aspect.capitalize()}: {one.reason}" for one in body.indirect)


def of_imprecision(body: Body, cuts: Cuts) -> tuple[int, str]:
    """By the interval (no difference, the smallest important one) and by how many people there were."""
    by_interval, told = _by_interval(body)
    by_size, size = _by_size(body, cuts)
    both = by_interval >= 1 and by_size >= 1
    return (2 if both else max(by_interval, by_size)), f"{told} {size}"


def of_publication(body: Body, cuts: Cuts) -> tuple[int, str]:
    """One level where small studies find more, or much of what was done was not seen."""
    k, missing = len(body.studies), len(body.unreported)
    told = [f"{k} {'study' if k == 1 else 'studies'}"]
    steps = 0
    if body.small_study_p is None:
        told.append("too few, or not tested, to see whether small studies find more")
    else:
        steps = 1 if body.small_study_p < cuts.small_study_p else 0
        told.append(f"test of small studies p = {body.small_study_p:.2g}")
    if missing:
        steps = max(steps, 1 if missing / (k + missing) >= cuts.unreported_share else 0)
        told.append(f"results not seen: {', '.join(body.unreported)}")
    return steps, "; ".join(told) + "."


def of_large_effect(body: Body, cuts: Cuts) -> tuple[int, str]:
    """Ratios of risks or hazards only: twice, or five times, and an interval without no difference."""
    if body.measure not in (Measure.RR, Measure.HR) or _crosses(body.low, body.high):
        return 0, "No large ratio of risks that excludes no difference."
    ratio = exp(abs(body.value))
    steps = 2 if ratio >= cuts.very_large_ratio else 1 if ratio >= cuts.large_ratio else 0
    return steps, f"The ratio is {exp(body.value):.2f}."


def of_dose_response(body: Body, _cuts: Cuts) -> tuple[int, str]:
    return (1, "More of the drug did more.") if body.dose_response else (0, "No dose-response was shown.")


def of_confounding(body: Body, _cuts: Cuts) -> tuple[int, str]:
    if not body.opposing_confounding:
        return 0, "Nothing was told that would have hidden an effect."
    return 1, body.opposing_confounding


TAKE_AWAY: dict[Domain, Rule] = {
    Domain.BIAS: of_bias,
    Domain.INCONSISTENCY: of_inconsistency,
    Domain.INDIRECTNESS: of_indirectness,
    Domain.IMPRECISION: of_imprecision,
    Domain.PUBLICATION: of_publication,
}
ADD: dict[Domain, Rule] = {
    Domain.LARGE_EFFECT: of_large_effect,
    Domain.DOSE_RESPONSE: of_dose_response,
    Domain.CONFOUNDING: of_confounding,
}


def size_for_means(smd: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """People in all that one trial of two equal arms would need to show this difference, in standard deviations."""
    if smd == 0:
        raise ValueError(
            "No trial is large enough to show a difference of zero: give the smallest that matters."
        )
    return 2 * ceil(2 * _reach(alpha, power) ** 2 / smd**2)


def size_for_events(control: float, experimental: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """People in all that one trial of two equal arms would need to tell these two shares (0 to 1) apart."""
    if not (0 <= control <= 1 and 0 <= experimental <= 1) or control == experimental:
        raise ValueError(
            "Give two different shares between 0 and 1, for example 0.2 without and 0.4 with the drug."
        )
    spread = control * (1 - control) + experimental * (1 - experimental)
    return 2 * ceil(_reach(alpha, power) ** 2 * spread / (control - experimental) ** 2)


def _reach(alpha: float, power: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)


def _by_interval(body: Body) -> tuple[int, str]:
    matters = body.important
    if matters is not None and body.low <= -matters and body.high >= matters:
        return 2, "The interval holds an important effect either way."
    if _crosses(body.low, body.high):
        return 1, "The interval holds no difference."
    if matters is not None and min(abs(body.low), abs(body.high)) < matters:
        return 1, "The interval holds effects too small to matter."
    if matters is None:
        return 0, "The interval excludes no difference; what difference matters was not set."
    return 0, "The interval holds only effects that matter."


def _by_size(body: Body, cuts: Cuts) -> tuple[int, str]:
    if body.people is None:
        return 1, "How many people there were is not known."
    if body.needed_people is None and body.events is not None:
        few = body.events < cuts.events
        return int(few), f"{body.events} events (rule of thumb: {cuts.events})."
    needed = body.needed_people or cuts.people
    told = f"{body.people} people, where one trial large enough would take {needed}."
    if body.people < cuts.far_below * needed:
        return 2, told
    return int(body.people < needed), told


def _crosses(low: float, high: float) -> bool:
    return low <= 0 <= high


def _domains(one: Contribution, judgement: Judgement) -> set[BiasDomain]:
    return {bias.domain for bias in one.bias if bias.judgement is judgement}


def _weight(body: Body, which: Callable[[Contribution], bool]) -> float:
    return sum(one.weight_percent for one in body.studies if which(one))


def _unblinded(body: Body) -> str:
    share = _weight(body, lambda one: BiasDomain.UNBLINDING in _domains(one, Judgement.HIGH))
    return f" People could feel which drug they had in {share:.0f} %." if share else ""
