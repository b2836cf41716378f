"""The arms of a registry entry, and which of them each group of its results is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ataraxy.core.evidence.study import Activity, Arm, ArmRole
from ataraxy.interop.ctgov.amounts import dose_in, minutes_in, names_a_dose, names_minutes
from ataraxy.interop.ctgov.sequence import Grouped, sort_of
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.numerals import slug, tidy
from ataraxy.interop.taken import Note, Weight
from ataraxy.interop.vocabulary import ACTIVITIES, INERT_WORDS, UNDER_TEST, drugs_in, names_a_route, route_in

SEVERAL_DOSES = re.compile(
    r"\b(?:twice|thrice|daily|weekly|repeated|multiple|(?:\d+|two|three|four|five|six|seven|eight) (?:\w+ )?"
    r"(?:infusions|doses|injections|sessions|treatments))\b"
)
CONTROL_TYPES = frozenset({"ACTIVE_COMPARATOR", "PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION"})


@dataclass(frozen=True, slots=True)
class Cast:
    """``others``: names of interventions this entry uses, in small letters. ``drugs``: arm keys by drug."""

    arms: tuple[Arm, ...]
    crossover: bool
    others: tuple[str, ...]
    drugs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Given:
    """One intervention: its name without kind, and all the words about it."""

    name: str
    words: str
    arms: frozenset[str]


def cast_of(study: Branch, crossover: bool, notes: list[Note]) -> Cast:
    """The arms; those of a crossover whose arm groups are sequences are its interventions."""
    module = study.branch("protocolSection").branch("armsInterventionsModule")
    given = tuple(_given(one) for one in module.branches("interventions"))
    others = tuple(
        sorted({one.name.lower() for one in given if len(one.name) > 2 and not drugs_in(one.name)})
    )
    groups = [one for one in module.branches("armGroups") if one.text("label")]
    if crossover and _are_sequences(groups, others, notes):
        arms = [_arm_of_intervention(one) for one in given if one.name]
    else:
        arms = [_arm_of_group(one, given, notes) for one in groups]
    _told_of_courses(groups, given, notes)
    settled = _settled(_named_apart(arms), notes, module.path)
    return Cast(settled, crossover, others, _by_drug(settled))


def _told_of_courses(groups: list[Branch], given: tuple[_Given, ...], notes: list[Note]) -> None:
    words = " ".join([*(group.text("description") for group in groups), *(one.words for one in given)])
    if SEVERAL_DOSES.search(words.lower()):
        told = (
            "More than one dose is described. Hours are counted here as the registry's time frames count; "
            "ours count from the last dose of a course."
        )
        notes.append(Note("protocolSection.armsInterventionsModule", Weight.DOUBT, told))


def _given(one: Branch) -> _Given:
    name = one.text("name")
    words = f"{name} {one.text('description')}"
    return _Given(name, words, frozenset(label.lower() for label in one.texts("armGroupLabels")))


def _are_sequences(groups: list[Branch], others: tuple[str, ...], notes: list[Note]) -> bool:
    """Whether a crossover's arm groups are its sequences; where they are neither, that is told."""
    sorts = [sort_of(group.text("label"), "", others).grouped for group in groups]
    if Grouped.SEQUENCE in sorts:
        return True
    for group, sort in zip(groups, sorts, strict=True):
        several = len(group.texts("interventionNames")) > 1
        if sort is Grouped.UNKNOWN or several:
            words = (
                f"The arm {group.text('label')[:80]!r} may be a treatment or a sequence of treatments. "
                "It is taken as an arm; look at the paper before its numbers are used."
            )
            notes.append(Note(group.path, Weight.DOUBT, words))
    return False


def _arm_of_intervention(one: _Given) -> tuple[Arm, str]:
    drug = _drug(one.name, one.words, one.name)
    role = ArmRole.EXPERIMENTAL if drug in UNDER_TEST else ArmRole.CONTROL
    return _arm(one.name, drug, role, (one.words,), ""), ""


