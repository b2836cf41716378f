"""Gaussian elimination of a sparse matrix, found once as lists of positions that a compiled kernel can walk.

No row is exchanged: 1/(gamma h) - J of flows between compartments is dominated by its diagonal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Elimination:
    """Where each entry is kept, and what is done with it.

    ``order``: pivots. ``below``: of pivot k the entries below it are ``below_at[below_from[k]:below_from[k + 1]]``
    in rows ``below_row``; each of them changes the entries ``change_to`` by the entries ``change_by`` of the
    pivot's row (``change_from`` as before). ``right``: of pivot k the entries right of it, in columns ``right_column``.
    """

    place: dict[Cell, int]
    order: IntArray
    diagonal: IntArray  # in the order of pivots
    below_from: IntArray
    below_row: IntArray
    below_at: IntArray
    change_from: IntArray
    change_to: IntArray
    change_by: IntArray
    right_from: IntArray
    right_column: IntArray
    right_at: IntArray


def elimination_of(cells: Iterable[Cell], n: int) -> Elimination:
    """Pivots in the order that fills in least, step by step."""
    filled = set(cells) | {(i, i) for i in range(n)}
    left, order = set(range(n)), list[int]()
    while left:
        pivot = min(left, key=lambda k: (_fill(filled, left, k), k))
        left.remove(pivot)
        order.append(pivot)
        rows = [i for i in left if (i, pivot) in filled]
        columns = [j for j in left if (pivot, j) in filled]
        filled |= {(i, j) for i in rows for j in columns}
    place = {cell: k for k, cell in enumerate(sorted(filled))}
    return _listed(order, place)


def _fill(filled: set[Cell], left: set[int], pivot: int) -> int:
    rows = sum((i, pivot) in filled for i in left if i != pivot)
    columns = sum((pivot, j) in filled for j in left if j != pivot)
    return rows * columns


def _listed(order: list[int], place: dict[Cell, int]) -> Elimination:
    below, changes, right = list[list[Cell]](), list[list[Cell]](), list[list[Cell]]()
    for step, pivot in enumerate(order):
        later = order[step + 1 :]
        columns = [j for j in later if (pivot, j) in place]
        rows = [i for i in later if (i, pivot) in place]
        below.append([(i, place[i, pivot]) for i in rows])
        changes.extend([(place[i, j], place[pivot, j]) for j in columns] for i in rows)
        right.append([(j, place[pivot, j]) for j in columns])
    below_from, below_flat = _flat(below)
    change_from, change_flat = _flat(changes)
    right_from, right_flat = _flat(right)
    return Elimination(
        place, np.array(order, dtype=np.int64), np.array([place[k, k] for k in order], dtype=np.int64),
        below_from, below_flat[0], below_flat[1], change_from, change_flat[0], change_flat[1],
        right_from, right_flat[0], right_flat[1],
    )  # fmt: skip


def _flat(lists: list[list[Cell]]) -> tuple[IntArray, IntArray]:
    starts = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
    flat = np.array([pair for one in lists for pair in one], dtype=np.int64).reshape(-1, 2)
    return starts, np.ascontiguousarray(flat.T)
