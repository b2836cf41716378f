"""Every contradiction in the printed numbers of a whole study or review, each with the place it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import sqrt

from ataraxy.core.evidence.consistency import contradictions
from ataraxy.core.evidence.contradiction import Contradiction, Flaw, Place, Weight
from ataraxy.core.evidence.counts import Corrects, Table, ZeroCells, effects_of_tables
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.grim import share_possible
from ataraxy.core.evidence.group_consistency import findings_of_counts, findings_of_group, whole_number
from ataraxy.core.evidence.printed import Span, span
from ataraxy.core.evidence.study import (
    Group,
    Harm,
    Measure,
    Outcome,
    Pairs,
    Reported,
    Review,
    Study,
)
from ataraxy.core.evidence.tails import critical


def findings_of_study(study: Study) -> tuple[Contradiction, ...]:
    """All that cannot be right, or hardly, in the order of the study's outcomes and harms."""
    found: list[Contradiction] = []
    for outcome in study.outcomes:
        for i, reported in enumerate(outcome.reported):
            place = Place(study.id, outcome.key, i)
            found += [replace(one, place=place) for one in contradictions(reported)]
            found += [replace(one, place=place) for one in _sd_for_se(outcome, reported)]
            found += [replace(one, place=place) for one in _direction(outcome, reported)]
        for group in outcome.groups:
            place = Place(study.id, outcome.key, arm=group.arm)
            found += [replace(one, place=place) for one in findings_of_group(outcome, group)]
        for pairs in outcome.pairs:
            place = Place(study.id, outcome.key)
            found += [replace(one, place=place) for one in _pairs(outcome, pairs)]
    for harm in study.harms:
        place = Place(study.id, harm.effect or harm.label, arm=harm.arm)
        found += [replace(one, place=place) for one in _harm(harm)]
    return tuple(found)


def findings_of_review(review: Review) -> tuple[Contradiction, ...]:
    """All that cannot be right, or hardly, in a review's printed pools."""
    return tuple(
        replace(one, place=Place(review.id, pool.key, 0))
        for pool in review.pools
        for one in contradictions(pool.reported)
    )


def _sd_for_se(outcome: Outcome, reported: Reported) -> Iterator[Contradiction]:
    """Standard errors of the arms printed as SDs: then the printed difference is far less sure than the SDs tell."""
    groups = {group.arm: group for group in outcome.groups}
    one, other = groups.get(reported.experimental), groups.get(reported.control)
    if reported.measure is not Measure.MD or one is None or other is None:
        return
    n, control_n = whole_number(one.n), whole_number(other.n)
    se = _se_of(reported)
    if not n or not control_n or one.sd is None or other.sd is None or se is None:
        return
    sd, control_sd = float(one.sd.value), float(other.sd.value)
    told, as_errors = sqrt(sd**2 / n + control_sd**2 / control_n), sqrt(sd**2 + control_sd**2)
    if as_errors == 0 or se < 2 * told or not 0.8 < se / as_errors < 1.25:
        return
    words = (
        f"The difference has a standard error of {se:.3g}; from SDs of {sd:g} and {control_sd:g} it would be {told:.3g}. "
        "What is printed as SDs are standard errors: taken as SDs they make effects too large and too sure."
    )
    numbers = (("se", se), ("se told", told), ("sd", sd), ("control sd", control_sd))
    yield Contradiction(Flaw.SD_SE, Weight.DISAGREES, words, numbers)


def _direction(outcome: Outcome, reported: Reported) -> Iterator[Contradiction]:
    """A printed estimate that is what the arms show with the arms exchanged; adjusted estimates seldom are, exactly."""
    groups = {group.arm: group for group in outcome.groups}
    one, other = groups.get(reported.experimental), groups.get(reported.control)
    if reported.estimate is None or one is None or other is None:
        return
    shown = _shown_by(reported.measure, one, other)
    printed = span(reported.estimate)
    printed = printed.log() if reported.measure.is_ratio else printed
    if shown is None or 0 in shown or shown.meets(printed) or not shown.meets(-printed):
        return
    words = (
        f"The arms {reported.experimental} and {reported.control} show {reported.measure.value} {reported.estimate.value} "
        "only with the arms exchanged: the estimate or the arms stand the wrong way round, and benefit is told as harm."
    )
    numbers = (
        ("estimate", float(reported.estimate.value)),
        ("shown by the arms", (shown.low + shown.high) / 2),
    )
    yield Contradiction(Flaw.DIRECTION, Weight.DISAGREES, words, numbers)


def _shown_by(measure: Measure, one: Group, other: Group) -> Span | None:
    """What two arms show on the scale of analysis, with all their digits allow; None where they do not tell."""
    if measure is Measure.MD:
        return None if one.mean is None or other.mean is None else span(one.mean) - span(other.mean)
    counts = [whole_number(figure) for figure in (one.events, one.n, other.events, other.n)]
    if measure not in (Measure.OR, Measure.RR, Measure.RD) or None in counts:
        return None
    events, n, control_events, control_n = (count or 0 for count in counts)
    if not (0 <= events <= n and 0 <= control_events <= control_n and n and control_n):
        return None
    (effect,) = effects_of_tables(
        [Table(events, n, control_events, control_n)], measure, ZeroCells(to=Corrects.NONE)
    )
    return None if isinstance(effect, TooFew) else Span(effect.value, effect.value)


def _se_of(reported: Reported) -> float | None:
    if reported.se is not None:
        return float(reported.se.value)
    if reported.low is None or reported.high is None:
        return None
    return float(reported.high.value - reported.low.value) / 2 / critical(float(reported.level))


def _pairs(outcome: Outcome, pairs: Pairs) -> Iterator[Contradiction]:
    """People who responded within pairs are among those who responded at all."""
    groups = {group.arm: group for group in outcome.groups}
    both = 0 if pairs.both is None else int(pairs.both.value)
    for arm, only in ((pairs.experimental, pairs.experimental_only), (pairs.control, pairs.control_only)):
        group = groups.get(arm)
        if group is None or group.events is None or int(only.value) + both <= int(group.events.value):
            continue
        words = (
            f"{int(only.value) + both} people in pairs responded to {arm}, and only {group.events.value} responded to it "
            "at all: the pairs were read or inferred wrongly."
        )
        numbers = (("in pairs", float(only.value) + both), ("events", float(group.events.value)))
        yield Contradiction(Flaw.COUNTS, Weight.IMPOSSIBLE, words, numbers)


def _harm(harm: Harm) -> Iterator[Contradiction]:
    n = whole_number(harm.at_risk)
    if n is None or n < 1:
        return
    if harm.events is not None:
        yield from findings_of_counts(Group(harm.arm, n=harm.at_risk, events=harm.events))
    if harm.share is None:
        return
    share = harm.share.value
    told = None if harm.events is None else 100 * float(harm.events.value) / n
    if harm.events is not None and told is not None and not span(share).meets(Span(told, told)):
        words = f"{harm.events.value} of {n} people are {told:.3g} %, and {share} % is printed: another n, or a misprint."
        numbers = (("share", float(share)), ("events", float(harm.events.value)), ("n", float(n)))
        yield Contradiction(Flaw.SHARE, Weight.DISAGREES, words, numbers)
    elif harm.events is None and not share_possible(share, n):
        words = f"No whole number of {n} people is {share} %: it is of another number of people, or a rate of doses."
        yield Contradiction(Flaw.SHARE, Weight.DISAGREES, words, (("share", float(share)), ("n", float(n))))
