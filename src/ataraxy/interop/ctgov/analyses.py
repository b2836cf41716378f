"""A registry's own comparisons: estimate, interval, p value, as printed; a direction that is not told is not guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import log

from ataraxy.core.evidence.study import Arm, ArmRole, Figure, Group, Measure, OutcomeKind, Reported
from ataraxy.interop.ctgov.dispersion import Dispersion, dispersion_of
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.numerals import figure, number
from ataraxy.interop.taken import Note, Weight

MEASURES: Mapping[Measure, re.Pattern[str]] = {
    Measure.SMD: re.compile(r"standardi[sz]ed mean difference|\bsmd\b|cohen|hedges"),
    Measure.MD: re.compile(
        r"mean difference|difference (?:in|of|between) (?:ls |least squares? )?means|\bls ?md\b"
    ),
    Measure.OR: re.compile(r"odds ratio"),
    Measure.RR: re.compile(r"(?:risk|rate) ratio|relative risk"),
    Measure.RD: re.compile(r"risk difference"),
    Measure.HR: re.compile(r"hazard ratio"),
}
LOG = re.compile(r"\blog\b|\bln\b")
NEAR = 2.0  # an adjusted estimate within twice the unadjusted one: proposed
BOUND = re.compile(r"\s*(<=?|>=?|≤|≥|=)?\s*(.*)")


@dataclass(frozen=True, slots=True)
class Beside:
    """What an analysis is read beside: the arms, the groups' numbers, and which group is which arm."""

    arms: tuple[Arm, ...]
    placed: Mapping[str, str]
    kind: OutcomeKind
    unit: str
    groups: Mapping[str, Group]


def reported_of(analysis: Branch, beside: Beside, notes: list[Note]) -> Reported | None:
    """One comparison of two arms; None where it is of something else, which is told."""
    ids = analysis.texts("groupIds")
    keys = [beside.placed[id_] for id_ in ids if id_ in beside.placed]
    if len(ids) != 2 or len(set(keys)) != 2:
        words = f"A comparison of {len(ids)} groups, of which {len(keys)} are known as arms."
        notes.append(Note(analysis.path, Weight.LEFT_OUT, words))
        return None
    measure = _measure(analysis, beside.kind, notes)
    if measure is None:
        return None
    estimate = _estimate(analysis, measure, notes)
    experimental, control, contrast = _direction(keys, estimate, measure, beside)
    if contrast:
        notes.append(Note(analysis.path, Weight.DOUBT, contrast))
    low, high, level = _interval(analysis, estimate, notes)
    p, bound = _p(analysis, notes)
    words = "; ".join(filter(None, (analysis.text("statisticalMethod"), bound)))
    return Reported(
        measure=measure,
        estimate=estimate,
        experimental=experimental,
        control=control,
        contrast=contrast,
        unit=beside.unit if measure is Measure.MD else "",
        se=_se(analysis, notes),
        low=low,
        high=high,
        level=level,
        p=p,
        note=words,
    )


def _measure(analysis: Branch, kind: OutcomeKind, notes: list[Note]) -> Measure | None:
    told = analysis.text("paramType").lower()
    if not told and not analysis.text("paramValue"):
        return Measure.MD if kind is OutcomeKind.CONTINUOUS else Measure.RD  # a p value alone
    found = [one for one, words in MEASURES.items() if words.search(told)]
    if LOG.search(told) or not found:
        words = f"An estimate of the kind {told[:60] or 'nothing'!r} is not known here."
        notes.append(Note(f"{analysis.path}.paramType", Weight.LEFT_OUT, words))
        return None
    return found[0]


def _estimate(analysis: Branch, measure: Measure, notes: list[Note]) -> Figure | None:
    told = analysis.text("paramValue")
    found = figure(told)
    if (told and found is None) or (found is not None and measure.is_ratio and found.value <= 0):
        words = f"{told[:40]!r} is no {measure.value.upper()}."
        notes.append(Note(f"{analysis.path}.paramValue", Weight.LEFT_OUT, words))
        return None
    return found


