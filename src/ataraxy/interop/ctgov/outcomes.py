"""Outcome measures of a registry entry: one outcome for each class and moment, with the kind of number it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ataraxy.core.evidence.study import Figure, Form, Group, Outcome, OutcomeKind, Seen
from ataraxy.interop.ctgov.analyses import Beside, reported_of
from ataraxy.interop.ctgov.cast import Cast
from ataraxy.interop.ctgov.cells import Table, event_cell, mean_cell, people_of
from ataraxy.interop.ctgov.dispersion import dispersion_of, named_otherwise
from ataraxy.interop.ctgov.groups import place
from ataraxy.interop.ctgov.sequence import is_first_period, is_later_period
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.hours import hour_of
from ataraxy.interop.numerals import slug
from ataraxy.interop.taken import Note, Weight
from ataraxy.interop.vocabulary import INSTRUMENTS, instrument_in

MEANS = frozenset({"mean", "least squares mean", "ls mean"})
COUNTS = frozenset({"count of participants", "number"})
PEOPLE = re.compile(r"\b(?:participants?|subjects?|patients?|people|individuals?|responders?|veterans?)\b")
PERCENT = re.compile(r"percent|%|proportion")
CHANGE = re.compile(r"\bchanges? (?:from|in|of|score|between)\b|\bfrom baseline\b|\bchange\W*$")
HIGHER_IS_BETTER = re.compile(
    r"higher (?:scores?|values?|numbers?) (?:\w+ ){0,3}(?:better|improve|less severe|greater function)"
)
GOOD_EVENTS = re.compile(r"\brespon[ds]|\bremi(?:ssion|tt)|\bimprov|\brecover|\bwithout\b|\bfree of\b")
SPAN = re.compile(
    r"(?:rang\w*|scores?|scale|total) (?:\w+ ){0,4}?(-?\d{1,4}(?:\.\d{1,2})?) ?(?:-|–|to) ?(\d{1,4}(?:\.\d{1,2})?)(?![\d%])"
)
BASELINE = re.compile(r"\s*(?:at )?(?:baseline|pre-?(?:infusion|dose|treatment))\W*(?:\(.*\))?\s*")
LONGEST_LABEL = 300


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One outcome measure with what all its classes share."""

    measure: Branch
    cast: Cast
    kind: OutcomeKind
    table: Table
    form: Form
    first_period: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """One category of one class."""

    cells: tuple[Branch, ...]
    title: str
    people: Mapping[str, Figure]
    path: str


def outcomes_of(study: Branch, cast: Cast, notes: list[Note]) -> tuple[Outcome, ...]:
    """Every outcome that can be carried; each that cannot is told with the reason."""
    module = study.branch("resultsSection").branch("outcomeMeasuresModule")
    found: list[Outcome] = []
    for measure in module.branches("outcomeMeasures"):
        sheet = _sheet(measure, cast, notes)
        if sheet is not None:
            found += _outcomes(sheet, notes)
    return _named_apart(found)


def _sheet(measure: Branch, cast: Cast, notes: list[Note]) -> _Sheet | None:
    title, words = measure.text("title"), f"{measure.text('title')} {measure.text('description')}"
    kind = _kind(measure)
    if not title or kind is None or not (measure.branches("classes") or measure.branches("analyses")):
        _not_carried(measure, kind, notes)
        return None
    told = f"{title} {measure.text('timeFrame')}"
    if cast.crossover and is_later_period(told):
        notes.append(Note(measure.path, Weight.LEFT_OUT, f"{title[:80]!r}: of a period after the first."))
        return None
    dispersion = dispersion_of(measure.text("dispersionType"))
    other = named_otherwise(f"{title} {measure.text('unitOfMeasure')}", dispersion)
    if other is not None:
        doubt = (
            f"{title[:80]!r} names {other.value}, and declares {dispersion.value}. The declared one is taken."
        )
        notes.append(Note(measure.path, Weight.DOUBT, doubt))
    if measure.text("paramType").lower().replace("_", " ") in MEANS - {"mean"}:
        notes.append(Note(measure.path, Weight.DOUBT, f"{title[:80]!r}: means adjusted by a model, not raw."))
    first = cast.crossover and is_first_period(told)
    placed = place(measure.branches("groups"), cast, notes, first)
    percent = bool(PERCENT.search(measure.text("unitOfMeasure").lower()))
    form = Form.CHANGE if CHANGE.search(words.lower()) and kind is OutcomeKind.CONTINUOUS else Form.ENDPOINT
    if form is Form.CHANGE and not CHANGE.search(title.lower()):
        form = Form.ENDPOINT
        doubt = f"{title[:80]!r}: the description speaks of a change; taken as values at the time."
        notes.append(Note(measure.path, Weight.DOUBT, doubt))
    return _Sheet(
        measure, cast, kind, Table(placed, people_of(measure, notes), dispersion, percent), form, first
    )


