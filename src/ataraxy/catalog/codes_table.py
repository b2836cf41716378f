"""The device codes a clinician reviews: ``codes/mdc.csv``, read once.

A measure left empty is a code we know and do not chart (an arterial line, a pulse whose source is not told).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from ataraxy.core.errors import CatalogError
from ataraxy.core.protocol.types import UNITS, Measure, Status

MDC_FILE = Path(__file__).parent / "codes" / "mdc.csv"


@dataclass(frozen=True, slots=True)
class ObservationCode:
    """What one MDC code measures; ``measure`` None: known, not charted. ``source``: key of sources.toml."""

    number: str
    ref_id: str
    measure: Measure | None
    loinc: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class UnitCode:
    """One unit on the wire; ours is ``(value + add) * times / over``, in ``unit``."""

    number: str
    ref_id: str
    ucum: str
    unit: str
    add: Decimal
    times: Decimal
    over: Decimal
    source: str
    status: Status

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
    """Codes by number and by ref-id, so that a disagreement between the two is seen. Compared by identity."""

    by_number: Mapping[str, ObservationCode]
    by_ref_id: Mapping[str, ObservationCode]
    units_by_number: Mapping[str, UnitCode]
    units_by_ucum: Mapping[str, UnitCode]

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


@cache
def load_mdc(path: Path = MDC_FILE) -> CodeTable:
    """Read and check the device code table.

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
        by_ref_id={code.ref_id: code for code in observations},
        units_by_number={unit.number: unit for unit in units if unit.number},
        units_by_ucum={unit.ucum: unit for unit in units if unit.ucum},
    )


def _claim(row: dict[str, str], seen: set[str]) -> None:
    """Each number, ref-id and UCUM name stands in one row only, and each row names its source."""
    if row["kind"] not in ("observation", "unit"):
        raise ValueError(f"kind is {row['kind']!r}, not observation or unit")
    if not row["source"]:
        raise ValueError("source is empty")
    for name in (row["number"], row["ref_id"], row["ucum"]):
        if name and name in seen:
            raise ValueError(f"{name} is listed twice")
        seen.add(name)


def _observation(row: dict[str, str]) -> ObservationCode:
    if not row["number"].isdigit() or not row["ref_id"].startswith("MDC_"):
        raise ValueError("an observation needs its number and its MDC_ name")
    measure = Measure(row["measure"]) if row["measure"] else None
    return ObservationCode(
        row["number"], row["ref_id"], measure, row["loinc"], row["source"], Status(row["status"])
    )


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
    )
