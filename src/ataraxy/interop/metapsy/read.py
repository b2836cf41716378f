"""A table of comparisons as studies: rows of one study gathered, its arms and outcomes named, doubts told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.study import (
    Bias,
    BiasDomain,
    Carryover,
    Condition,
    Design,
    Figure,
    Finding,
    Judgement,
    Seen,
    Study,
)
from ataraxy.interop.ctgov.header import NUMBERS
from ataraxy.interop.metapsy.arms import arms_of
from ataraxy.interop.metapsy.outcomes import outcomes_of, seen_in
from ataraxy.interop.metapsy.table import Row, rows_of
from ataraxy.interop.numerals import slug
from ataraxy.interop.references.reference import doi_of, year_in
from ataraxy.interop.taken import Note, Taken, Weight
from ataraxy.interop.vocabulary import conditions_in

T = TypeVar("T")
DESIGNS = {
    "parallel": Design.PARALLEL,
    "paralell": Design.PARALLEL,  # as the standard's own description spells it
    "crossover": Design.CROSSOVER,
    "cross-over": Design.CROSSOVER,
    "open": Design.OPEN,
    "maintenance": Design.MAINTENANCE,
    "secondary": Design.SECONDARY,
    "cohort": Design.COHORT,
}
DOMAINS = {
    "d1": BiasDomain.RANDOMISATION,
    "d2": BiasDomain.DEVIATIONS,
    "d3": BiasDomain.MISSING,
    "d4": BiasDomain.MEASUREMENT,
    "d5": BiasDomain.SELECTION,
}
JUDGEMENTS = {"low": Judgement.LOW, "some concerns": Judgement.SOME_CONCERNS, "high": Judgement.HIGH}
BLINDED = frozenset({"double-blind", "triple-blind", "quadruple-blind"})
CARRYOVERS = {one.value: one for one in Carryover}
NO_WASH_OUT = "The table tells no wash-out."


def read_table(data: bytes) -> tuple[Taken, ...]:
    """The studies of a table, in its order.

    Raises:
        InputRefused: no table, wrong columns, or no row that could be read.
    """
    notes: list[Note] = []
    rows = rows_of(data, notes)
    found = [_study(group) for group in _by_study(rows, notes)]
    if not found:
        told = f" {notes[-1]}" if notes else ""
        raise InputRefused(f"No row of the table could be read.{told}", "Correct the rows that are named.")
    return (Taken(found[0].study, (*notes, *found[0].notes)), *found[1:])


def _by_study(rows: Iterable[Row], notes: list[Note]) -> Iterator[list[Row]]:
    """Rows of one study together; one whose design is not told is skipped, for it decides how it is pooled."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        key = _key(row)
        if not key or row.text("design").lower() not in DESIGNS:
            why = f"the design {row.text('design')[:40]!r} is not known" if key else "no study is named"
            notes.append(Note(row.where, Weight.SKIPPED, f"{why}."))
        else:
            found.setdefault(key, []).append(row)
    yield from found.values()


def _key(row: Row) -> str:
    return slug(row.text("study"))[:60].strip("-")


@dataclass(frozen=True, slots=True)
class _Same:
    """What is the same in all rows of a study: told once, and where rows differ, told."""

    rows: list[Row]
    notes: list[Note]

    def text(self, column: str) -> str:
        """The first row that says something; another that says something else is told."""
        first = next((row for row in self.rows if row.text(column)), None)
        if first is None:
            return ""
        told = first.text(column)
        for row in self.rows:
            if row.text(column) not in ("", told):
                words = f"{column}: {row.text(column)[:60]!r}, but {told[:60]!r} in {first.where}, which is taken."
                self.notes.append(Note(row.where, Weight.DOUBT, words))
                break
        return told

    def read(self, column: str, reader: Callable[[str], T | None]) -> T | None:
        """The text of a column as something else; what is none of it is told."""
        told = self.text(column)
        found = reader(told) if told else None
        if told and found is None:
            self.notes.append(
                Note(self.rows[0].where, Weight.LEFT_OUT, f"{column}: {told[:60]!r} is not known.")
            )
        return found


def _study(rows: list[Row]) -> Taken:
    notes: list[Note] = []
    one, key = _Same(rows, notes), _key(rows[0])
    design = DESIGNS[one.text("design").lower()]
    crossover = design is Design.CROSSOVER
    retracted = one.read("retracted_on", _date)
    study = Study(
        id=key,
        source=key,
        title=one.text("full_ref") or one.text("study"),
        label=one.text("study"),
        design=design,
        conditions=_conditions(one),
        population=one.text("target_group") or one.text("diagnosis") or "Not told.",
        cohort_id=one.text("cohort_id") or key,
        finding=Finding.NOT_SEEN,
        registrations=_registrations(one),
        doi=doi_of(one.text("doi")),
        year=year_in(one.text("year")),
        randomised=_is_randomised(one, design),
        blinded=one.text("blinding").lower() in BLINDED,
        carryover=(one.read("carryover", _carryover) or Carryover.NOT_SEEN) if crossover else None,
        carryover_note=NO_WASH_OUT if crossover else "",
        retracted_on=retracted,
        retraction="As told in the table." if retracted else "",
        arms=arms_of(rows, seen_in(rows[0]), notes),
        outcomes=outcomes_of(rows, design, notes),
        bias=tuple(_bias(one)),
    )
    study = replace(study, n=_people(study))
    return Taken(study, tuple(dict.fromkeys(notes)))


def _people(study: Study) -> Figure | None:
    """The arms' people put together, each arm by its largest number; not of those who were in both."""
    if study.design is not Design.PARALLEL:
        return None
    most: dict[str, Decimal] = {}
    for group in (group for outcome in study.outcomes for group in outcome.groups):
        if group.n is not None:
            most[group.arm] = max(group.n.value, most.get(group.arm, group.n.value))
    if not study.arms or {arm.key for arm in study.arms} != most.keys():
        return None
    words = " and ".join(format(n.normalize(), "f") for n in most.values())
    return Figure(sum(most.values(), Decimal(0)), Seen.COMPUTED, words)


def _conditions(one: _Same) -> tuple[Condition, ...]:
    found = conditions_in([one.text("diagnosis")])
    if not found:
        words = "`diagnosis` names no condition of ours; the study enters no pool before one is written in."
        one.notes.append(Note(one.rows[0].where, Weight.DOUBT, words))
    return found


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _carryover(text: str) -> Carryover | None:
    return CARRYOVERS.get(text.lower())


def _registrations(one: _Same) -> tuple[str, ...]:
    told = one.text("registration_number")
    found = tuple(dict.fromkeys(NUMBERS.findall(told)))
    if told and not found:
        words = f"registration_number: {told[:60]!r} is none that is known."
        one.notes.append(Note(one.rows[0].where, Weight.LEFT_OUT, words))
    return found


def _is_randomised(one: _Same, design: Design) -> bool:
    """As our own column tells; the standard has none, and nobody is taken as randomised without being told so."""
    told = one.text("randomised").lower()
    if not told and design in (Design.PARALLEL, Design.CROSSOVER):
        words = "Whether people were randomised is not told: the study enters no pool before it is (`randomised`)."
        one.notes.append(Note(one.rows[0].where, Weight.DOUBT, words))
    return told in ("yes", "1", "true") and design not in (Design.OPEN, Design.COHORT)


def _bias(one: _Same) -> Iterator[Bias]:
    for column, domain in DOMAINS.items():
        judgement = one.read(column, lambda told: JUDGEMENTS.get(told.lower()))
        if judgement is not None:
            yield Bias(domain, judgement, seen_in(one.rows[0]), "As rated in the table.")
