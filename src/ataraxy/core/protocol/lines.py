"""Every line of a protocol that carries a number or a claim, with its source and status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ataraxy.core.protocol.problem import Path
from ataraxy.core.protocol.types import (
    ArrivalCheck,
    Course,
    CourseRule,
    DischargeCriterion,
    Dose,
    EmergencyCard,
    Indication,
    Line,
    Protocol,
    Status,
)

SECTIONS = (
    "indications",
    "eligibility",
    "consent",
    "course_rules",
    "arrival",
    "monitoring",
    "cautions",
    "rules",
    "emergencies",
    "rescue",
    "bedside",
    "discharge",
    "check_ins",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """``id`` is unique in the file; parts of a line are named after it: ``ptsd-six-infusions.course``."""

    id: str
    section: str
    text: str
    source: str
    status: Status
    path: Path


def lines(protocol: Protocol) -> Iterator[tuple[Path, Line]]:
    """Every line with an id, with its place in the file."""
    for section in SECTIONS:
        for index, line in enumerate(getattr(protocol, section)):
            yield (section, index), line
    yield ("dose",), protocol.dose


def claims(protocol: Protocol, names: Mapping[str, str] | None = None) -> tuple[Claim, ...]:
    """Every line and every part of one that has a source of its own.

    Args:
        names: what the scales are called in the words shown; else by their keys.
    """
    return tuple(_claims(protocol, names or {}))


def unsigned(protocol: Protocol, names: Mapping[str, str] | None = None) -> tuple[Claim, ...]:
    """What the director must sign before a real patient may be treated on this version."""
    return tuple(claim for claim in claims(protocol, names) if claim.status.needs_signature)


def _claims(protocol: Protocol, names: Mapping[str, str]) -> Iterator[Claim]:
    for path, line in lines(protocol):
        section = str(path[0])
        yield Claim(line.id, section, _words(line), line.source, line.status, path)
        if isinstance(line, Indication):
            yield from _indication_parts(line, path, names)
        if isinstance(line, Dose):
            yield from _dose_parts(line, path)
        if isinstance(line, ArrivalCheck | DischargeCriterion) and line.skipped:
            items = ", ".join(f"{item}" for item in line.skipped)
            words = f"after a no to item {line.skip_after}, items {items} may stay unasked"
            source = line.skip_source or line.source
            yield Claim(f"{line.id}.skip", section, words, source, line.skip_status, (*path, "skip_source"))
    drug = protocol.drug
    words = f"{drug.form} {drug.name} {drug.salt}, {drug.stock_mg_per_ml} mg/mL, amounts as {drug.amounts_as}"
    yield Claim("drug", "drug", words, drug.source, drug.status, ("drug",))


def _words(line: Line) -> str:
    """The line's own words; for a stop rule also what holds the next dose, for a card its steps: what runs."""
    if isinstance(line, EmergencyCard):
        steps = " ".join(f"{number}. {step}" for number, step in enumerate(line.steps, 1))
        return f"{line.text} {steps}"
    if not isinstance(line, CourseRule) or not line.when:
        return line.text
    found = [one.value.replace("-", " ") for one in line.when]
    found += [f'"no" to {check.replace("-", " ")}' for check in line.checks]
    return f"{line.text} Holds the next dose: {', '.join(found)}."


def _indication_parts(line: Indication, path: Path, names: Mapping[str, str]) -> Iterator[Claim]:
    severity, course = line.severity, line.course
    scale = names.get(severity.scale, severity.scale)
    words = f"{scale} at least {severity.at_least}, not older than {severity.within_days} days"
    yield Claim(
        f"{line.id}.severity", "indications", words, severity.source, severity.status, (*path, "severity")
    )
    yield Claim(
        f"{line.id}.course",
        "indications",
        _course_words(course),
        course.source,
        course.status,
        (*path, "course"),
    )
    yield Claim(
        f"{line.id}.spacing",
        "indications",
        _spacing_words(course),
        course.spacing_source or course.source,
        course.spacing_status,
        (*path, "course", "spacing_source"),
    )


def _course_words(course: Course) -> str:
    doses = course.doses_mg_per_kg
    if len(doses) == 1:
        return f"one session of {doses[0]} mg/kg"
    each = f"{doses[0]}" if len(set(doses)) == 1 else ", ".join(f"{dose}" for dose in doses)
    return f"{len(doses)} sessions of {each} mg/kg"


def _spacing_words(course: Course) -> str:
    if course.sessions == 1:
        return f"at least {course.least_days_apart} days before another course"
    days = f"{course.least_days_apart} to {course.most_days_apart} days apart"
    return f"sessions {days}, the last within {course.within_days} days of the first"


def _dose_parts(line: Dose, path: Path) -> Iterator[Claim]:
    words = f"at most {line.cap_mg} mg and {line.cap_mg_per_kg} mg/kg"
    source = line.cap_source or line.source
    yield Claim(f"{line.id}.cap", "dose", words, source, line.cap_status, (*path, "cap_source"))
    if line.infusion_mg_per_ml is not None:
        words = f"diluted to {line.infusion_mg_per_ml} mg/mL"
        source = line.infusion_source or line.source
        yield Claim(
            f"{line.id}.dilution", "dose", words, source, line.infusion_status, (*path, "infusion_source")
        )
    if line.spray_mg is not None:
        words, source = f"{line.spray_mg} mg with each spray", line.spray_source or line.source
        yield Claim(f"{line.id}.spray", "dose", words, source, line.spray_status, (*path, "spray_source"))
