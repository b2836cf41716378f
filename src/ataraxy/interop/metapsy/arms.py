"""The arms of a study in a table: one for each name on either side, however many rows it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ataraxy.core.evidence.study import Arm, ArmRole, Figure, Seen
from ataraxy.interop.ctgov.amounts import dose_in
from ataraxy.interop.metapsy.table import Row
from ataraxy.interop.numerals import slug
from ataraxy.interop.taken import Note, Weight
from ataraxy.interop.vocabulary import ACTIVITIES, INERT_WORDS, UNDER_TEST, drugs_in, route_in

SIDES = ("arm1", "arm2")
MADE = {"ket": "ketamine", "pcb": "placebo", "plc": "placebo", "mdz": "midazolam", "mid": "midazolam"}


def arm_key(row: Row, side: str) -> str:
    """What an arm is called inside its study; empty where the row has none on that side."""
    names = ("multi", "name", "drug", "condition")
    found = (slug(row.text(f"{name}_{side}"))[:60].strip("-") for name in names)
    return next((key for key in found if key), "")


def arms_of(rows: Iterable[Row], seen: Seen, notes: list[Note]) -> tuple[Arm, ...]:
    """Every arm once; the first side is what is tested, the second what it is compared with."""
    found: dict[str, Arm] = {}
    for row in rows:
        for side in SIDES:
            key = arm_key(row, side)
            if key:
                arm = _arm(row, side, key, seen)
                found[key] = arm if key not in found else _same(found[key], arm, row, notes)
    return tuple(_with_activity(arm) for arm in found.values())


def _arm(row: Row, side: str, key: str, seen: Seen) -> Arm:
    name, drug, condition = (row.text(f"{one}_{side}") for one in ("name", "drug", "condition"))
    dose, unit = dose_in(row.text(f"dose_{side}"))
    named = drugs_in(drug) or drugs_in(condition) or drugs_in(name)
    tested = next((one for one in named if one in UNDER_TEST), None)
    return Arm(
        key=key,
        label=name or drug or condition or key,
        drug=tested
        or (named[0] if named else "")
        or drug
        or MADE.get(condition.lower(), condition)
        or name
        or key,
        role=ArmRole.EXPERIMENTAL if side == "arm1" else ArmRole.CONTROL,
        route=route_in(f"{name} {row.text(f'dose_{side}')}"),
        dose=None if dose is None else Figure(dose.value, seen),
        dose_unit=unit,
    )


def _same(before: Arm, now: Arm, row: Row, notes: list[Note]) -> Arm:
    """One arm of two rows: what differs is told; a dose that changes is no one dose."""
    if before.role is not now.role:
        notes.append(
            Note(row.where, Weight.DOUBT, f"{now.label[:60]!r} stands on both sides; taken as tested.")
        )
        before = replace(before, role=ArmRole.EXPERIMENTAL)
    told, again = (None if one.dose is None else (one.dose.value, one.dose_unit) for one in (before, now))
    if told == again:
        return before
    notes.append(Note(row.where, Weight.LEFT_OUT, f"{now.label[:60]!r} has several doses; none is carried."))
    return replace(before, dose=None, dose_unit="")


def _with_activity(arm: Arm) -> Arm:
    if arm.role is ArmRole.EXPERIMENTAL:
        return arm
    inert = "saline" if arm.drug in INERT_WORDS else arm.drug
    return replace(arm, activity=ACTIVITIES.get(inert))
