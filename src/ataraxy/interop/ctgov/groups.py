"""Which arm a group of the results is: by its name, its drug and dose; in a crossover never by a sequence's name alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ataraxy.core.evidence.study import Arm
from ataraxy.interop.ctgov.amounts import dose_in
from ataraxy.interop.ctgov.cast import Cast
from ataraxy.interop.ctgov.sequence import ORDER, Grouped, sort_of
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.taken import Note, Weight
from ataraxy.interop.vocabulary import drugs_in

ALL_TOGETHER = re.compile(r"(?:total|all|overall)(?: (?:title|participants?|patients?|groups?|arms?))*")


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a group was placed: an arm, or why not. ``first`` is a sequence's first treatment."""

    arm: str = ""
    why_not: str = ""
    first: str = ""


def place(
    groups: Sequence[Branch], cast: Cast, notes: list[Note], first_period: bool = False
) -> Mapping[str, str]:
    """Arm keys by group id; each group that is not carried is told.

    Args:
        groups: tables with id, title and description.
        first_period: the numbers are of a crossover's first period, so that a sequence stands for its first treatment.
    """
    placed: dict[str, str] = {}
    for group in groups:
        id_ = group.text("id")
        stood = _stood(group.text("title"), group.text("description"), cast)
        arm = stood.arm or (stood.first if first_period else "")
        if not arm or id_ in placed:
            words = stood.why_not or "Two groups have one id."
            notes.append(Note(group.path, Weight.LEFT_OUT, f"{group.text('title')[:80]!r}: {words}"))
        else:
            placed[id_] = arm
    return _once(placed, groups, notes)


def _once(placed: dict[str, str], groups: Sequence[Branch], notes: list[Note]) -> Mapping[str, str]:
    """No arm twice: where two groups fit one arm, neither is believed."""
    arms = list(placed.values())
    twice = sorted({arm for arm in arms if arms.count(arm) > 1})
    for arm in twice:
        words = f"Several groups fit the arm {arm!r}; none of them is carried."
        notes.append(Note(groups[0].path, Weight.LEFT_OUT, words))
    return {id_: arm for id_, arm in placed.items() if arm not in twice}


def _stood(title: str, description: str, cast: Cast) -> Stood:
    if ALL_TOGETHER.fullmatch(title.lower().strip()):
        return Stood(why_not="The groups together; each stands alone.")
    if cast.crossover:
        return _in_crossover(title, description, cast)
    arm = _by_name(title, cast.arms) or _by_drug(title, cast)
    if arm and not (ORDER.search(title.lower()) and title.lower() != _label(arm, cast)):
        return Stood(arm)
    return Stood(why_not="It is not clear which arm this is.")


def _label(key: str, cast: Cast) -> str:
    return next(arm.label.lower() for arm in cast.arms if arm.key == key)


def _in_crossover(title: str, description: str, cast: Cast) -> Stood:
    sort = sort_of(_without_period(title), description, cast.others)
    first = cast.drugs.get(sort.drugs[0], "") if sort.drugs else ""
    if sort.grouped is Grouped.TREATMENT:
        arm = _by_name(title, cast.arms) or first
        return Stood(arm) if arm else Stood(why_not="It is not clear which treatment this is.")
    if sort.grouped is Grouped.SEQUENCE:
        words = "A sequence of treatments: which treatment its numbers belong to is not told."
        return Stood(why_not=words, first=first)
    return Stood(why_not=f"This is {sort.grouped.value}; it is not guessed.")


def _without_period(title: str) -> str:
    """A title without "first period": that is no order of treatments."""
    return re.sub(r"\b(?:first|1st) (?:period|intervention|phase|treatment|infusion)\b", "", title.lower())


def _tokens(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9.]+", text.lower())) - {"group", "arm", "the", "of", "and", "with"}


def _by_name(title: str, arms: Sequence[Arm]) -> str:
    exact = [arm.key for arm in arms if arm.label.lower() == title.lower()]
    if len(exact) == 1:
        return exact[0]
    told = _tokens(re.sub(r"\([^)]*\)", "", title))
    close = [arm.key for arm in arms if told and (_tokens(arm.label) <= told or told <= _tokens(arm.label))]
    return close[0] if len(close) == 1 else ""


def _by_drug(title: str, cast: Cast) -> str:
    """The only arm with the drug a title names, and its dose where the title names one."""
    named = drugs_in(title, cast.others)
    if len(named) != 1:
        return ""
    if named[0] in cast.drugs:
        return cast.drugs[named[0]]
    dose, unit = dose_in(title)
    fit = [
        arm.key
        for arm in cast.arms
        if arm.drug == named[0]
        and dose is not None
        and arm.dose is not None
        and (arm.dose.value, arm.dose_unit) == (dose.value, unit)
    ]
    return fit[0] if len(fit) == 1 else ""
