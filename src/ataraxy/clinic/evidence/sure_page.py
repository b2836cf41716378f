"""How sure each pool of a disorder is, and what changes it: certainty by domain, then every question put to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.certain import certainty_of
from ataraxy.clinic.evidence.changes import Probe, probes
from ataraxy.clinic.evidence.effect_words import behind
from ataraxy.clinic.evidence.figure import Picture
from ataraxy.clinic.evidence.queries import answer_of
from ataraxy.clinic.evidence.small_studies import funnel_of
from ataraxy.clinic.figures import funnel as funnel_figure
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.certainty import Certainty

KEPT_PAGES = 32
ANALYSES = {
    a.Analysis.INDEPENDENT: "crossovers taken as if of different people",
    a.Analysis.PAIRED: "people beside themselves",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One domain of the rating: what it took away, and why."""

    domain: str
    took: str
    reason: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class SurePool:
    """One pool with what can be asked of it; ``unanswered``: for what there are too few studies, and how many it takes."""

    key: str
    title: str
    of: str
    analysis: str  # how crossovers were taken; empty where there is none
    sure: str
    started: str
    domains: tuple[Judged, ...]
    answered: tuple[Probe, ...]
    unanswered: tuple[Probe, ...]
    waiting: tuple[
        tuple[str, tuple[str, ...]], ...
    ]  # the same by answer: "Too few studies (k = 1; needs 10)." and of what
    funnel: Picture | None


@dataclass(frozen=True, slots=True)
class SurePage:
    pools: tuple[SurePool, ...]
    empty: tuple[str, ...]  # questions of which no study gave a number


@lru_cache(maxsize=KEPT_PAGES)
def sure_page_of(asked: Asked) -> SurePage:
    """Everything the page shows; kept as the disorder's page is."""
    pools = answer_of(asked).pools
    held = [
        (f"{number + 1}", pool) for number, pool in enumerate(pools) if pool.forests and pool.forests[0].rows
    ]
    return SurePage(
        tuple(_pool(asked, pool, key) for key, pool in held),
        tuple(pool.forests[0].title for pool in pools if pool.forests and not pool.forests[0].rows),
    )


def _pool(asked: Asked, pool: a.PoolAnswer, key: str) -> SurePool:
    forest = pool.forests[0]
    rated = certainty_of(forest, asked.base.studies)
    asked_of_it = probes(forest, asked.base.studies)
    return SurePool(
        key=key,
        title=forest.title,
        of=behind(forest),
        analysis=ANALYSES[forest.analysis] if len(pool.forests) > 1 else "",
        sure=rated.words if isinstance(rated, Certainty) else "Not rated",
        started=rated.started if isinstance(rated, Certainty) else "",
        domains=_domains(rated) if isinstance(rated, Certainty) else (),
        answered=tuple(one for one in asked_of_it if one.is_answered),
        unanswered=tuple(one for one in asked_of_it if not one.is_answered),
        waiting=_waiting(one for one in asked_of_it if not one.is_answered),
        funnel=_funnel(pool, key),
    )


def _waiting(unanswered: Iterable[Probe]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Questions without an answer by what it would take, each once."""
    found: dict[str, list[str]] = {}
    for one in unanswered:
        found.setdefault(one.words, []).append(one.asks)
    return tuple((words, tuple(asks)) for words, asks in found.items())


def _domains(rated: Certainty) -> tuple[Judged, ...]:
    """Every domain, also those that took nothing: that it was looked at is part of the answer."""
    return tuple(
        Judged(one.domain.value.capitalize(), one.amount, one.reason, one.steps > 0) for one in rated.ratings
    )


def _funnel(pool: a.PoolAnswer, key: str) -> Picture | None:
    one = funnel_of(pool, key)
    if one is None:
        return None
    note = "Studies nobody published would be missing on one side below"
    return Picture(one.title, note, funnel_figure.draw(one), funnel_figure.table(one))
