"""Each line by itself: its id, its source, and whether its words say its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.lines import claims, lines
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.types import (
    ArrivalCheck,
    Caution,
    CheckIn,
    Criterion,
    DischargeCriterion,
    Dose,
    Line,
    Monitoring,
    Protocol,
    Rule,
)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PROTOCOL_SLUG = re.compile(r"[a-z0-9]+([-.][a-z0-9]+)*")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
LONGEST_ID = 60


def line_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """Ids, sources and words."""
    yield from _identity(protocol)
    yield from _ids(protocol)
    yield from _sources(protocol, library)
    for path, line in lines(protocol):
        yield from _words(path, line)


def _identity(protocol: Protocol) -> Iterator[Problem]:
    if not PROTOCOL_SLUG.fullmatch(protocol.id):
        yield Problem(("id",), f"The id {protocol.id!r} is not a name.", "Use small letters, digits, - and .")
    if not protocol.authors:
        yield Problem(("authors",), "Nobody answers for this protocol.", "Name at least one author.")
    if not protocol.indications:
        yield Problem((), "The protocol treats nothing.", "Add an [[indications]] table.")


def _ids(protocol: Protocol) -> Iterator[Problem]:
    seen: set[str] = {"drug"}
    for path, line in lines(protocol):
        here = (*path, "id")
        if not SLUG.fullmatch(line.id) or len(line.id) > LONGEST_ID:
            yield Problem(
                here, f"The id {line.id!r} is not a name.", "Use small letters, digits and hyphens."
            )
        if line.id in seen:
            yield Problem(here, f"The id {line.id!r} stands twice.", "Give each line its own id.")
        seen.add(line.id)


def _sources(protocol: Protocol, library: Library) -> Iterator[Problem]:
    for claim in claims(protocol):
        named = str(claim.path[-1]).endswith("_source")
        here: Path = claim.path if named else (*claim.path, "source")
        source = library.sources.get(claim.source)
        if source is None:
            yield Problem(here, f"The source {claim.source!r} does not exist.", "Add it to sources.toml.")
        elif not source.bears(claim.status):
            why = "was retracted" if source.retracted_on else f"was not read (read = {source.read.value!r})"
            yield Problem(
                here,
                f"{claim.id!r} says {claim.status.value!r}, but {claim.source!r} {why}.",
                'Set status = "unverified" or "proposed", or cite a source that was read.',
            )
    yield from _own_sources(protocol)


def _own_sources(protocol: Protocol) -> Iterator[Problem]:
    dose = protocol.dose
    if not dose.cap_source:
        yield Problem(("dose",), "The caps name no source.", "Add `cap_source` and `cap_status`.")
    if dose.infusion_mg_per_ml is not None and not dose.infusion_source:
        yield Problem(("dose",), "The dilution names no source.", "Add `infusion_source`, `infusion_status`.")
    for index, indication in enumerate(protocol.indications):
        if not indication.course.spacing_source:
            yield Problem(
                ("indications", index, "course"),
                "The days between sessions name no source.",
                "Add `spacing_source` and `spacing_status`.",
            )


def _words(path: Path, line: Line) -> Iterator[Problem]:
    """Who signs reads the words; the machine obeys the numbers. They must be the same."""
    said = {Decimal(number) for number in NUMBER.findall(line.text)}
    for key, accepted in _numbers(line):
        if not said & set(accepted):
            shown = " or ".join(f"{number.normalize():f}" for number in accepted)
            yield Problem(
                (*path, *key), f"The words of {line.id!r} do not say {shown}.", "Make `text` say it."
            )


def _numbers(line: Line) -> Iterator[tuple[Path, tuple[Decimal, ...]]]:
    """The numbers of a line that its words must say; any one of each tuple will do."""
    match line:
        case Dose():
            yield from _plain(line, "cap_mg", "cap_mg_per_kg", "duration_min", "infusion_mg_per_ml")
        case Criterion():
            names = ("at_least_years", "at_most_years", "drug_trials", "psychotherapy_trials", "within_days")
            yield from _plain(line, *names)
        case Monitoring():
            yield from _plain(line, "every_min")
            yield from ((("at_min", i), (Decimal(minute),)) for i, minute in enumerate(line.at_min))
        case ArrivalCheck():
            yield from _plain(line, "readings", "over_min")
            yield from _limit_numbers(line)
        case Rule():
            yield from _plain(line, "repeat_within_min")
            yield from _limit_numbers(line)
            yield from _change_numbers(line)
        case Caution():
            if line.for_s:
                yield from _plain(line, "for_s")
            yield from _limit_numbers(line)
            yield from _change_numbers(line)
        case DischargeCriterion():
            yield from _plain(line, "at_least_min", "fresh_within_min", "margin")
            yield from _limit_numbers(line)
        case CheckIn():
            hours = Decimal(line.after_hours)
            yield ("after_hours",), (hours, hours / 24)
            yield from _plain(line, "repeat_every_days", "until_days")


def _plain(line: Line, *names: str) -> Iterator[tuple[Path, tuple[Decimal, ...]]]:
    for name in names:
        value = getattr(line, name)
        if value is not None:
            yield (name,), (Decimal(value),)


def _limit_numbers(
    line: ArrivalCheck | Rule | Caution | DischargeCriterion,
) -> Iterator[tuple[Path, tuple[Decimal, ...]]]:
    for index, limit in enumerate(line.limits):
        yield ("limits", index, "value"), (limit.value,)
        if limit.clear is not None:
            yield ("limits", index, "clear"), (limit.clear,)


def _change_numbers(line: Rule | Caution) -> Iterator[tuple[Path, tuple[Decimal, ...]]]:
    for index, limit in enumerate(line.changes):
        yield ("changes", index, "value"), (limit.value,)