def _direction(
    keys: list[str], estimate: Figure | None, measure: Measure, beside: Beside
) -> tuple[str, str, str]:
    """Which arm was compared with which, where the arms' own numbers show it; else words.

    Where the estimate lies on the other side, the two stand the other way round: the first is the one subtracted from.
    """
    role = {arm.key: arm.role for arm in beside.arms}
    tested = [key for key in keys if role[key] is ArmRole.EXPERIMENTAL]
    if len(tested) != 1:
        return "", "", f"{keys[0]} and {keys[1]}: which is compared with which is not told."
    (control,) = [key for key in keys if key != tested[0]]
    if estimate is None:
        return tested[0], control, ""
    raw = _raw(measure, beside.groups.get(tested[0]), beside.groups.get(control))
    told = log(float(estimate.value)) if measure.is_ratio else float(estimate.value)
    if raw is None or not told or not 1 / NEAR <= abs(raw / told) <= NEAR:
        return "", "", f"{tested[0]} and {control}: the arms' numbers do not show which is beside which."
    return (tested[0], control, "") if (raw > 0) == (told > 0) else (control, tested[0], "")


def _raw(measure: Measure, experimental: Group | None, control: Group | None) -> float | None:
    """The same estimate from the arms' own numbers, unadjusted; None where they do not give it."""
    if experimental is None or control is None:
        return None
    if measure is Measure.MD and experimental.mean is not None and control.mean is not None:
        return float(experimental.mean.value - control.mean.value)
    if measure not in (Measure.OR, Measure.RR, Measure.RD):
        return None
    shares = [_share(one) for one in (experimental, control)]
    if shares[0] is None or shares[1] is None:
        return None
    first, second = shares[0], shares[1]
    if measure is Measure.RD:
        return first - second
    if measure is Measure.RR:
        return log(first / second)
    return log(first / (1 - first)) - log(second / (1 - second))


def _share(group: Group) -> float | None:
    """Of 1, a half added to either count so that none and all have a ratio too."""
    if group.events is None or group.n is None:
        return None
    return (float(group.events.value) + 0.5) / (float(group.n.value) + 1)


def _interval(
    analysis: Branch, estimate: Figure | None, notes: list[Note]
) -> tuple[Figure | None, Figure | None, Decimal]:
    usual = Decimal("0.95")
    texts = analysis.text("ciLowerLimit"), analysis.text("ciUpperLimit")
    if not any(texts):
        return None, None, usual
    low, high, percent = figure(texts[0]), figure(texts[1]), number(analysis.text("ciPctValue"))
    two_sided = analysis.text("ciNumSides").upper().replace("-", "_") in ("TWO_SIDED", "2_SIDED")
    if low is None or high is None or not two_sided or percent is None or not 0 < percent < 100:
        why = "its level is not told" if percent is None else "it is not two-sided with two plain limits"
        words = f"The interval {texts[0][:40]} to {texts[1][:40]} is not carried: {why}."
        notes.append(Note(analysis.path, Weight.LEFT_OUT, words))
        return None, None, usual
    if low.value > high.value or (estimate and not low.value <= estimate.value <= high.value):
        notes.append(Note(analysis.path, Weight.DOUBT, "The estimate lies outside its own interval."))
    return low, high, Decimal(format((percent / 100).normalize(), "f"))


def _p(analysis: Branch, notes: list[Note]) -> tuple[Figure | None, str]:
    """A p value, or the words of a bound: "<0.001" is no number and stays a bound."""
    told = analysis.text("pValue")
    match = BOUND.fullmatch(told)
    assert match is not None
    value = figure(match[2])
    if not told or (value is not None and 0 <= value.value <= 1 and match[1] in (None, "=")):
        return value, ""
    if value is not None and 0 <= value.value <= 1:
        return None, f"p {match[1]} {match[2]}"
    notes.append(Note(f"{analysis.path}.pValue", Weight.LEFT_OUT, f"{told[:40]!r} is no p value."))
    return None, ""


def _se(analysis: Branch, notes: list[Note]) -> Figure | None:
    """The estimate's standard error; a standard deviation beside an estimate is none (H-060)."""
    kind, told = dispersion_of(analysis.text("dispersionType")), analysis.text("dispersionValue")
    value = figure(told)
    if told and (kind is not Dispersion.SE or value is None or value.value < 0):
        words = f"{told[:40]} ({analysis.text('dispersionType')[:40] or 'of no kind'}) is no standard error."
        notes.append(Note(analysis.path, Weight.LEFT_OUT, words))
        return None
    return value
