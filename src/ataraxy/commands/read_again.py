"""A study that was written and read again, under the names its parts have here: what a file calls them is no loss."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from ataraxy.core.evidence.study import Arm, Outcome, Study


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


P = TypeVar("P", bound=Keyed)


def under_our_names(found: Study, ours: Study) -> Study:
    """``found`` with the keys of ``ours`` wherever one arm, or one outcome, can be the same and no other."""
    arms = _same(found.arms, ours.arms, _arm)
    outcomes = _same(found.outcomes, ours.outcomes, _outcome)
    return replace(
        found,
        arms=tuple(replace(one, key=arms.get(one.key, one.key)) for one in found.arms),
        outcomes=tuple(_outcome_of(one, outcomes.get(one.key, one.key), arms) for one in found.outcomes),
        harms=tuple(replace(one, arm=arms.get(one.arm, one.arm)) for one in found.harms),
    )


def _arm(arm: Arm) -> Hashable:
    return arm.label


def _outcome(outcome: Outcome) -> Hashable:
    hour = None if outcome.hour is None else outcome.hour.value
    return outcome.instrument, outcome.kind, hour, outcome.first_period, outcome.form


def _same(found: Sequence[P], ours: Sequence[P], mark: Callable[[P], Hashable]) -> Mapping[str, str]:
    """Our key by the file's; of several that could be meant, none."""
    marks, known = [mark(one) for one in found], [mark(one) for one in ours]
    return {
        one.key: ours[known.index(said)].key
        for one, said in zip(found, marks, strict=True)
        if marks.count(said) == known.count(said) == 1
    }


def _outcome_of(outcome: Outcome, key: str, arms: Mapping[str, str]) -> Outcome:
    return replace(
        outcome,
        key=key,
        groups=tuple(replace(one, arm=arms.get(one.arm, one.arm)) for one in outcome.groups),
        reported=tuple(
            replace(
                one,
                experimental=arms.get(one.experimental, one.experimental),
                control=arms.get(one.control, one.control),
            )
            for one in outcome.reported
        ),
    )
