"""Discharge: nobody goes home too early, alone, or on old numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ataraxy.core.protocol.checks.bedside import least_observation_min, widest_gap_min
from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.types import (
    DischargeCriterion,
    DischargeKind,
    Measure,
    Override,
    Phase,
    Protocol,
)

PARAMETERS: dict[DischargeKind, tuple[str, ...]] = {
    DischargeKind.MINIMUM_OBSERVATION: ("at_least_min",),
    DischargeKind.LIMIT: ("limits", "fresh_within_min"),
    DischargeKind.CONFIRM: (),
    DischargeKind.ESCORT: (),
    DischargeKind.BACK_TO_BASELINE: ("measure", "margin", "fresh_within_min"),
    DischargeKind.FALLING: ("measure", "margin", "fresh_within_min"),
    DischargeKind.NO_ACUTE_SUICIDALITY: (),
}
EVERY = ("at_least_min", "fresh_within_min", "limits", "measure", "margin")
NEVER_SKIPPED = (DischargeKind.MINIMUM_OBSERVATION, DischargeKind.ESCORT)


def going_home_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """Every discharge criterion, and the ones that must be there."""
    for index, criterion in enumerate(protocol.discharge):
        path: Path = ("discharge", index)
        yield from _parameters(criterion, path)
        yield from _fresh(criterion, path, protocol, library)
        yield from _baseline(criterion, path, protocol, library)
    yield from _required(protocol, library)


def _parameters(criterion: DischargeCriterion, path: Path) -> Iterator[Problem]:
    for name in EVERY:
        given = getattr(criterion, name) not in (None, ())
        if name in PARAMETERS[criterion.kind] and not given:
            yield Problem(path, f"{criterion.kind.value!r} needs `{name}`.", f"Add `{name}`.")
        if given and name not in PARAMETERS[criterion.kind]:
            yield Problem(
                (*path, name), f"`{name}` means nothing for {criterion.kind.value!r}.", "Remove it."
            )
    unsafe = criterion.kind is DischargeKind.NO_ACUTE_SUICIDALITY or any(
        limit.measure is Measure.SEDATION for limit in criterion.limits
    )
    if (unsafe or criterion.kind in NEVER_SKIPPED) and criterion.override is not Override.NEVER:
        words = f"{criterion.kind.value!r} could be signed away."
        yield Problem((*path, "override"), words, 'Write override = "never".')


def _fresh(
    criterion: DischargeCriterion, path: Path, protocol: Protocol, library: Library
) -> Iterator[Problem]:
    fresh, here = criterion.fresh_within_min, (*path, "fresh_within_min")
    if fresh is None:
        return
    most = library.limits.most_fresh_min.value
    if not 1 <= fresh <= most:
        yield Problem(here, f"A value {fresh} min old does not say how somebody is now.", f"Use 1 to {most}.")
    for measure in _measures(criterion):
        gap = _gap(measure, protocol)
        if gap is None:
            words = f"{criterion.id!r} waits for {measure.value}, which nobody measures after the dose."
            yield Problem(path, words, "Add it to [[monitoring]] in the observation phase.")
        elif fresh < gap:
            words = f"{measure.value} is measured up to {gap} min apart: it is stale after {fresh} min."
            yield Problem(here, words, "Measure more often, or let values be older.")


def _measures(criterion: DischargeCriterion) -> tuple[Measure, ...]:
    named = tuple(limit.measure for limit in criterion.limits)
    return named if criterion.measure is None else (*named, criterion.measure)


def _gap(measure: Measure, protocol: Protocol) -> int | None:
    gaps = (
        widest_gap_min(line, protocol)
        for line in protocol.monitoring
        if line.phase is Phase.OBSERVATION and measure in line.measures
    )
    return min((gap for gap in gaps if gap is not None), default=None)


def _baseline(
    criterion: DischargeCriterion, path: Path, protocol: Protocol, library: Library
) -> Iterator[Problem]:
    measure, margin = criterion.measure, criterion.margin
    if measure is None or criterion.kind is not DischargeKind.BACK_TO_BASELINE:
        return
    before = {limit.measure for check in protocol.arrival for limit in check.limits}
    watched = {m for line in protocol.monitoring if line.phase is Phase.ARRIVAL for m in line.measures}
    if measure not in before | watched:
        words = f"{measure.value} is not measured before the dose: there is nothing to come back to."
        yield Problem((*path, "measure"), words, "Add an [[arrival]] check that measures it.")
    known = library.limits.range(measure)
    most = known.most_margin if known is not None else None
    if most is None:
        words = f"How far {measure.value} may stay from its value before the dose is not known."
        yield Problem((*path, "measure"), words, "Add `most_margin` to limits.toml after review.")
    elif margin is not None and not 0 <= margin <= most:
        words = f"A margin of {margin} lets somebody go home who is not back."
        yield Problem((*path, "margin"), words, f"Use 0 to {most}.")


def _required(protocol: Protocol, library: Library) -> Iterator[Problem]:
    present = {criterion.kind for criterion in protocol.discharge}
    for kind in NEVER_SKIPPED:
        if kind not in present:
            words = f"Nobody checks {kind.value!r} before discharge."
            yield Problem(("discharge",), words, f'Add a [[discharge]] of kind = "{kind.value}".')
    looked_at = {measure for criterion in protocol.discharge for measure in _measures(criterion)}
    for measure in library.limits.gone_before_home:
        if measure not in looked_at:
            words = f"Nobody looks whether {measure.value} is gone before discharge."
            yield Problem(("discharge",), words, 'Add a [[discharge]] of kind = "back-to-baseline".')
    least, dosing = library.limits.least_observation_min.value, protocol.dose.duration_min or 0
    observed = least_observation_min(protocol)
    if DischargeKind.MINIMUM_OBSERVATION in present and observed < max(least, dosing):
        index = next(
            i for i, c in enumerate(protocol.discharge) if c.kind is DischargeKind.MINIMUM_OBSERVATION
        )
        words = f"{observed} min from the start of the dose is too short."
        yield Problem(
            ("discharge", index, "at_least_min"), words, f"Observe at least {max(least, dosing)} min."
        )
