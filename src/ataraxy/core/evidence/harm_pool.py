"""An unwanted effect beside the comparator: the trials of a disorder that counted it in both arms, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ataraxy.core.evidence.answer import Analysis, Forest
from ataraxy.core.evidence.choose import Candidate, Choice, Question, barred, rank, speaks_for
from ataraxy.core.evidence.forest import forest
from ataraxy.core.evidence.numbers import numbers_for
from ataraxy.core.evidence.same_people import groups_of_people
from ataraxy.core.evidence.study import (
    Arm,
    ArmRole,
    Condition,
    Group,
    Harm,
    Measure,
    Outcome,
    OutcomeKind,
    Seen,
    Study,
)
from ataraxy.core.proportion import Proportion, wilson


@dataclass(frozen=True, slots=True)
class HarmPool:
    """A risk ratio as a pool, above 1 where ketamine brought more of it; ``words`` the counts of 100 people."""

    forest: Forest
    words: str


def of_harm(condition: Condition, effect: str, studies: Iterable[Study]) -> HarmPool | None:
    """What the randomised trials of a disorder counted of one unwanted effect; None where no counts were read.

    The same people are counted once; what was only remembered is not counted.
    """
    every = sorted(studies, key=lambda one: one.id)
    people = groups_of_people(one for one in every if one.retracted_on is None)
    best: dict[str, Candidate] = {}
    for study in every:
        if not speaks_for(study, condition) or study.unreviewed or barred(study) is not None:
            continue
        for found in _candidates(study, effect):
            held = best.get(people[study.id])
            if held is None or rank(study, found.numbers.seen) < rank(held.study, held.numbers.seen):
                best[people[study.id]] = found
    if not best:
        return None
    taken = tuple(sorted(best.values(), key=lambda one: (one.study.year or 9999, one.study.id)))
    choice = Choice(Question(condition, Measure.RR), taken, ())
    return HarmPool(forest(choice, Analysis.INDEPENDENT), _of_hundred(taken))


def _candidates(study: Study, effect: str) -> Iterator[Candidate]:
    """The contrast of the largest dose with the control, if both were counted."""
    outcome = _as_outcome(study, effect)
    arms = sorted(study.arms, key=lambda arm: (-(arm.dose.value if arm.dose else 0), arm.key))
    pairs = [(one, other) for one in _of(arms, ArmRole.EXPERIMENTAL) for other in _of(arms, ArmRole.CONTROL)]
    for experimental, control in pairs:
        numbers = numbers_for(Measure.RR, outcome, experimental.key, control.key)
        if numbers is not None and numbers.seen is not Seen.RECALLED:
            yield Candidate(study, outcome, experimental, control, numbers)
            return


def _of(arms: Iterable[Arm], role: ArmRole) -> list[Arm]:
    return [arm for arm in arms if arm.role is role]


def _as_outcome(study: Study, effect: str) -> Outcome:
    """The counts of an unwanted effect, as an outcome with events."""
    told = [harm for harm in study.harms if harm.effect == effect and _counted(harm)]
    first: dict[str, Harm] = {}
    for harm in told:
        first.setdefault(harm.arm, harm)
    label = told[0].label if told else effect
    groups = tuple(Group(harm.arm, n=harm.at_risk, events=harm.events) for harm in first.values())
    return Outcome(effect, effect, label, OutcomeKind.EVENTS, groups=groups)


def _counted(harm: Harm) -> bool:
    return harm.events is not None and harm.at_risk is not None and harm.at_risk.value > 0


def _of_hundred(taken: Iterable[Candidate]) -> str:
    """As counted, the people of the trials put side by side."""
    groups = [(one.numbers.experimental, one.numbers.control) for one in taken]
    gave, against = (
        wilson(sum(_events(pair[i]) for pair in groups), sum(_people(pair[i]) for pair in groups))
        for i in (0, 1)
    )
    return (
        f"Of 100 people, {_share(gave)} had it with ketamine and {_share(against)} with the comparator "
        f"({gave.count} of {gave.of} beside {against.count} of {against.of})."
    )


def _events(group: Group | None) -> int:
    return int(group.events.value) if group is not None and group.events is not None else 0


def _people(group: Group | None) -> int:
    return int(group.n.value) if group is not None and group.n is not None else 0


def _share(one: Proportion) -> str:
    share, low, high = (100 * (x or 0.0) for x in (one.share, one.low, one.high))
    return f"{share:.0f} [{low:.0f} to {high:.0f}]"
