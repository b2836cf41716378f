"""One cell of a registry's result table: a number with what stands beside it, as one arm's part of an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ataraxy.core.evidence.study import Figure, Group, Seen
from ataraxy.interop.ctgov.dispersion import Dispersion
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.numerals import count, figure
from ataraxy.interop.taken import Note, Weight

NOT_KEPT = {
    Dispersion.OTHER_CI: "The interval is not a 95 % one",
    Dispersion.IQR: "An inter-quartile range is neither a standard deviation nor an interval of the mean",
    Dispersion.RANGE: "A full range is neither a standard deviation nor an interval of the mean",
    Dispersion.UNKNOWN: "What stands beside the mean is not known here",
}


@dataclass(frozen=True, slots=True)
class Table:
    """``placed``: arm by group id; ``people``: how many were counted, by group id."""

    placed: Mapping[str, str]
    people: Mapping[str, Figure]
    dispersion: Dispersion
    percent: bool = False


def people_of(measure: Branch, notes: list[Note]) -> Mapping[str, Figure]:
    """How many participants stand behind the numbers, by group; other units than participants are told."""
    found: dict[str, Figure] = {}
    for denominator in measure.branches("denoms"):
        unit = denominator.text("units")
        if unit.lower() not in ("participants", ""):
            words = f"Counted in {unit[:60]}, not participants; how many people that is is not told."
            notes.append(Note(denominator.path, Weight.LEFT_OUT, words))
            continue
        for told in denominator.branches("counts"):
            number = count(told.text("value"))
            if number is None:
                words = f"{told.text('value')[:40]!r} is no count of people."
                notes.append(Note(told.path, Weight.LEFT_OUT, words))
            else:
                found[told.text("groupId")] = number
    return found


def mean_cell(cell: Branch, table: Table, notes: list[Note]) -> Group | None:
    """A mean with its own dispersion, each under its own name."""
    id_ = cell.text("groupId")
    mean = _number(cell, "value", notes)
    if id_ not in table.placed or mean is None or not _has_people(cell, table, notes):
        return None
    group = Group(table.placed[id_], n=table.people.get(id_), mean=mean)
    match table.dispersion:
        case Dispersion.SD:
            return replace(group, sd=_spread(cell, notes))
        case Dispersion.SE:
            return replace(group, se=_spread(cell, notes))
        case Dispersion.CI_95:
            return _with_interval(group, cell, notes)
        case Dispersion.NONE:
            _told_if_any(cell, "The registry does not say what it is", notes)
        case other:
            _told_if_any(cell, NOT_KEPT[other], notes)
    return group


def event_cell(cell: Branch, table: Table, notes: list[Note]) -> Group | None:
    """How many of an arm; from a percentage where exactly one whole number of people gives it."""
    id_ = cell.text("groupId")
    told, n = _number(cell, "value", notes), table.people.get(id_)
    if id_ not in table.placed or told is None or not _has_people(cell, table, notes):
        return None
    events = _from_percent(told, n) if table.percent else count(cell.text("value"))
    if events is None or (n is not None and events.value > n.value):
        words = (
            f"{cell.text('value')[:40]} is no number of people of {n.value if n else 'an unknown number'}."
        )
        notes.append(Note(cell.path, Weight.LEFT_OUT, words))
        return None
    return Group(table.placed[id_], n=n, events=events)


def _has_people(cell: Branch, table: Table, notes: list[Note]) -> bool:
    """A number of nobody knows how many people weighs nothing and is not carried."""
    known = cell.text("groupId") in table.people
    if not known:
        notes.append(Note(cell.path, Weight.LEFT_OUT, "Of how many people this is, is not told."))
    return known


def _from_percent(percent: Figure, n: Figure | None) -> Figure | None:
    """The one count whose percentage rounds to what was printed."""
    if n is None or not n.value or not 0 <= percent.value <= 100:
        return None
    places = percent.value.as_tuple().exponent
    half = Decimal(1).scaleb(places if isinstance(places, int) else 0) / 2
    near = int(percent.value * n.value / 100)
    fit = [k for k in (near, near + 1) if abs(Decimal(k) / n.value * 100 - percent.value) <= half]
    wide = Decimal(100) / n.value <= 2 * half  # several counts round to one percentage
    return (
        Figure(Decimal(fit[0]), Seen.COMPUTED, f"{percent.value} %") if len(fit) == 1 and not wide else None
    )


def _number(cell: Branch, key: str, notes: list[Note]) -> Figure | None:
    told = cell.text(key)
    found = figure(told)
    if told and found is None:
        notes.append(Note(f"{cell.path}.{key}", Weight.LEFT_OUT, f"{told[:40]!r} is no plain number."))
    return found


def _spread(cell: Branch, notes: list[Note]) -> Figure | None:
    """A standard deviation or error: one number, never below zero."""
    found = _number(cell, "spread", notes)
    if found is not None and found.value < 0:
        notes.append(Note(f"{cell.path}.spread", Weight.LEFT_OUT, "A spread below zero is none."))
        return None
    return found


def _with_interval(group: Group, cell: Branch, notes: list[Note]) -> Group:
    low, high = _number(cell, "lowerLimit", notes), _number(cell, "upperLimit", notes)
    assert group.mean is not None
    outside = (low is not None and low.value > group.mean.value) or (
        high is not None and high.value < group.mean.value
    )
    if outside or low is None or high is None:
        if low is not None or high is not None:
            words = "The interval is one-sided, or its mean lies outside it; it is not carried."
            notes.append(Note(cell.path, Weight.LEFT_OUT, words))
        return group
    return replace(group, low=low, high=high)


def _told_if_any(cell: Branch, why: str, notes: list[Note]) -> None:
    told = [cell.text(key) for key in ("spread", "lowerLimit", "upperLimit") if cell.text(key)]
    if told:
        words = f"{why}: {' to '.join(told)[:60]} is not carried."
        notes.append(Note(cell.path, Weight.LEFT_OUT, words))
