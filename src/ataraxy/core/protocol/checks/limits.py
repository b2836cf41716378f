"""Every limit on a measurement: its unit, its side, and whether it is strict enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.limits import About, Bound, Worse
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.types import Limit, Measure, Phase, Protocol, Route, RuleAction

IN_DOSE = (RuleAction.STOP, RuleAction.PAUSE)


@dataclass(frozen=True, slots=True)
class Placed:
    """A limit, where it stands and what it is about."""

    limit: Limit
    path: Path
    about: About
    action: RuleAction | None = None
    phases: tuple[Phase, ...] = ()

    def guards(self, measure: Measure, worse: Worse) -> bool:
        return self.limit.measure is measure and self.limit.comparison in worse.comparisons


def placed_limits(protocol: Protocol) -> Iterator[Placed]:
    """Every limit of the file, in order."""
    for index, check in enumerate(protocol.arrival):
        for number, limit in enumerate(check.limits):
            yield Placed(limit, ("arrival", index, "limits", number), About.HOLD)
    for index, rule in enumerate(protocol.rules):
        for number, limit in enumerate(rule.limits):
            yield Placed(limit, ("rules", index, "limits", number), About.ACT, rule.action, rule.phases)
    for index, criterion in enumerate(protocol.discharge):
        for number, limit in enumerate(criterion.limits):
            yield Placed(limit, ("discharge", index, "limits", number), About.DISCHARGE)


def limit_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """Each limit by itself, then against the outer bounds, then against each other."""
    placed = list(placed_limits(protocol))
    for one in (*placed, *_softer(protocol)):
        yield from _one(one, library)
    for one in placed:
        yield from _clear(one)
    for bound in library.limits.bounds:
        yield from _bound(protocol, placed, bound)
    for bound in library.limits.bounds:
        if bound.about is About.ACT:
            yield from _order(placed, bound)


def _softer(protocol: Protocol) -> Iterator[Placed]:
    """What only asks to look, and what is about a change: no bound is met by these."""
    for index, caution in enumerate(protocol.cautions):
        for number, limit in enumerate(caution.limits):
            yield Placed(limit, ("cautions", index, "limits", number), About.ACT)
        for number, limit in enumerate(caution.changes):
            yield Placed(limit, ("cautions", index, "changes", number), About.ACT)
    for index, rule in enumerate(protocol.rules):
        for number, limit in enumerate(rule.changes):
            yield Placed(limit, ("rules", index, "changes", number), About.ACT)


def _clear(one: Placed) -> Iterator[Problem]:
    """What ends a warning is better than what begins it."""
    limit = one.limit
    if limit.clear is None:
        return
    if one.about is not About.ACT:
        yield Problem((*one.path, "clear"), "`clear` is for rules: here one value decides.", "Remove it.")
    elif limit.comparison.holds(limit.clear, limit.value):
        words = f"{limit.measure.value} {limit.clear} still breaks the limit: nothing would end it."
        yield Problem((*one.path, "clear"), words, "Write a value inside the limit.")


def _one(one: Placed, library: Library) -> Iterator[Problem]:
    limit = one.limit
    if limit.unit != limit.measure.unit:
        words = f"{limit.measure.value} is measured in {limit.measure.unit!r}, not in {limit.unit!r}."
        yield Problem((*one.path, "unit"), words, "Convert the value and write the unit.")
    known = library.limits.range(limit.measure)
    if known is None:
        words = f"Nothing is known about {limit.measure.value!r}."
        yield Problem((*one.path, "measure"), words, "Add it to limits.toml.")
        return
    if not known.lowest <= limit.value <= known.highest:
        words = (
            f"{limit.measure.value} is never {limit.value}: it runs from {known.lowest} to {known.highest}."
        )
        yield Problem((*one.path, "value"), words, "Correct the number: this limit could not protect anyone.")
    if limit.comparison not in known.worse.comparisons:
        words = (
            f"{limit.measure.value} is dangerous when {known.worse.value}, not when {limit.comparison.value}."
        )
        yield Problem((*one.path, "comparison"), words, "Turn the comparison round.")


def _bound(protocol: Protocol, placed: list[Placed], bound: Bound) -> Iterator[Problem]:
    """The protocol has this limit where it counts, and it is no looser than the bound."""
    for where, candidates in _where(protocol, placed, bound):
        guarding = [one for one in candidates if one.guards(bound.measure, bound.worse)]
        if not guarding:
            words = f"{where} when {bound.measure.value} is too {bound.worse.value}."
            yield Problem((bound_section(bound),), words, f"Add a limit no looser than {bound.value}.")
            continue
        strictest = _strictest(guarding, bound.worse)
        if _looser(strictest.limit.value, bound):
            limit = strictest.limit
            words = f"{limit.measure.value} {limit.comparison.value} {limit.value} acts too late."
            yield Problem((*strictest.path, "value"), words, f"Use {bound.value} or stricter.")


def bound_section(bound: Bound) -> str:
    return {About.HOLD: "arrival", About.ACT: "rules", About.DISCHARGE: "discharge"}[bound.about]


def _where(protocol: Protocol, placed: list[Placed], bound: Bound) -> Iterator[tuple[str, list[Placed]]]:
    candidates = [one for one in placed if one.about is bound.about]
    match bound.about:
        case About.HOLD:
            yield "Nothing holds the dose", candidates
        case About.DISCHARGE:
            yield "Nothing keeps the patient here", candidates
        case About.ACT:
            if protocol.dose.route in (Route.IV_INFUSION, Route.NASAL):
                stops = [one for one in candidates if one.action in IN_DOSE and Phase.DOSING in one.phases]
                what = "infusion" if protocol.dose.route is Route.IV_INFUSION else "next spray"
                yield f"Missing stop rule: nothing stops the {what}", stops
            calls = [one for one in candidates if one.action is RuleAction.ESCALATE]
            after = [one for one in calls if Phase.OBSERVATION in one.phases]
            yield "Nobody is called after the dose", after


def _strictest(guarding: list[Placed], worse: Worse) -> Placed:
    pick = min if worse is Worse.HIGH else max
    return pick(guarding, key=lambda one: one.limit.value)


def _looser(value: Decimal, bound: Bound) -> bool:
    return value > bound.value if bound.worse is Worse.HIGH else value < bound.value


def _order(placed: list[Placed], bound: Bound) -> Iterator[Problem]:
    """Hold before stop, and home only below stop: otherwise a patient is started to be stopped at once."""
    acts = [one for one in placed if one.about is About.ACT and one.guards(bound.measure, bound.worse)]
    others = [one for one in placed if one.about is not About.ACT and one.guards(bound.measure, bound.worse)]
    if not acts:
        return
    act = _strictest(acts, bound.worse).limit.value
    for one in others:
        value = one.limit.value
        past = value >= act if bound.worse is Worse.HIGH else value < act
        if past:
            what = "The limit before the dose" if one.about is About.HOLD else "The limit for going home"
            words = f"{what} ({value}) is past the one that stops or calls ({act})."
            yield Problem((*one.path, "value"), words, f"{bound.measure.value} must act later than it holds.")
