"""A model at the minutes observed as tables for one compiled pass: from random effects to what would have been read.

Written from the model's own file and the regimen by the formulas everything else uses; only, what follows from the
effects is a row of ``fit_sheet`` where elsewhere it is an array. Not told here, and left to the general way: networks
without modes, eliminations that saturate, slow responses, inputs whose minutes follow from the effects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.effect import EffectModel, Shape, names_of
from ataraxy.core.pharmacology.fit_sheet import Number, Row, Sheet, Written
from ataraxy.core.pharmacology.inputs import entering_by
from ataraxy.core.pharmacology.linear import INPUT_SCALE, Course
from ataraxy.core.pharmacology.model import PkModel, Spread, Variation
from ataraxy.core.pharmacology.modes import Blocks, blocks_of
from ataraxy.core.pharmacology.moves import Moves, moves_of
from ataraxy.core.pharmacology.network import Reading, Values
from ataraxy.core.pharmacology.people import FloatArray, IntArray
from ataraxy.core.pharmacology.prepared import Prepared
from ataraxy.core.pharmacology.varied import Varied

ROLES = (("baseline", 0.0), ("slope", 1.0), ("top", 1.0), ("gamma", 1.0), ("kout", 1.0), ("placebo", 0.0))
SHAPES = (Shape.LINEAR, Shape.OCCUPANCY, Shape.SIGMOID, Shape.RELATIVE)  # as ``effect_kernels`` numbers them
NOTHING = -1
INPUT = "input "  # before its number: how mg of an input are known
MOST_DRAFTS = 32
Numbers = dict[str, Number]
_drafts: dict[tuple[object, ...], tuple[tuple[object, ...], Plan]] = {}  # with the objects their keys name


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is read off the modes at each minute. Rows are the sheet's; those of readings and drivers by occasion.

    ``columns`` (columns,): which row of what is told each observation is: reading or effect times minutes, plus minute.
    """

    state: IntArray  # (readings,), place among the blocks
    scale: IntArray  # (occasions, readings)
    kinds: IntArray  # (effects,)
    roles: IntArray  # (effects, 6)
    lowest: FloatArray
    highest: FloatArray
    ends: IntArray  # (effects + 1,), where each effect's drivers begin
    driver_state: IntArray
    driver_scale: IntArray  # (occasions, drivers)
    wanted: IntArray  # (readings + effects, minutes), 1 where somebody looked
    columns: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything the compiled pass needs, whatever the effects."""

    effects: int
    people: int
    sheet: Written
    tables: FloatArray  # (tables, people), what the sheet loads
    blocks: Blocks
    cells: IntArray  # (occasions, cells), rows
    moves: Moves
    feeding: IntArray  # (rates, inputs), rows or -1
    fed: IntArray  # (inputs,), places
    entering: IntArray  # (boluses, places), rows or -1
    early: int
    told: Told


def plan_of(
    asked: Varied, varies: NDArray[np.bool_], at_min: FloatArray, observed: Sequence[tuple[str, int]]
) -> Plan | None:
    """The tables, or None where the general way is the only one.

    Args:
        varies: (k,) which of the engine's effects are asked about; they are the effects of the plan.
        at_min: ascending minutes.
        observed: of each observation its name and which of the minutes.
    """
    if blocks_of(asked.typical.network) is None or not len(at_min) or not _is_plain(asked):
        return None
    if not asked.steady:
        return _drafted(asked, varies, at_min, observed)
    # Whoever the people are, the same model at the same minutes is written down alike.
    objects = asked.whole, *asked.effects
    edges = tuple(
        (one.state, float(one.start_min[0]), float(one.end_min[0]), one.bolus) for one in asked.typical.inputs
    )
    key = (
        *map(id, objects),
        varies.tobytes(),
        at_min.tobytes(),
        *observed,
        edges,
        asked.typical.course_starts,
    )
    if key not in _drafts:
        while len(_drafts) >= MOST_DRAFTS:
            _drafts.pop(next(iter(_drafts)), None)
        _drafts[key] = objects, _drafted(asked, varies, at_min, observed)
    draft = _drafts[key][1]
    return replace(
        draft, people=len(asked.people), tables=draft.sheet.tables(_known(asked), len(asked.people))
    )


def _known(asked: Varied) -> dict[str, FloatArray]:
    """The people's numbers by name: typical parameters, and mg of each input."""
    found = dict(asked.values[0])
    for effect, values in zip(asked.effects, asked.values[1:], strict=True):
        found |= {f"{effect.id}/{name}": value for name, value in values.items()}
    return found | {f"{INPUT}{k}": one.mg for k, one in enumerate(asked.typical.inputs)}


