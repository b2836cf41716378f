"""What a change of the base does to every pooled estimate, before it is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ataraxy.core.evidence.answer import Analysis, Forest, Shown
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.choose import Exclusion
from ataraxy.core.evidence.difference import differences
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.hours import WINDOWS
from ataraxy.core.evidence.study import Condition, Measure, Study

ANY_HOUR = "at any hour"


@dataclass(frozen=True, slots=True)
class Name:
    """Which pool: of what, when, and by which way."""

    condition: Condition
    measure: Measure
    instrument: str
    window: str
    analysis: Analysis
    method: str


@dataclass(frozen=True, slots=True)
class PoolChange:
    """One pooled estimate before and after. None: there was no such pool."""

    name: Name
    studies_before: tuple[str, ...]
    studies_after: tuple[str, ...]
    before: Shown | TooFew | None
    after: Shown | TooFew | None


@dataclass(frozen=True, slots=True)
class PoolChanges:
    """What changes, how many stay as they are, and why a study that came or changed is in none of a kind."""

    changed: tuple[PoolChange, ...]
    unchanged: int
    left_out: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    studies: tuple[str, ...]
    result: Shown | TooFew


def pool_changes(before: Mapping[str, Study], after: Mapping[str, Study]) -> PoolChanges:
    """Every pool of every condition a change touches, computed before and after, at any hour and by windows."""
    touched = {one.study for one in differences(before, after)}
    conditions = {
        condition
        for base in (before, after)
        for key in touched
        if key in base
        for condition in base[key].conditions
    }
    old: dict[Name, _Standing] = {}
    new: dict[Name, _Standing] = {}
    left: dict[tuple[str, str], Exclusion] = {}
    for condition in sorted(conditions):
        _gather(condition, before, old)
        for excluded in _gather(condition, after, new):
            if excluded.study in touched:
                left.setdefault((excluded.study, excluded.words), excluded)
    names = [*old, *(name for name in new if name not in old)]
    changed = tuple(
        _change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    )
    return PoolChanges(changed, len(names) - len(changed), tuple(left.values()))


def _gather(condition: Condition, base: Mapping[str, Study], into: dict[Name, _Standing]) -> list[Exclusion]:
    """All pools of a condition into a table; what is left out at any hour is handed back."""
    found: list[Exclusion] = []
    own = {key: study for key, study in base.items() if condition in study.conditions}
    gone = {key: study for key, study in base.items() if study.retracted_on is not None}
    for window in (None, *WINDOWS):
        for pool in ask(condition, own, {}, window=window, lent=gone).pools:
            for forest in pool.forests:
                words = ANY_HOUR if window is None else window.words
                into.update(_standings(condition, words, forest))
                found += forest.excluded if window is None else ()
    return found


def _standings(condition: Condition, window: str, forest: Forest) -> Mapping[Name, _Standing]:
    asked, studies = forest.question, tuple(row.study for row in forest.rows)
    return {
        Name(condition, asked.measure, asked.instrument, window, forest.analysis, pooled.method): _Standing(
            studies, pooled.result
        )
        for pooled in forest.pooled
        if studies
    }


def _change(name: Name, old: _Standing | None, new: _Standing | None) -> PoolChange:
    return PoolChange(
        name,
        () if old is None else old.studies,
        () if new is None else new.studies,
        None if old is None else old.result,
        None if new is None else new.result,
    )
