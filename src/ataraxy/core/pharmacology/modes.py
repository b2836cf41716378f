"""Which networks can be told as modes, and how: blocks of compartments that exchange, in the order the drug goes through.

In its modes every amount is a sum of decays: a reading at a later minute is one multiplication a mode, whatever the step.
A block is compartments that exchange with each other as a tree (blood and its tissues); its rates are symmetric after a
scaling, so its modes are real and found to full accuracy. Blocks feed each other one way (blood an effect site, a
metabolite). Chains of equal rates and cycles have no such modes: ``linear`` moves them.

Source: compartmental matrices of trees are symmetrisable (similar to a symmetric matrix by a diagonal scaling).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ataraxy.core.pharmacology.network import Entry, Network

IntArray = NDArray[np.int64]

NONE = -1
MOST_STATES = 32


@dataclass(frozen=True, slots=True, eq=False)  # one object a network: ``blocks_of`` keeps them
class Blocks:
    """States in the order of their blocks; every number below counts in this order.

    ``order``: which state of the network each is. ``cells``: (row, column) of each rate. ``cell``: which of them
    (row, column) is, or -1, flat. ``begins``: where each block begins, and the end. ``edges``: (child, parent) of each
    exchange, parents first. ``reach``: (row, column), 1 where drug of the column's block gets to the row's, flat.
    """

    order: IntArray
    cells: tuple[tuple[int, int], ...]
    cell: IntArray
    begins: IntArray
    edges: IntArray  # flat pairs
    between: IntArray  # which cells lead from block to block: (row, column) flat pairs
    reach: IntArray

    @property
    def size(self) -> int:
        return len(self.order)

    def place(self, state: int) -> int:
        return int(np.flatnonzero(self.order == state)[0])

    def apart(self) -> NDArray[np.float64]:
        """Of each state, a number from -1 to 1 that is its block's own: equal steps from the first block to the last."""
        count = len(self.begins) - 1
        return np.repeat(np.linspace(-1.0, 1.0, count) if count > 1 else np.zeros(1), np.diff(self.begins))

    def feeding(self, state: int) -> IntArray:
        """The modes that a state (of the network) is a sum of."""
        row = self.place(state)
        return np.flatnonzero(self.reach.reshape(self.size, self.size)[row]).astype(np.int64)


def blocks_of(network: Network) -> Blocks | None:
    """The blocks of a network, or None if it has none that can be told as modes."""
    return _blocks(network.entries, len(network.states))


@lru_cache(maxsize=128)
def _blocks(entries: tuple[Entry, ...], n: int) -> Blocks | None:
    if n > MOST_STATES:
        return None
    flows = np.zeros((n, n), dtype=bool)
    for entry in entries:
        flows[entry.row, entry.column] |= entry.row != entry.column
    reach = _closure(flows)
    groups = _in_order(reach)
    if _confluent(entries, groups, reach) or not all(_is_tree(flows, group) for group in groups):
        return None
    order = np.array([state for group in groups for state in group], dtype=np.int64)
    place = np.argsort(order)
    cells = tuple(
        sorted({(int(place[e.row]), int(place[e.column])) for e in entries} | {(i, i) for i in range(n)})
    )
    cell = np.full((n, n), NONE)
    for index, (row, column) in enumerate(cells):
        cell[row, column] = index
    begins = np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int64)
    block = np.repeat(np.arange(len(groups)), np.diff(begins))
    between = np.array([c for c in cells if block[c[0]] != block[c[1]]], dtype=np.int64)
    edges = [pair for group in groups for pair in _edges(flows, group)]
    return Blocks(
        order,
        cells,
        cell.ravel(),
        begins,
        np.array([(place[c], place[p]) for c, p in edges], dtype=np.int64).ravel(),
        between.ravel(),
        np.ascontiguousarray(reach[np.ix_(order, order)]).astype(np.int64).ravel(),
    )


def _closure(flows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(row, column): drug of the column gets to the row, at once or through others."""
    reach = flows | np.eye(len(flows), dtype=bool)
    for _ in range(len(flows)):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    return reach


def _in_order(reach: NDArray[np.bool_]) -> list[list[int]]:
    """Groups of states that reach each other, upstream first."""
    both = reach & reach.T
    groups = {tuple(np.flatnonzero(row).tolist()) for row in both}
    return [list(g) for g in sorted(groups, key=lambda g: (int(reach[g[0]].sum()), g))]


def _is_tree(flows: NDArray[np.bool_], group: Sequence[int]) -> bool:
    """Whether every flow inside has its way back, and no way leads around."""
    inside = flows[np.ix_(group, group)]
    return bool((inside == inside.T).all()) and int(inside.sum()) == 2 * (len(group) - 1)


def _edges(flows: NDArray[np.bool_], group: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    known = [group[0]]
    for parent in known:  # grows as children are found
        for child in group:
            if flows[child, parent] and child not in known:
                found.append((child, parent))
                known.append(child)
    return found


def _confluent(entries: Sequence[Entry], groups: Sequence[Sequence[int]], reach: NDArray[np.bool_]) -> bool:
    """Whether two lone states, one feeding the other, leave at the very same rate: a transit chain."""
    lone = [group[0] for group in groups if len(group) == 1]
    leaves = {s: sorted((e.factor, e.over, e.under) for e in entries if e.row == e.column == s) for s in lone}
    return any(i != j and reach[i, j] and leaves[i] == leaves[j] for i in lone for j in lone)