def _drafted(
    asked: Varied, varies: NDArray[np.bool_], at_min: FloatArray, observed: Sequence[tuple[str, int]]
) -> Plan:
    typical, sheet = asked.typical, Sheet(int(varies.sum()))
    blocks = cast(Blocks, blocks_of(typical.network))
    values = _values(asked, varies, sheet)
    amounts = _amounts(asked, values, sheet)
    moves, early, running, entering = _moves(typical, at_min, amounts)
    place = np.argsort(blocks.order)
    fed = place[list(moves.columns)]
    told = _told(typical, values, blocks, sheet, len(at_min), observed)
    feeding = _rows(sheet, running)
    boluses = _rows(sheet, [[row[state] for state in blocks.order] for row in entering])
    cells = _rows(sheet, [_cells(typical, one, blocks) for one in values])
    written = sheet.written(_asked(cells, feeding, boluses, told))
    return Plan(
        int(varies.sum()), len(asked.people), written, written.tables(_known(asked), len(asked.people)), blocks, cells,
        moves, feeding.reshape(len(running), len(fed)), fed.astype(np.int64),
        boluses.reshape(len(entering), blocks.size), early, told,
    )  # fmt: skip


def _asked(cells: IntArray, feeding: IntArray, boluses: IntArray, told: Told) -> set[int]:
    """Every row that is used."""
    tables = (cells, feeding, boluses, told.scale, told.roles, told.driver_scale)
    return {int(row) for table in tables for row in table.ravel()}


def _is_plain(asked: Varied) -> bool:
    typical = asked.typical
    if asked.model.saturable or any(effect.shape is Shape.TURNOVER for effect in typical.effects):
        return False
    if not typical.inputs or not all(one.shared for one in typical.inputs):
        return False
    return asked.steady or not (_varying(asked.model) & _that_time(asked.model, asked))


def _varying(model: PkModel) -> set[str]:
    return {variation.parameter for variation in (*model.between, *model.occasion)}


def _that_time(model: PkModel, asked: Varied) -> set[str]:
    """Parameters by which an input begins or lasts, or by which it is lessened beyond its first mg."""
    found: set[str | None] = set()
    for dose in asked.typical.regimen:
        way = model.route_in(dose.route)
        for path in () if way is None else way.paths:
            found |= {path.over, path.lag}
            if path.beyond is not None:
                found |= {path.beyond.mg, path.beyond.factor}
    return {name for name in found if name is not None}


# --- the parameters -------------------------------------------------------------------------------


def _values(asked: Varied, varies: NDArray[np.bool_], sheet: Sheet) -> list[Numbers]:
    """The parameters of each occasion, as ``Varied.with_etas`` makes them."""
    number = np.cumsum(varies) - 1
    rows = iter([sheet.effect(int(k)) if vary else None for k, vary in zip(number, varies, strict=True)])
    own: Numbers = {name: sheet.named(name) for name in asked.values[0]}
    _vary(own, asked.model.between, rows, sheet)
    shared: Numbers = {}
    for effect, known in zip(asked.effects, asked.values[1:], strict=True):
        mine: Numbers = {name: sheet.named(f"{effect.id}/{name}") for name in known}
        _vary(mine, effect.between, rows, sheet)
        if effect.responder is not None and effect.top is not None:
            mine[effect.top] = mine[effect.top] * mine[effect.responder]
        shared |= {f"{effect.id}/{name}": value for name, value in mine.items()}
    found = []
    for _ in asked.typical.course_starts:
        again = dict(own)
        _vary(again, asked.model.occasion, rows, sheet)
        found.append(shared | again)
    return found


def _vary(values: Numbers, variations: Sequence[Variation], rows: Iterator[Row | None], sheet: Sheet) -> None:
    for variation in variations:
        effect = next(rows)
        if effect is not None:
            typical = sheet.row(values[variation.parameter])
            logit = variation.spread is Spread.LOGIT
            values[variation.parameter] = typical.odds(effect) if logit else typical.grown(effect)


def _cells(typical: Prepared, values: Numbers, blocks: Blocks) -> list[Number]:
    """The rate of each cell of the blocks."""
    place = np.argsort(blocks.order)
    found: list[Number] = [0.0] * len(blocks.cells)
    index = {cell: k for k, cell in enumerate(blocks.cells)}
    for entry in typical.network.entries:
        k = index[int(place[entry.row]), int(place[entry.column])]
        found[k] = found[k] + entry.value(_plain(values))
    return found


def _plain(values: Numbers) -> Values:
    """Rows do the arithmetic of the arrays they stand for."""
    return cast(Values, values)


def _rows(sheet: Sheet, numbers: Sequence[Sequence[Number]]) -> IntArray:
    """Where each number is written; -1: nowhere, it is nothing."""
    return np.array(
        [
            [NOTHING if not isinstance(x, Row) and not np.any(x) else sheet.row(x).place for x in row]
            for row in numbers
        ],
        dtype=np.int64,
    )


