"""The outcomes of a study in a table: end-points, changes and events, each with the arms it was seen in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ataraxy.core.evidence.study import Design, Figure, Form, Group, Outcome, OutcomeKind, Seen
from ataraxy.interop.metapsy.arms import SIDES, arm_key
from ataraxy.interop.metapsy.table import Row
from ataraxy.interop.numerals import number, plain, slug
from ataraxy.interop.taken import Note, Weight
from ataraxy.interop.vocabulary import instrument_in

KINDS = {
    "msd": (OutcomeKind.CONTINUOUS, Form.ENDPOINT),
    "change": (OutcomeKind.CONTINUOUS, Form.CHANGE),
    "response": (OutcomeKind.EVENTS, Form.ENDPOINT),
    "remission": (OutcomeKind.EVENTS, Form.ENDPOINT),
}
SEENS = {one.value: one for one in Seen}


def seen_in(row: Row) -> Seen:
    """How a row's numbers were seen; second-hand unless the table says better."""
    return SEENS.get(row.text("seen_in_source").lower(), Seen.SECOND_HAND)


def outcomes_of(rows: Iterable[Row], design: Design, notes: list[Note]) -> tuple[Outcome, ...]:
    """Every outcome once, with the groups of all its rows."""
    found: dict[tuple[object, ...], Outcome] = {}
    for row in rows:
        outcome = _outcome(row, design, notes)
        if outcome is not None:
            names = (outcome.key, outcome.label, outcome.first_period)
            found[names] = outcome if names not in found else _together(found[names], outcome, row, notes)
    return _named_apart(found.values())


def _outcome(row: Row, design: Design, notes: list[Note]) -> Outcome | None:
    told = row.text("outcome_type").lower()
    if told not in KINDS:
        notes.append(Note(row.where, Weight.LEFT_OUT, f"The outcome type {told[:40]!r} is not carried."))
        return None
    after = row.text("post_crossover")
    if after in ("1", "1.0"):
        notes.append(Note(row.where, Weight.LEFT_OUT, "Measured after the crossover; not carried."))
        return None
    kind, form = KINDS[told]
    seen = seen_in(row)
    groups = [group for side in SIDES if (group := _group(row, side, kind, form, seen, notes))]
    if not groups:
        notes.append(Note(row.where, Weight.LEFT_OUT, "No arm has both a result and its number of people."))
        return None
    instrument = (
        instrument_in(row.text("instrument")) or slug(row.text("instrument"))[:40].strip("-") or "not-seen"
    )
    hour = _hour(row, notes)
    return Outcome(
        key=slug(f"{instrument} {told} {'' if hour is None else plain(hour.value)}")[:80],
        instrument=instrument,
        label=_label(row),
        kind=kind,
        hour=hour,
        primary=_is_yes(row.text("primary_instrument")) and _is_yes(row.text("primary_timepoint")),
        definition=told if kind is OutcomeKind.EVENTS else "",
        form=form,
        first_period=design is Design.CROSSOVER and after in ("0", "0.0"),
        lower_is_better=kind is OutcomeKind.CONTINUOUS,
        pairing_r=_pairing(row, seen, notes),
        groups=tuple(groups),
    )


def _is_yes(text: str) -> bool:
    return text.lower() in ("1", "1.0", "yes", "true")


def _label(row: Row) -> str:
    """In the table's words; a label that was written as one whole stands alone."""
    if row.text("cov_time_point") and not row.text("study_time_point"):
        return row.text("cov_time_point")
    names = ("instrument", "rating", "outcome_type", "study_time_point")
    return ", ".join(filter(None, (row.text(name) for name in names)))


def _hour(row: Row, notes: list[Note]) -> Figure | None:
    """From the days since the last dose; from the days since baseline where there was one dose."""
    days = number(row.text("dose_days"))
    if days is None and number(row.text("n_dosing_sessions")) == 1:
        days = number(row.text("time_days"))
        if days is not None:
            notes.append(
                Note(row.where, Weight.DOUBT, "Days since baseline are taken as days since the dose.")
            )
    if days is None or days < 0:
        words = "How long after the last dose is not told: dose_days says it (or time_days, where n_dosing_sessions is 1)."
        notes.append(Note(row.where, Weight.DOUBT, words))
        return None
    hours = Decimal(format(round(days * 24, 4).normalize(), "f"))
    return Figure(hours, Seen.COMPUTED, f"{format(days.normalize(), 'f')} days after the dose")


def _pairing(row: Row, seen: Seen, notes: list[Note]) -> Figure | None:
    found = row.number_in("pairing_r", seen, notes)
    if found is not None and abs(found.value) > 1:
        notes.append(Note(row.where, Weight.LEFT_OUT, "A pairing correlation beyond 1."))
        return None
    return found


def _group(row: Row, side: str, kind: OutcomeKind, form: Form, seen: Seen, notes: list[Note]) -> Group | None:
    """One arm's numbers under their own names; None without a result or its number of people."""

    def read(column: str) -> Figure | None:
        found = row.number_in(f"{column}_{side}", seen, notes)
        if found is not None and found.value < 0 and not column.startswith(("mean", "baseline_m")):
            notes.append(Note(row.where, Weight.LEFT_OUT, f"{column}_{side} is below zero."))
            return None
        return found

    key = arm_key(row, side)
    if not key:
        return None
    if kind is OutcomeKind.EVENTS:
        n, events = _people(read("totaln")), _people(read("event"))
        if n is None or events is None or events.value > n.value:
            return None
        return Group(key, n=n, events=events)
    middle = "_change" if form is Form.CHANGE else ""
    n, mean = _people(read(f"n{middle}")), read(f"mean{middle}")
    if n is None or mean is None:
        return None
    return Group(
        key,
        n=n,
        mean=mean,
        sd=read(f"sd{middle}"),
        baseline_mean=read("baseline_m"),
        baseline_sd=read("baseline_sd"),
    )


def _people(told: Figure | None) -> Figure | None:
    """A whole number of people; tables write 15.0 for 15."""
    if told is None or told.value != told.value.to_integral_value():
        return None
    return replace(told, value=Decimal(int(told.value)))


def _together(before: Outcome, now: Outcome, row: Row, notes: list[Note]) -> Outcome:
    """The groups of two rows; an arm that stands in both keeps its first numbers."""
    groups = {group.arm: group for group in before.groups}
    for group in now.groups:
        if groups.setdefault(group.arm, group) != group:
            notes.append(
                Note(row.where, Weight.DOUBT, f"{group.arm!r} has other numbers than in a row above.")
            )
    return replace(before, groups=tuple(groups.values()))


def _named_apart(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    seen: dict[str, int] = {}
    apart = []
    for one in outcomes:
        seen[one.key] = seen.get(one.key, 0) + 1
        apart.append(one if seen[one.key] == 1 else replace(one, key=f"{one.key}-{seen[one.key]}"))
    return tuple(apart)
