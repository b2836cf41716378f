"""Of 100 people, how many: said only where the counts behind it were read or computed from what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.study import Figure, Seen, Study


@dataclass(frozen=True, slots=True)
class Hundred:
    """``analysis`` empty where both say the same; ``basis`` what the number rests on, never left out."""

    analysis: str
    words: str
    basis: str


def of_hundred(pool: a.PoolAnswer, studies: Mapping[str, Study]) -> tuple[Hundred, ...]:
    """Each thing said of 100 people once; that it is not known where a count is inferred.

    One odds ratio fits many counts, so counts inferred from one cannot say how many of 100.
    """
    if not any(forest.of_hundred for forest in pool.forests):
        return ()
    unsure = tuple(_inferred(pool, studies))
    if unsure:
        words = f"Not known: how many responded in {' and in '.join(unsure)}."
        basis = "One odds ratio fits many counts; the paper's own are needed to say how many of 100."
        return (Hundred("", words, basis),)
    found: dict[str, Hundred] = {}
    for forest in pool.forests:
        for one in forest.of_hundred:
            analysis = "" if one.words in found else _analysis(pool, forest)
            found[one.words] = Hundred(analysis, one.words, one.basis)
    return tuple(found.values())


def _inferred(pool: a.PoolAnswer, studies: Mapping[str, Study]) -> Iterator[str]:
    """Studies whose counts by treatment are inferred, with the reading that fits as well."""
    if not pool.question.measure.is_ratio:
        return
    groups = next(
        (one for one in pool.forests if one.analysis is a.Analysis.INDEPENDENT), pool.forests[0]
    )  # pairs are not what is said of 100
    for row in groups.rows:
        if row.seen in (Seen.INFERRED, Seen.RECALLED):
            notes = dict.fromkeys(one.note.rstrip(".") for one in _events(studies[row.study]) if one.note)
            fits = f" ({'; '.join(notes)})" if notes else ""
            yield f"{row.label} is {row.seen.value}, not read{fits}"


def _events(study: Study) -> Iterator[Figure]:
    for outcome in study.outcomes:
        for group in outcome.groups:
            if group.events is not None and group.events.seen is Seen.INFERRED:
                yield group.events


def _analysis(pool: a.PoolAnswer, forest: a.Forest) -> str:
    if len(pool.forests) < 2:
        return ""
    return "People beside themselves" if forest.analysis is a.Analysis.PAIRED else "As if of different people"