def _arm_of_group(group: Branch, given: tuple[_Given, ...], notes: list[Note]) -> tuple[Arm, str]:
    label, kind = group.text("label"), group.text("type")
    names = [name.split(":", 1)[-1].strip() for name in group.texts("interventionNames")]
    mine = [one for one in given if label.lower() in one.arms or (one.name in names and not one.arms)]
    own = tidy(f"{label}. {group.text('description')}")
    drug = _drug(" ".join([label, *(one.name for one in mine)]), own, mine[0].name if mine else label)
    more = mine[0].words if len(mine) == 1 else ""
    role = ArmRole.EXPERIMENTAL if kind == "EXPERIMENTAL" else ArmRole.CONTROL
    if kind not in CONTROL_TYPES and kind != "EXPERIMENTAL":
        told = f"The arm {label[:80]!r} is of the type {kind or 'nothing'}; it is taken as a control."
        notes.append(Note(group.path, Weight.DOUBT, told))
    return _arm(label, drug, role, (own, more), group.text("description")), kind


def _drug(name: str, words: str, otherwise: str) -> str:
    """What was given: what is under test first; else what else is named; else the name itself."""
    named = drugs_in(name) or drugs_in(words)
    tested = [one for one in named if one in UNDER_TEST]
    active = [one for one in named if one not in INERT_WORDS]
    return next(iter([*tested, *active, *named]), otherwise)


def _arm(label: str, drug: str, role: ArmRole, texts: tuple[str, ...], schedule: str) -> Arm:
    """Dose, route and length from the first text that names any: an arm's own words before its intervention's."""
    dose, unit = next((dose_in(text) for text in texts if names_a_dose(text)), (None, ""))
    return Arm(
        key=slug(label)[:60].strip("-") or "arm",
        label=label,
        drug=drug,
        role=role,
        route=next((route_in(text) for text in texts if names_a_route(text)), None),
        dose=dose,
        dose_unit=unit,
        over_min=next((minutes_in(text) for text in texts if names_minutes(text)), None),
        schedule=schedule,
    )


def _named_apart(arms: list[tuple[Arm, str]]) -> list[tuple[Arm, str]]:
    """No two arms with one key."""
    taken: set[str] = set()
    apart = []
    for arm, kind in arms:
        key, number = arm.key, 1
        while key in taken:
            number += 1
            key = f"{arm.key}-{number}"
        taken.add(key)
        apart.append((replace(arm, key=key), kind))
    return apart


def _settled(arms: list[tuple[Arm, str]], notes: list[Note], path: str) -> tuple[Arm, ...]:
    """Roles where no arm is called experimental, and how active each control is."""
    tested = [arm.key for arm, _ in arms if arm.drug in UNDER_TEST]
    if not any(arm.role is ArmRole.EXPERIMENTAL for arm, _ in arms) and 0 < len(tested) < len(arms):
        words = "No arm is called experimental; those with ketamine are taken as such."
        notes.append(Note(path, Weight.DOUBT, words))
        arms = [
            (replace(arm, role=ArmRole.EXPERIMENTAL) if arm.key in tested else arm, kind)
            for arm, kind in arms
        ]
    return tuple(_with_activity(arm, kind) for arm, kind in arms)


def _with_activity(arm: Arm, kind: str) -> Arm:
    if arm.role is ArmRole.EXPERIMENTAL:
        return arm
    activity = ACTIVITIES.get(arm.drug)
    if activity is None and arm.drug == "placebo" and kind in ("PLACEBO_COMPARATOR", "SHAM_COMPARATOR"):
        activity = Activity.INERT
    return replace(arm, activity=activity)


def _by_drug(arms: tuple[Arm, ...]) -> Mapping[str, str]:
    """Arm keys by drug, for drugs one arm alone has; saline answers to placebo and the other way round."""
    found: dict[str, list[str]] = {}
    for arm in arms:
        for name in {*INERT_WORDS} if arm.drug in INERT_WORDS else {arm.drug, arm.drug.lower()}:
            found.setdefault(name, []).append(arm.key)
    return {name: keys[0] for name, keys in found.items() if len(keys) == 1}
