"""The device codes a clinician reviews, one file a dialect in ``codes/``, read once.

A measure left empty is a code we know and do not chart (an arterial line, a pulse whose source is not told). Such a
code may stand beside another that is charted when ``fits`` names its measure. ``unit`` of an observation is the unit
of a device that tells none; pressures and temperatures never have one, since devices are switched to kPa and degF.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.sources import Source
from ataraxy.core.protocol.types import UNITS, Measure, Status

HOME = Path(__file__).parent / "codes"
MDC_FILE = HOME / "mdc.csv"
UNITS_FILE = HOME / "units.csv"
# The name of the coding system on the wire, and the file of its codes. LOINC is told under two names; Mindray's
# bedside monitors name no system at all, and neither do some that mean MDC.
DIALECTS: Mapping[str, str] = {
    "MDC": "mdc.csv",
    "MDIL": "mdil.csv",
    "EHC": "ehc.csv",
    "99MNDRY": "99mndry.csv",
    "99COMEN": "99comen.csv",
    "LN": "loinc.csv",
    "LOINC": "loinc.csv",
}
UNNAMED = ("mdc.csv", "mindray.csv")
# A LOINC number carries a check digit, and everybody writes its name differently; a number of the others is
# believed only beside its own name.
FREE_NAMES = frozenset({"loinc.csv"})


@dataclass(frozen=True, slots=True)
class ObservationCode:
    """What one code measures; ``measure`` None: known, not charted. ``source``: key of sources.toml.

    ``names``: how devices write it beside ``ref_id``. ``unit_untold``: the unit when the device tells none.
    """

    number: str
    ref_id: str
    measure: Measure | None
    loinc: str
    source: str
    status: Status
    names: frozenset[str] = frozenset()
    unit_untold: str = ""
    fits: frozenset[Measure] = frozenset()

    def goes_with(self, other: ObservationCode) -> bool:
        """Whether both may be said of one value."""
        if self.measure is not None and other.measure is not None:
            return self.measure is other.measure
        return other.measure in self.fits or self.measure in other.fits or self.measure is other.measure


@dataclass(frozen=True, slots=True)
class UnitCode:
    """One unit on the wire; ours is ``(value + add) * times / over``, in ``unit``. ``names``: other spellings."""

    number: str
    ref_id: str
    ucum: str
    unit: str
    add: Decimal
    times: Decimal
    over: Decimal
    source: str
    status: Status
    names: frozenset[str] = frozenset()

    @property
    def is_ours(self) -> bool:
        return self.add == 0 and self.times == self.over

    def convert(self, value: Decimal) -> Decimal:
        """The value in our unit, to 0.1; a value already in our unit is returned as told."""
        if self.is_ours:
            return value
        return ((value + self.add) * self.times / self.over).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True, eq=False)
class CodeTable:
    """One dialect: codes by number and by name, so that a disagreement is seen. Compared by identity."""

    by_number: Mapping[str, ObservationCode]
    by_ref_id: Mapping[str, ObservationCode]
    units_by_number: Mapping[str, UnitCode]
    units_by_ucum: Mapping[str, UnitCode]
    free_names: bool = False

    def for_measure(self, measure: Measure) -> ObservationCode:
        """The first code of a measure in the file: the one we send."""
        for code in self.by_number.values():
            if code.measure is measure:
                return code
        raise CatalogError(
            f"No MDC code is listed for {measure}.", "Add a row to codes/mdc.csv.", MDC_FILE.name
        )

    def unit_for(self, measure: Measure) -> UnitCode:
        """The unit we send a measure in: breaths in breaths, the rest in the first row of our unit."""
        if measure is Measure.RESPIRATORY_RATE:
            return self.units_by_ucum["{resp}/min"]
        return next(u for u in self.units_by_number.values() if u.is_ours and u.unit == UNITS[measure])


@dataclass(frozen=True, slots=True, eq=False)
class CodeBook:
    """Every dialect, by the name of its coding system; "" is a device that names none. Compared by identity."""

    systems: Mapping[str, tuple[CodeTable, ...]]
    units_by_text: Mapping[str, UnitCode]

    def unit(self, number: str, name: str, system: str) -> UnitCode | None:
        """A unit by number and name, or by its text alone; never a number whose name says another unit."""
        for table in self.systems.get(system, ()):
            unit = table.units_by_number.get(number)
            if unit is not None:
                return unit if name == unit.ref_id or name in unit.names else None
        return self.units_by_text.get(number) if system in ("UCUM", "", "ISO+") else None

    def unit_untold(self, code: ObservationCode) -> UnitCode | None:
        """The unit of a device that tells none, where only one is possible."""
        found = (
            unit for unit in self.units_by_text.values() if unit.is_ours and unit.unit == code.unit_untold
        )
        return next(found, None)


@cache
def load_codes() -> CodeBook:
    """Every dialect of the catalog.

    Raises:
        CatalogError: names file and line of the first wrong row.
    """
    tables = {name: load_table(HOME / name) for name in {*DIALECTS.values(), *UNNAMED}}
    systems: dict[str, tuple[CodeTable, ...]] = {system: (tables[name],) for system, name in DIALECTS.items()}
    systems[""] = tuple(tables[name] for name in UNNAMED)
    return CodeBook(systems, {**tables["mdc.csv"].units_by_ucum, **load_table(UNITS_FILE).units_by_ucum})


def problems_of_codes(sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """(file, what is wrong): a source that does not exist, or that does not bear the status of its row."""
    for path in sorted((HOME / name) for name in {*DIALECTS.values(), *UNNAMED, UNITS_FILE.name}):
        table = load_table(path)
        rows: list[ObservationCode | UnitCode] = [*table.by_number.values()]
        rows += dict.fromkeys((*table.units_by_number.values(), *table.units_by_ucum.values()))
        for row in rows:
            source, called = sources.get(row.source), row.number or row.ref_id
            if source is None:
                yield path.name, f"{called} names the source {row.source!r}, which does not exist."
            elif not source.bears(row.status):
                yield path.name, f"{called} says {row.status.value!r}, but {row.source!r} was not read."


def load_mdc() -> CodeTable:
    """IEEE 11073 (MDC): what we send."""
    return load_table(MDC_FILE)


@cache
def load_table(path: Path) -> CodeTable:
    """Read and check the codes of one dialect.

    Raises:
        CatalogError: names file and line of the first wrong row.
    """
    observations: list[ObservationCode] = []
    units: list[UnitCode] = []
    seen: set[str] = set()
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            where = f"{path.name}:{reader.line_num}"
            try:
                _claim(row, seen)
                if row["kind"] == "observation":
                    observations.append(_observation(row))
                else:
                    units.append(_unit(row))
            except (KeyError, TypeError, ValueError, InvalidOperation) as wrong:
                raise CatalogError(
                    f"The row is wrong: {wrong}.", "Compare it with the rows above.", where
                ) from wrong
    return CodeTable(
        by_number={code.number: code for code in observations},
        by_ref_id={name: code for code in observations for name in (code.ref_id, *code.names)},
        units_by_number={unit.number: unit for unit in units if unit.number},
        units_by_ucum={unit.ucum: unit for unit in units if unit.ucum},
        free_names=path.name in FREE_NAMES,
    )


def _claim(row: dict[str, str], seen: set[str]) -> None:
    """Each number, MDC name and UCUM name stands in one row only, and each row names its source."""
    if row["kind"] not in ("observation", "unit"):
        raise ValueError(f"kind is {row['kind']!r}, not observation or unit")
    if not row["source"]:
        raise ValueError("source is empty")
    ref_id = row["ref_id"] if row["ref_id"].startswith("MDC_") else ""  # others write one name for two codes
    for name in (row["number"], ref_id, row["ucum"]):
        if name and name in seen:
            raise ValueError(f"{name} is listed twice")
        seen.add(name)


def _observation(row: dict[str, str]) -> ObservationCode:
    if not any(sign.isdigit() for sign in row["number"]) or not row["ref_id"]:
        raise ValueError("an observation needs its number and its name")
    measure = Measure(row["measure"]) if row["measure"] else None
    if row["unit"] and (measure is None or row["unit"] != UNITS[measure]):
        raise ValueError(f"{row['unit']!r} is not the unit of {row['measure'] or 'what is not charted'}")
    return ObservationCode(
        row["number"],
        row["ref_id"],
        measure,
        row["loinc"],
        row["source"],
        Status(row["status"]),
        _names(row),
        row["unit"],
        frozenset(Measure(name) for name in row["fits"].split()),
    )


def _names(row: dict[str, str]) -> frozenset[str]:
    return frozenset(row["names"].split("|")) - {""}


def _unit(row: dict[str, str]) -> UnitCode:
    if row["unit"] not in UNITS.values():
        raise ValueError(f"{row['unit']!r} is not a unit a measure uses")
    times, over = Decimal(row["times"]), Decimal(row["over"])
    if times <= 0 or over <= 0:
        raise ValueError("times and over must be above zero")
    return UnitCode(
        row["number"],
        row["ref_id"],
        row["ucum"],
        row["unit"],
        Decimal(row["add"]),
        times,
        over,
        row["source"],
        Status(row["status"]),
        _names(row),
    )
