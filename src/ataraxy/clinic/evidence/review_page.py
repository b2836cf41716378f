"""One review as its page shows it: every pool in the digits it was printed with."""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.clinic.evidence.study_page import Cell, reported_cells, told
from ataraxy.clinic.evidence.words import CONDITIONS, plain
from ataraxy.core.evidence.study import PublishedPool, Review


@dataclass(frozen=True, slots=True)
class PoolPrinted:
    key: str
    contrast: str
    disorder: str
    when: str
    cells: tuple[tuple[str, Cell], ...]
    studies: tuple[str, ...]


def pools_of(review: Review) -> tuple[PoolPrinted, ...]:
    return tuple(_pool(pool) for pool in review.pools)


def _pool(pool: PublishedPool) -> PoolPrinted:
    cells = (("Studies", told(pool.k)), ("People", told(pool.n)), *reported_cells(pool.reported))
    return PoolPrinted(
        key=pool.key,
        contrast=pool.contrast,
        disorder=CONDITIONS[pool.condition],
        when=_when(pool),
        cells=tuple((name, cell) for name, cell in cells if cell),
        studies=pool.studies,
    )


def _when(pool: PublishedPool) -> str:
    hours = [plain(h.value) for h in (pool.from_hour, pool.to_hour) if h is not None]
    return f"{' to '.join(dict.fromkeys(hours))} h" if hours else ""
