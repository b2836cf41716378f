"""The check-in calendar: only scales that can be asked, and only when their recall fits the hour."""

from __future__ import annotations

from collections.abc import Iterator

from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.types import CheckIn, Protocol


def after_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """Every check-in, and that somebody asks soon enough."""
    for index, line in enumerate(protocol.check_ins):
        path: Path = ("check_ins", index)
        yield from _hours(line, path)
        for number, scale in enumerate(line.scales):
            yield from _scale(scale, line, (*path, "scales", number), library)
        for number, disorder in enumerate(line.disorders):
            if protocol.indication(disorder) is None:
                here = (*path, "disorders", number)
                words = f"{disorder.value!r} is not treated here."
                yield Problem(here, words, "Name an indication's disorder.")
    yield from _soon(protocol, library)


def _hours(line: CheckIn, path: Path) -> Iterator[Problem]:
    if not line.scales:
        yield Problem((*path, "scales"), f"{line.id!r} asks nothing.", "Name a scale.")
    if line.after_hours < 1:
        yield Problem((*path, "after_hours"), "A check-in comes after the dose.", "Write at least 1 hour.")
    if (line.repeat_every_days is None) != (line.until_days is None):
        words = "`repeat_every_days` and `until_days` belong together."
        yield Problem(path, words, "Write both, or neither.")
    if line.repeat_every_days is not None and line.repeat_every_days < 1:
        words = f"Every {line.repeat_every_days} days is no interval."
        yield Problem((*path, "repeat_every_days"), words, "Write at least 1.")
    if line.until_days is not None and line.until_days * 24 <= line.after_hours:
        words = f"The check-in ends on day {line.until_days}, before it begins."
        yield Problem((*path, "until_days"), words, "End later.")


def _scale(scale: str, line: CheckIn, path: Path, library: Library) -> Iterator[Problem]:
    instrument = library.instruments.get(scale)
    if instrument is None:
        known = ", ".join(sorted(library.instruments))
        yield Problem(path, f"The scale {scale!r} does not exist.", f"Known: {known}.")
        return
    if instrument.recall_hours > line.after_hours:
        words = (
            f"{instrument.name} asks about {instrument.recall_hours} hours; {line.after_hours} hours after "
            "the dose it would mix the time before and after."
        )
        yield Problem(path, words, "Ask it later, or ask about now.")
    if not instrument.can_be_asked_by_link():
        why = "its words may not be shown" if instrument.score_only else "a clinician rates it"
        words = f"{instrument.name} cannot be asked by link: {why}."
        yield Problem(path, words, "Choose a scale the patient can answer alone.")


def _soon(protocol: Protocol, library: Library) -> Iterator[Problem]:
    most = library.limits.first_check_in_hours.value
    for indication in protocol.indications:
        hours = [line.after_hours for line in protocol.check_ins if line.asks(indication.disorder)]
        if not hours or min(hours) > most:
            words = f"Nobody asks people with {indication.disorder.value!r} how they are within {most} hours."
            yield Problem(("check_ins",), words, "Add a check-in.")
