"""What can reach what in a network: which entries a propagator has, and which products make each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Products = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What can reach what in a model, as index lists for the kernel."""

    a_cells: tuple[tuple[int, int], ...]  # (row, column) of each rate, input columns included
    n: int
    wide: int
    entries: tuple[FloatArray, FloatArray]  # 1 on the diagonal; zeros
    series: Products
    squares: Products
    rows: tuple[IntArray, IntArray, Products, tuple[IntArray, IntArray, IntArray]]


@lru_cache(maxsize=64)
def pattern_of(cells: frozenset[tuple[int, int]], n: int, columns: tuple[int, ...]) -> Pattern:
    """The entries exp(A h) can have, and which products make each."""
    wide = n + len(columns)
    a = set(cells) | {(i, i) for i in range(wide)} | {(state, n + c) for c, state in enumerate(columns)}
    a_cells = tuple(sorted(a))
    reach = np.eye(wide, dtype=bool)
    for i, j in a_cells:
        reach[i, j] = True
    for _ in range(wide):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    e_cells = [(int(i), int(j)) for i, j in np.argwhere(reach)]
    e_index = {cell: k for k, cell in enumerate(e_cells)}
    a_index = {cell: k for k, cell in enumerate(a_cells)}
    series = _sorted([_pairs(cell, a_index, e_index, wide) for cell in e_cells])
    squares = _sorted([_pairs(cell, e_index, e_index, wide) for cell in e_cells])
    diagonal = np.array([1.0 if i == j else 0.0 for i, j in e_cells])
    return Pattern(
        a_cells, n, wide, (diagonal, np.zeros(len(e_cells))), series, squares, _rows(reach, e_index, n, wide)
    )


def _pairs(
    cell: tuple[int, int], left: dict[tuple[int, int], int], right: dict[tuple[int, int], int], wide: int
) -> list[tuple[int, int]]:
    """The pairs whose products add up to an entry."""
    i, j = cell
    return [(left[i, k], right[k, j]) for k in range(wide) if (i, k) in left and (k, j) in right]


def _sorted(pairs: Sequence[Sequence[tuple[int, int]]]) -> Products:
    """Pairs of each row, with the rows sorted by how many they have; rows without pairs are left out."""
    ptr = np.concatenate([[0], np.cumsum([len(one) for one in pairs])]).astype(np.int64)
    flat = np.array([pair for one in pairs for pair in one], dtype=np.int64).reshape(-1, 2)
    counts = np.array([min(len(one), 4) for one in pairs], dtype=np.int64)
    order = np.argsort(counts, kind="stable").astype(np.int64)
    begins = np.searchsorted(counts[order], [1, 2, 3, 4, 5]).astype(np.int64)
    return ptr, np.ascontiguousarray(flat[:, 0]), np.ascontiguousarray(flat[:, 1]), order, begins


def _rows(
    reach: NDArray[np.bool_], e_index: dict[tuple[int, int], int], n: int, wide: int
) -> tuple[IntArray, IntArray, Products, tuple[IntArray, IntArray, IntArray]]:
    """How a move makes each state: groups of three that live on themselves, the other rows, and what inputs feed."""
    live = [[j for j in range(n) if reach[i, j]] for i in range(n)]
    threes = [i for i in range(n - 2) if all(live[i + k] == [i, i + 1, i + 2] for k in range(3))]
    first_entries = [e_index[i + k, i] for i in threes for k in range(3)]
    taken = {i + k for i in threes for k in range(3)}
    rest = [[] if i in taken else [(e_index[i, j], j) for j in live[i]] for i in range(n)]
    fed = [[(e_index[i, j], j - n) for j in range(n, wide) if reach[i, j]] for i in range(n)]
    ptr, es, js, _, _ = _sorted(fed)
    whole = np.array(threes, dtype=np.int64), np.array(first_entries, dtype=np.int64)
    return (*whole, _sorted(rest), (ptr, es, js))