# --- what enters ----------------------------------------------------------------------------------


def _amounts(asked: Varied, values: Sequence[Numbers], sheet: Sheet) -> list[Number]:
    """mg of each input of the narrowed network, in its order."""
    typical = asked.typical
    if asked.steady:
        return [sheet.named(f"{INPUT}{k}") for k in range(len(typical.inputs))]
    varying = _varying(
        asked.model
    )  # what does not vary stays an array: not every formula of a dose takes a row
    kept = {name: value for name, value in asked.values[0].items() if name not in varying}
    plain = [_plain(one | kept) for one in values]
    every = entering_by(asked.model, typical.regimen, asked.people, plain, typical.course_starts)
    return [mg for path, _, _, mg in every if path.into in typical.network.states]


def _moves(
    typical: Prepared, at_min: FloatArray, amounts: Sequence[Number]
) -> tuple[Moves, int, list[list[Number]], list[list[Number]]]:
    """The moves, and what runs and enters with them: mg a minute by column, mg by state.

    Each input is sent through alone, as a person who gets 1 mg of it and nothing else: what that person gets is what
    the input is worth in each sum.
    """
    count = len(typical.inputs)
    alone = tuple(
        replace(
            one,
            mg=np.eye(count)[k],
            start_min=np.full(count, one.start_min[0]),
            end_min=np.full(count, one.end_min[0]),
        )
        for k, one in enumerate(typical.inputs)
    )
    still = np.zeros((count, len(typical.network.states), 0))
    moves, _, early = moves_of(Course((still,), typical.course_starts, alone), at_min, np.zeros(0))
    return moves, early, _sums(moves.rates * INPUT_SCALE, amounts), _sums(moves.boluses, amounts)


def _sums(worth: FloatArray, amounts: Sequence[Number]) -> list[list[Number]]:
    """(rows, columns, inputs) -> the sum of the amounts, each times what it is worth."""
    found = []
    for row in worth:
        sums: list[Number] = []
        for column in row:
            number: Number = 0.0
            for k in np.flatnonzero(column).tolist():
                number = number + amounts[k] * column[k]
            sums.append(number)
        found.append(sums)
    return found


# --- what is told ---------------------------------------------------------------------------------


def _told(
    typical: Prepared, values: Sequence[Numbers], blocks: Blocks, sheet: Sheet, times: int,
    observed: Sequence[tuple[str, int]],
) -> Told:  # fmt: skip
    network, effects = typical.network, typical.effects
    readings = [*network.readings, *(s.reading for s in network.sites if s.driver.half_life)]
    names = [*(reading.name for reading in readings), *names_of(effects)]
    columns = np.array([names.index(name) * times + at for name, at in observed], dtype=np.int64)
    wanted = np.zeros(len(names) * times, dtype=np.int64)
    wanted[columns] = 1
    sites = [[site for site in network.sites if site.effect == effect.id] for effect in effects]
    drivers = [site for group in sites for site in group]
    scales = [
        [_factor(values[0], site.effect, site.driver.share, site.driver.constant) * _scale(site.reading, one)
         for site in drivers]
        for one in values
    ]  # fmt: skip
    return Told(
        np.array([blocks.place(reading.state) for reading in readings], dtype=np.int64),
        _all(sheet, [[_scale(reading, one) for reading in readings] for one in values]),
        np.array([SHAPES.index(effect.shape) for effect in effects], dtype=np.int64),
        _all(sheet, [_parameters(values[0], effect) for effect in effects]).reshape(len(effects), len(ROLES)),
        np.array([-np.inf if e.lowest is None else float(e.lowest) for e in effects]),
        np.array([np.inf if e.highest is None else float(e.highest) for e in effects]),
        np.cumsum([0, *(len(group) for group in sites)]).astype(np.int64),
        np.array([blocks.place(site.reading.state) for site in drivers], dtype=np.int64),
        _all(sheet, scales),
        wanted.reshape(len(names), times),
        columns,
    )


def _all(sheet: Sheet, numbers: Sequence[Sequence[Number]]) -> IntArray:
    """Where each number is written, nothing too."""
    return np.array([[sheet.row(x).place for x in row] for row in numbers], dtype=np.int64)


def _scale(reading: Reading, values: Numbers) -> Number:
    return reading.scale(_plain(values))


def _factor(values: Numbers, effect: str, share: str | None, constant: str | None) -> Number:
    """What a driver's level is multiplied by: its free share, over its constant."""
    found: Number = 1.0 if share is None else values[f"{effect}/{share}"]
    return found if constant is None else found / values[f"{effect}/{constant}"]


def _parameters(values: Numbers, effect: EffectModel) -> list[Number]:
    named = ((getattr(effect, role), default) for role, default in ROLES)
    return [default if name is None else values[f"{effect.id}/{name}"] for name, default in named]
