"""The numbers of one contrast, from which an effect can be computed, and how surely they were seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ataraxy.core.evidence.study import Figure, Group, Measure, Outcome, OutcomeKind, Pairs, Reported, Seen

OF_EVENTS = frozenset({Measure.OR, Measure.RR, Measure.RD})
OF_MEANS = frozenset({Measure.MD, Measure.SMD})


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was told of one contrast: two groups, or people by which treatment they responded to, or an estimate alone.

    ``turned``: the estimate stands control minus experimental. ``seen`` is that of the least sure number.
    """

    seen: Seen
    experimental: Group | None = None
    control: Group | None = None
    pairs: Pairs | None = None
    reported: Reported | None = None
    turned: bool = False

    @property
    def has_groups(self) -> bool:
        return self.experimental is not None and self.control is not None


def numbers_for(measure: Measure, outcome: Outcome, experimental: str, control: str) -> Numbers | None:
    """What an outcome tells of two arms in a measure; None where that is not enough for an effect.

    Args:
        measure: the effect that is wanted.
        outcome: of one study.
        experimental: key of an arm.
        control: key of another.
    """
    first, second = _group(outcome, experimental), _group(outcome, control)
    enough = first is not None and second is not None and _enough(measure, outcome, first, second)
    pairs = _pairs(measure, outcome, experimental, control)
    reported, turned = _reported(measure, outcome, experimental, control)
    if not enough and pairs is None and reported is None:
        return None
    groups = (first, second) if enough else (None, None)
    seen = numbers_seen(_figures(measure, groups, pairs, None if enough else reported))
    return Numbers(seen, groups[0], groups[1], pairs, reported, turned)


def numbers_seen(figures: Iterable[Figure | None]) -> Seen:
    """How the least sure of some numbers was seen."""
    order = list(Seen)
    return max((one.seen for one in figures if one is not None), key=order.index, default=Seen.READ)


def _group(outcome: Outcome, arm: str) -> Group | None:
    return next((group for group in outcome.groups if group.arm == arm), None)


def _enough(measure: Measure, outcome: Outcome, first: Group, second: Group) -> bool:
    if measure in OF_EVENTS and outcome.kind is OutcomeKind.EVENTS:
        return all(group.n is not None and group.events is not None for group in (first, second))
    if measure in OF_MEANS and outcome.kind is OutcomeKind.CONTINUOUS:
        return all(_has_mean(group) for group in (first, second))
    return False


def _has_mean(group: Group) -> bool:
    spread = group.sd or group.se or (group.low and group.high)
    return group.n is not None and group.mean is not None and spread is not None


def _pairs(measure: Measure, outcome: Outcome, experimental: str, control: str) -> Pairs | None:
    if measure not in (Measure.OR, Measure.RD):
        return None
    wanted = (experimental, control)
    return next((one for one in outcome.pairs if (one.experimental, one.control) == wanted), None)


def _reported(
    measure: Measure, outcome: Outcome, experimental: str, control: str
) -> tuple[Reported | None, bool]:
    """A printed estimate of this contrast with its uncertainty, and whether it stands the other way round."""
    for one in outcome.reported:
        if one.measure is not measure or one.estimate is None or not _has_uncertainty(one):
            continue
        if (one.experimental, one.control) == (experimental, control):
            return one, False
        if (one.experimental, one.control) == (control, experimental):
            return one, True
    return None, False


def _has_uncertainty(one: Reported) -> bool:
    return one.se is not None or (one.low is not None and one.high is not None)


def _figures(
    measure: Measure,
    groups: tuple[Group | None, Group | None],
    pairs: Pairs | None,
    reported: Reported | None,
) -> list[Figure | None]:
    figures: list[Figure | None] = []
    for group in groups:
        if group is not None and measure in OF_EVENTS:
            figures += [group.n, group.events]
        elif group is not None:
            figures += [group.n, group.mean, group.sd or group.se or group.low, group.high]
    if pairs is not None:
        figures += [pairs.experimental_only, pairs.control_only]
    if reported is not None:
        figures += [reported.estimate, reported.se or reported.low, reported.high]
    return figures
