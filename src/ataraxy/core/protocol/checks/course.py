"""The course: can it be given at all, and when does it end?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ataraxy.core.protocol.checks.library import Library
from ataraxy.core.protocol.problem import Path, Problem
from ataraxy.core.protocol.types import Course, CourseRuleKind, Disorder, Protocol, StopWhen


def course_problems(protocol: Protocol, library: Library) -> Iterator[Problem]:
    """Spacing, steps and the rules that end a course."""
    yield from _stops(protocol)
    for index, indication in enumerate(protocol.indications):
        path: Path = ("indications", index, "course")
        course = indication.course
        if not course.doses_mg_per_kg:
            yield Problem((*path, "doses_mg_per_kg"), "The course has no session.", "Give at least one dose.")
            continue
        yield from _doses(course, path, protocol)
        yield from _spacing(course, path, library)
        yield from _arithmetic(course, path)
        yield from _steps(course, path, protocol, indication.disorder, library)
        yield from _end(protocol, indication.disorder, path)


def _doses(course: Course, path: Path, protocol: Protocol) -> Iterator[Problem]:
    cap = protocol.dose.cap_mg_per_kg
    for index, dose in enumerate(course.doses_mg_per_kg):
        here = (*path, "doses_mg_per_kg", index)
        if dose <= 0:
            yield Problem(here, f"A dose of {dose} mg/kg is no dose.", "Write a number above 0.")
        if dose > cap:
            words = f"A dose of {dose} mg/kg is above the cap of {cap} mg/kg."
            yield Problem(here, words, "Lower the dose, or have the cap reviewed.")


def _spacing(course: Course, path: Path, library: Library) -> Iterator[Problem]:
    least, most = library.limits.least_days_apart.value, library.limits.most_sessions.value
    if course.least_days_apart < least:
        words = f"Sessions {course.least_days_apart} days apart are too close."
        yield Problem((*path, "least_days_apart"), words, f"Leave at least {least} days.")
    if course.most_days_apart < course.least_days_apart:
        words = (
            f"{course.least_days_apart} days at least and {course.most_days_apart} at most cannot both hold."
        )
        yield Problem((*path, "most_days_apart"), words, "Swap the two.")
    if course.sessions > most:
        words = f"{course.sessions} sessions are more than any course here may have."
        yield Problem((*path, "doses_mg_per_kg"), words, f"Plan at most {most}; then decide anew.")
    if course.within_days < 1:
        words = f"A course cannot fit in {course.within_days} days."
        yield Problem((*path, "within_days"), words, "Write at least 1.")


def _arithmetic(course: Course, path: Path) -> Iterator[Problem]:
    needed = (course.sessions - 1) * course.least_days_apart
    if needed > course.within_days:
        words = (
            f"{course.sessions} sessions at least {course.least_days_apart} days apart take {needed} days; "
            f"the course has {course.within_days}."
        )
        yield Problem((*path, "within_days"), words, "Plan fewer sessions, closer ones or a longer course.")


def _steps(
    course: Course, path: Path, protocol: Protocol, disorder: Disorder, library: Library
) -> Iterator[Problem]:
    ratio = max(library.limits.most_step_ratio.values)
    rises = False
    for index, (before, after) in enumerate(pairwise(course.doses_mg_per_kg), 1):
        rises = rises or after > before
        if after > before * ratio:
            words = f"The dose rises from {before} to {after} mg/kg, more than {ratio} times, in one step."
            yield Problem((*path, "doses_mg_per_kg", index), words, "Put a step between.")
    if rises and not _has_rule(protocol, CourseRuleKind.STEP_UP, disorder):
        words = "The dose rises, but nothing says when it may."
        yield Problem((*path, "doses_mg_per_kg"), words, 'Add a [[course_rules]] of kind = "step-up".')


def _end(protocol: Protocol, disorder: Disorder, path: Path) -> Iterator[Problem]:
    if not _has_rule(protocol, CourseRuleKind.STOP, disorder):
        words = f"Nothing says when the course for {disorder.value!r} stops."
        yield Problem(path, words, 'Add a [[course_rules]] of kind = "stop".')


def _stops(protocol: Protocol) -> Iterator[Problem]:
    """A stop rule says what it looks for, or it would be words alone."""
    arrival = {check.id for check in protocol.arrival}
    for index, rule in enumerate(protocol.course_rules):
        path: Path = ("course_rules", index)
        stops = rule.kind is CourseRuleKind.STOP
        if stops and not rule.when:
            words = f"The rule {rule.id!r} does not say what stops the course."
            yield Problem(path, words, "Write `when`, for example " + f"when = [{_known()}].")
        if not stops and (rule.when or rule.checks):
            yield Problem(path, "Only a stop rule has `when` and `checks`.", "Leave them out.")
        for place, line in enumerate(rule.checks):
            if line not in arrival:
                words = f"{line!r} is not a line of [[arrival]]."
                yield Problem((*path, "checks", place), words, "Name one of the checks before the dose.")


def _known() -> str:
    return ", ".join(f'"{one.value}"' for one in StopWhen)


def _has_rule(protocol: Protocol, kind: CourseRuleKind, disorder: Disorder) -> bool:
    return any(
        rule.kind is kind and (not rule.disorders or disorder in rule.disorders)
        for rule in protocol.course_rules
    )