def _kind(measure: Branch) -> OutcomeKind | None:
    told = measure.text("paramType").lower().replace("_", " ")
    if told in MEANS:
        return OutcomeKind.CONTINUOUS
    unit = measure.text("unitOfMeasure").lower()
    return OutcomeKind.EVENTS if told in COUNTS and PEOPLE.search(unit) else None


def _not_carried(measure: Branch, kind: OutcomeKind | None, notes: list[Note]) -> None:
    title = measure.text("title")[:80] or "an outcome without a title"
    if kind is None and measure.text("paramType"):
        why = f"{measure.text('paramType')[:40]} of {measure.text('unitOfMeasure')[:40] or 'no unit'} is not carried"
    else:
        why = "no numbers are posted"
    notes.append(Note(measure.path, Weight.LEFT_OUT, f"{title!r}: {why}."))


def _outcomes(sheet: _Sheet, notes: list[Note]) -> Iterator[Outcome]:
    if not sheet.measure.branches("classes"):
        compared = _outcome(sheet, _Row((), "", {}, sheet.measure.path), {}, True, notes)
        if compared.reported:  # a comparison alone, without the arms' own numbers
            yield compared
        return
    rows = list(_rows(sheet, notes))
    baseline = [row for row in rows if BASELINE.fullmatch(row.title.lower())]
    others = [row for row in rows if row not in baseline]
    if not others:
        why = "only a baseline; it is no outcome."
        notes.append(
            Note(sheet.measure.path, Weight.LEFT_OUT, f"{sheet.measure.text('title')[:80]!r}: {why}")
        )
    before = _groups(baseline[0], sheet, notes) if len(baseline) == 1 and others else {}
    for row in others:
        groups = _groups(row, sheet, notes)
        if groups:
            yield _outcome(sheet, row, _with_baseline(groups, before), len(others) == 1, notes)
    analyses = sheet.measure.branches("analyses")
    if len(others) > 1 and analyses:
        words = f"{len(analyses)} analyses of an outcome with {len(others)} rows: of which row is not told."
        notes.append(Note(sheet.measure.path, Weight.LEFT_OUT, words))


def _rows(sheet: _Sheet, notes: list[Note]) -> Iterator[_Row]:
    for class_ in sheet.measure.branches("classes"):
        people = {**sheet.table.people, **people_of(class_, notes)}
        for category in class_.branches("categories"):
            title = ", ".join(filter(None, (class_.text("title"), category.text("title"))))
            if sheet.cast.crossover and is_later_period(title):
                notes.append(
                    Note(category.path, Weight.LEFT_OUT, f"{title[:80]!r}: a period after the first.")
                )
            else:
                yield _Row(category.branches("measurements"), title, people, category.path)


def _groups(row: _Row, sheet: _Sheet, notes: list[Note]) -> Mapping[str, Group]:
    """The arms' numbers by arm; a group that stands twice is believed in neither place."""
    table, found = replace(sheet.table, people=row.people), dict[str, Group]()
    if not sheet.first_period and sheet.cast.crossover and is_first_period(row.title):
        placed = place(sheet.measure.branches("groups"), sheet.cast, [], first_period=True)
        table = replace(table, placed=placed)
    read = mean_cell if sheet.kind is OutcomeKind.CONTINUOUS else event_cell
    twice = set[str]()
    for cell in row.cells:
        group = read(cell, table, notes)
        if group is not None:
            if group.arm in found:
                twice.add(group.arm)
                notes.append(Note(cell.path, Weight.LEFT_OUT, f"{group.arm!r} stands twice in one row."))
            found[group.arm] = group
    return {arm: group for arm, group in found.items() if arm not in twice}


def _with_baseline(groups: Mapping[str, Group], before: Mapping[str, Group]) -> Mapping[str, Group]:
    return {
        arm: replace(group, baseline_mean=before[arm].mean, baseline_sd=before[arm].sd)
        if arm in before
        else group
        for arm, group in groups.items()
    }


