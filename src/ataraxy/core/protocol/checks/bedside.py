"""Before and during the dose: what is checked, what is watched, and whether a rule can ever fire."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.types import (
    ArrivalCheck,
    BedsideKind,
    BedsideNumber,
    Caution,
    CheckKind,
    DischargeCriterion,
    DischargeKind,
    Measure,
    Monitoring,
    Override,
    Phase,
    Protocol,
    Route,
    Rule,
    RuleAction,
)

CONTINUOUS = (Measure.SPO2, Measure.HEART_RATE_ECG, Measure.PULSE_OXIMETER, Measure.RESPIRATORY_RATE)
NEVER_SIGNED = (CheckKind.PEOPLE, CheckKind.EQUIPMENT, CheckKind.SYRINGE, CheckKind.SUICIDE_SCREEN)
LONGEST_FILTER_S = 15  # a duration filter delays onset: no longer than this, and only before a rule acts
TAKES_TIME = (Route.IV_INFUSION, Route.NASAL)
# A slipped key, not a clinical limit: an hour between two sprays, half of what a pump infused.
MOST = {BedsideKind.SPRAY_REST: 60, BedsideKind.PUMP_DIFFERENCE: 50}
NEVER_SKIPPED = (CheckKind.IDENTIFIERS, CheckKind.ESCORT, CheckKind.WEIGHT)


def bedside_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """Arrival checks, monitoring and rules."""
    yield from _arrival(protocol)
    yield from _screens(protocol, library)
    for index, line in enumerate(protocol.monitoring):
        yield from _line(line, ("monitoring", index), protocol)
    yield from _coverage(protocol, library)
    for index, rule in enumerate(protocol.rules):
        yield from _rule(rule, ("rules", index), protocol)
    for index, caution in enumerate(protocol.cautions):
        yield from _caution(caution, ("cautions", index))
    for index, number in enumerate(protocol.bedside):
        yield from _number(number, ("bedside", index), protocol)
    for index, card in enumerate(protocol.emergencies):
        if not card.steps or not card.roles:
            words = f"{card.id!r} says nothing to do, or gives nobody a part."
            yield Problem(("emergencies", index), words, "Add `steps` and `roles`.")


def _number(number: BedsideNumber, path: Path, protocol: Protocol) -> Iterator[Problem]:
    if number.unit != number.kind.unit:
        words = f"{number.kind.value} is written in {number.kind.unit!r}, not in {number.unit!r}."
        yield Problem((*path, "unit"), words, "Convert the value and write the unit.")
    if not 0 < number.value < MOST[number.kind]:
        words = f"{number.value} {number.unit} cannot be meant."
        yield Problem((*path, "value"), words, f"Write more than 0 and less than {MOST[number.kind]}.")
    if [one.kind for one in protocol.bedside].count(number.kind) > 1:
        yield Problem((*path, "kind"), f"{number.kind.value!r} stands twice.", "Keep one.")


def _caution(caution: Caution, path: Path) -> Iterator[Problem]:
    if not caution.limits and not caution.changes:
        yield Problem(path, f"{caution.id!r} has no limit: it never speaks.", "Add `limits` or `changes`.")
    if not 0 <= caution.for_s <= LONGEST_FILTER_S:
        words = f"A filter of {caution.for_s} s delays a warning too long."
        yield Problem((*path, "for_s"), words, f"At most {LONGEST_FILTER_S}.")
    if caution.for_s and any(x.measure not in CONTINUOUS for x in (*caution.limits, *caution.changes)):
        words = "Only a continuous value may be filtered: one reading of a cuff stands by itself."
        yield Problem((*path, "for_s"), words, "Remove `for_s`, or name continuous measures alone.")


def least_observation_min(protocol: Protocol) -> int:
    """The earliest minute after the start of the dose at which the file lets anyone go home."""
    kind = DischargeKind.MINIMUM_OBSERVATION
    found = [c.at_least_min for c in protocol.discharge if c.kind is kind and c.at_least_min is not None]
    return max(found, default=0)


def _arrival(protocol: Protocol) -> Iterator[Problem]:
    for index, check in enumerate(protocol.arrival):
        path: Path = ("arrival", index)
        if check.kind is CheckKind.LIMIT and not check.limits:
            yield Problem(path, f"{check.id!r} has no limit: nothing would hold.", "Add `limits`.")
        if check.kind is not CheckKind.LIMIT and check.limits:
            words = f"`limits` means nothing for {check.kind.value!r}."
            yield Problem((*path, "limits"), words, 'Write kind = "limit".')
        if (check.readings is None) != (check.over_min is None):
            yield Problem(path, f"{check.id!r} says half of it.", "Write both `readings` and `over_min`.")
        if check.kind is CheckKind.EQUIPMENT and not check.items:
            yield Problem(path, f"{check.id!r} names nothing to check.", "Add `items`.")
        if check.kind in (*NEVER_SKIPPED, *NEVER_SIGNED) and check.override is not Override.NEVER:
            words = f"{check.kind.value!r} could be signed away."
            yield Problem((*path, "override"), words, 'Write override = "never".')
    present = {check.kind for check in protocol.arrival}
    for kind in NEVER_SKIPPED:
        if kind not in present:
            words = f"Nobody checks {kind.value!r} before the dose."
            yield Problem(("arrival",), words, f'Add an [[arrival]] of kind = "{kind.value}".')


def _screens(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """A screen names a scale of the catalog, asks all its items, and calls high what the scale calls high."""
    lines: list[tuple[Path, ArrivalCheck | DischargeCriterion]] = [
        *((("arrival", n), one) for n, one in enumerate(protocol.arrival)),
        *((("discharge", n), one) for n, one in enumerate(protocol.discharge)),
    ]
    for path, check in lines:
        if check.kind not in (CheckKind.SUICIDE_SCREEN, DischargeKind.NO_ACUTE_SUICIDALITY):
            if check.scale or check.high or check.asked is not None or check.skipped:
                words = f"`scale`, `asked`, `high` and `skipped` mean nothing for {check.kind.value!r}."
                yield Problem(path, words, 'Write kind = "suicide-screen".')
            continue
        if check.kind is DischargeKind.NO_ACUTE_SUICIDALITY and not check.scale:
            if check.high or check.asked is not None or check.skipped:
                yield Problem(path, f"{check.id!r} names no scale.", "Name the scale its items are of.")
            continue
        scale = library.instruments.get(check.scale)
        if scale is None:
            yield Problem((*path, "scale"), f"There is no scale {check.scale!r}.", "Name one of the catalog.")
            continue
        high = {item for one in scale.categories if one.label == "high" for item in one.any_of}
        if check.asked != scale.item_count or set(check.high) != high or not high:
            words = f"{check.id!r} does not ask {scale.name} as it is: {scale.item_count} items, high {sorted(high)}."
            yield Problem(path, words, "Write `asked` and `high` as the scale has them.")
        yield from _skips(check, path)


def _skips(check: ArrivalCheck | DischargeCriterion, path: Path) -> Iterator[Problem]:
    """What may go unasked follows one earlier item, and nothing else does."""
    leads, skipped = check.skip_after, check.skipped
    if (leads is None) != (not skipped):
        yield Problem(
            (*path, "skipped"),
            "`skip_after` and `skipped` say one thing together.",
            "Write both, or neither.",
        )
    elif leads is not None and not all(1 <= leads < item <= (check.asked or 0) for item in skipped):
        words = f"Items {sorted(skipped)} cannot go unasked after item {leads} of {check.asked}."
        yield Problem((*path, "skipped"), words, "Name later items of the same scale.")


def _line(line: Monitoring, path: Path, protocol: Protocol) -> Iterator[Problem]:
    if not line.measures:
        yield Problem((*path, "measures"), f"{line.id!r} measures nothing.", "Name a measure.")
    if line.phase is Phase.ENDED:
        yield Problem((*path, "phase"), "Nobody is there to measure after the end.", "Choose another phase.")
    if (line.every_min is None) == (not line.at_min):
        words = f"{line.id!r} must say either `every_min` or `at_min`."
        yield Problem(path, words, "Write one of the two.")
        return
    if line.every_min is not None:
        yield from _interval(line.every_min, line, path, protocol)
    else:
        yield from _minutes(line, path, protocol)


def _interval(every: int, line: Monitoring, path: Path, protocol: Protocol) -> Iterator[Problem]:
    here, length = (*path, "every_min"), phase_length_min(protocol, line.phase)
    if every < 1:
        yield Problem(here, f"Every {every} minutes is no interval.", "Write at least 1.")
    elif length is not None and every > length:
        words = f"Every {every} min is longer than the {line.phase.value} phase of {length} min: never due."
        yield Problem(here, words, "Shorten the interval.")


def phase_length_min(protocol: Protocol, phase: Phase) -> int | None:
    """How long a phase lasts at least; None where the file does not fix it."""
    dosing = protocol.dose.duration_min or 0
    if phase is Phase.DOSING:
        return (
            dosing if protocol.dose.route is Route.IV_INFUSION else None
        )  # how long sprays take, nobody fixes
    return max(0, least_observation_min(protocol) - dosing) if phase is Phase.OBSERVATION else None


def _minutes(line: Monitoring, path: Path, protocol: Protocol) -> Iterator[Problem]:
    here, minutes = (*path, "at_min"), line.at_min
    if any(minute < 0 for minute in minutes) or any(b <= a for a, b in pairwise(minutes)):
        yield Problem(here, "The minutes must rise from 0.", "Put them in order, each once.")
    if line.phase is Phase.ARRIVAL:
        yield Problem(here, "Minutes count from the dose: there is none on arrival.", "Use [[arrival]].")
        return
    first, last = _window(protocol, line.phase)
    for index, minute in enumerate(minutes):
        if minute > last:
            words = f"Minute {minute} comes after the {line.phase.value} phase, which may end at {last}."
            yield Problem((*here, index), words, "Observe longer, or measure earlier.")
        if minute < first:
            words = f"Minute {minute} comes before the {line.phase.value} phase, which begins at {first}."
            yield Problem((*here, index), words, "Measure later, or in the phase before.")


def _window(protocol: Protocol, phase: Phase) -> tuple[int, int]:
    dosing = protocol.dose.duration_min or 0
    return (0, dosing) if phase is Phase.DOSING else (dosing, least_observation_min(protocol))


def _coverage(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """What always has to be watched is watched, often enough, from the dose to discharge."""
    limits = library.limits.route(protocol.dose.route)
    if limits is None:
        return
    takes_time = protocol.dose.route in TAKES_TIME
    for measure in library.limits.always_monitored:
        for phase in (Phase.DOSING, Phase.OBSERVATION) if takes_time else (Phase.OBSERVATION,):
            lines = [line for line in protocol.monitoring if line.phase is phase and measure in line.measures]
            gaps = [gap for line in lines if (gap := widest_gap_min(line, protocol)) is not None]
            if not gaps:
                words = f"Nobody measures {measure.value} in the {phase.value} phase."
                yield Problem(("monitoring",), words, "Add a [[monitoring]] line.")
            elif min(gaps) > limits.most_interval_min:
                words = f"{measure.value} is not measured for {min(gaps)} min in the {phase.value} phase."
                yield Problem(_first(protocol, lines[0]), words, f"At most {limits.most_interval_min} min.")


def _first(protocol: Protocol, line: Monitoring) -> Path:
    path: Path = ("monitoring", protocol.monitoring.index(line))
    return (*path, "every_min") if line.every_min is not None else (*path, "at_min")


def widest_gap_min(line: Monitoring, protocol: Protocol) -> int | None:
    """The longest time this line leaves unmeasured within its phase."""
    if line.every_min is not None:
        return line.every_min
    if not line.at_min:
        return None
    first, last = _window(protocol, line.phase)
    points = [first, *line.at_min, last]
    return max(after - before for before, after in pairwise(points))


def _rule(rule: Rule, path: Path, protocol: Protocol) -> Iterator[Problem]:
    if not rule.limits and not rule.changes:
        yield Problem((*path, "limits"), f"{rule.id!r} has no limit: it never acts.", "Add `limits`.")
    if not rule.phases:
        yield Problem((*path, "phases"), f"{rule.id!r} has no phase: it never acts.", "Add `phases`.")
    if rule.action is RuleAction.HOLD and Phase.DOSING in rule.phases:
        words = "A dose that runs cannot be held."
        yield Problem((*path, "action"), words, 'Write action = "pause" or "stop".')
    for index, limit in enumerate(rule.limits):
        if rule.phases and not _is_measured(limit.measure, rule, protocol):
            phases = " or ".join(phase.value for phase in rule.phases)
            words = f"{rule.id!r} waits for {limit.measure.value}, which nobody measures in {phases}."
            yield Problem((*path, "limits", index, "measure"), words, "Add it to [[monitoring]].")


def _is_measured(measure: Measure, rule: Rule, protocol: Protocol) -> bool:
    if Phase.ARRIVAL in rule.phases:
        checked = {limit.measure for check in protocol.arrival for limit in check.limits}
        if measure in checked:
            return True
    return any(line.phase in rule.phases and measure in line.measures for line in protocol.monitoring)