def _outcome(
    sheet: _Sheet, row: _Row, groups: Mapping[str, Group], alone: bool, notes: list[Note]
) -> Outcome:
    measure, title = sheet.measure, sheet.measure.text("title")
    words = f"{title} {measure.text('description')}"
    instrument = instrument_in(title) or instrument_in(words) or slug(title)[:40].strip("-") or "outcome"
    hour = _hour(sheet, row, notes)
    label = title if not row.title else f"{title} | {row.title}"
    if hour is None:
        label = f"{label} [time frame: {measure.text('timeFrame') or 'not told'}]"
        notes.append(Note(row.path, Weight.DOUBT, f"{label[:160]!r}: no one hour after the dose is told."))
    lowest, highest = _span(measure.text("description")) if sheet.form is Form.ENDPOINT else (None, None)
    unit = measure.text("unitOfMeasure") or f"{title}, unit not told"
    beside = Beside(sheet.cast.arms, sheet.table.placed, sheet.kind, unit, groups)
    analyses = measure.branches("analyses") if alone else ()
    told = [reported_of(one, beside, notes) for one in analyses]
    return Outcome(
        key=slug(f"{instrument} {_moment(hour)} {row.title}")[:80].strip("-") or "outcome",
        instrument=instrument,
        label=label,
        kind=sheet.kind,
        hour=hour,
        primary=measure.text("type") == "PRIMARY",
        definition=title if sheet.kind is OutcomeKind.EVENTS else "",
        form=sheet.form,
        first_period=sheet.cast.crossover and (sheet.first_period or is_first_period(row.title)),
        lower_is_better=_lower_is_better(sheet, words, row, instrument, notes),
        lowest=lowest if sheet.kind is OutcomeKind.CONTINUOUS else None,
        highest=highest if sheet.kind is OutcomeKind.CONTINUOUS else None,
        groups=tuple(groups.values()),
        reported=tuple(one for one in told if one is not None),
    )


def _lower_is_better(sheet: _Sheet, words: str, row: _Row, instrument: str, notes: list[Note]) -> bool:
    """Scales of symptoms unless the entry says otherwise; of events, responding and the like are good."""
    if HIGHER_IS_BETTER.search(words.lower()):
        return False
    if sheet.kind is OutcomeKind.EVENTS:
        if GOOD_EVENTS.search(f"{sheet.measure.text('title')} {row.title}".lower()):
            return False
        notes.append(
            Note(
                row.path, Weight.DOUBT, "Whether more of these events is better is not told; taken as worse."
            )
        )
    elif instrument not in INSTRUMENTS:
        told = "Which end of this scale is the better is not told; lower is taken as better, and it enters no pool."
        notes.append(Note(row.path, Weight.DOUBT, told))
    return True


def _hour(sheet: _Sheet, row: _Row, notes: list[Note]) -> Figure | None:
    """By the row's own title, else by the time frame, else by the outcome's title."""
    change = sheet.form is Form.CHANGE
    for text in (row.title, sheet.measure.text("timeFrame"), sheet.measure.text("title")):
        found = hour_of(text, change) if text else None
        if found is not None:
            if found.seen is Seen.INFERRED:
                words = f"{text[:80]!r} is taken as {found.value} h, the day of the dose as day 0."
                notes.append(Note(row.path, Weight.DOUBT, words))
            return found
    return None


def _moment(hour: Figure | None) -> str:
    return f"{hour.value} h" if hour is not None else ""


def _span(description: str) -> tuple[Figure | None, Figure | None]:
    """The scale's lowest and highest score, where a description names one pair."""
    found = {(low, high) for low, high in SPAN.findall(description.lower())}
    if len(found) != 1:
        return None, None
    low, high = (Decimal(one) for one in found.pop())
    return (Figure(low, Seen.READ), Figure(high, Seen.READ)) if low < high else (None, None)


def _named_apart(outcomes: list[Outcome]) -> tuple[Outcome, ...]:
    seen: dict[str, int] = {}
    apart = []
    for one in outcomes:
        seen[one.key] = seen.get(one.key, 0) + 1
        apart.append(one if seen[one.key] == 1 else replace(one, key=f"{one.key}-{seen[one.key]}"))
    return tuple(apart)
