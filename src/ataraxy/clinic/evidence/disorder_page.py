"""What a disorder's page shows, in the order a clinician asks: does it work, how sure, how long, how much harm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from ataraxy.clinic.evidence.asked import Asked
from ataraxy.clinic.evidence.beside_page import BesideShown, beside_shown
from ataraxy.clinic.evidence.figure import Picture
from ataraxy.clinic.evidence.findings import FindingShown, findings
from ataraxy.clinic.evidence.pictures import TOLD_HARMS, by_dose, by_hour, harms_of
from ataraxy.clinic.evidence.pool_page import PoolShown, pool_shown
from ataraxy.clinic.evidence.queries import answer_of, missing_of
from ataraxy.clinic.figures import dose_response, effect_by_hour
from ataraxy.clinic.figures import harms as harms_figure
from ataraxy.clinic.figures.evidence import DoseResponse, EffectByHour
from ataraxy.clinic.figures.types import Table
from ataraxy.core.evidence import answer as a

KEPT_PAGES = 32
PRESSURE = "blood-pressure-raised"
Drawn = TypeVar("Drawn", EffectByHour, DoseResponse)


@dataclass(frozen=True, slots=True)
class Page:
    """``missing``: what nobody has shown, said before anything that was. ``of_several``: what several pools lack alike."""

    answer: a.Answer
    missing: tuple[str, ...]
    findings: tuple[FindingShown, ...]
    pools: tuple[PoolShown, ...]
    of_several: tuple[tuple[str, tuple[str, ...]], ...]  # words, titles of the pools they are true of
    hours: tuple[Picture, ...]
    doses: tuple[Picture, ...]
    dose_rows: tuple[tuple[str, str, str], ...]  # dose, studies, what it showed: once each
    harms: Picture | None
    pressure: Picture | None  # raised blood pressure, by itself: it is told in many ways
    more_harms: Table
    apart: tuple[BesideShown, ...]  # printed in points of another scale, or of one that was not seen

    @property
    def flags_in_short(self) -> tuple[str, ...]:
        """Whose numbers disagree, and in how many places: nobody's is hidden where the findings are folded."""
        count = Counter(flag.label for flag in self.answer.flags)
        return tuple(f"{label}: {n} place{'s' if n > 1 else ''}" for label, n in count.items())


@lru_cache(maxsize=KEPT_PAGES)
def page_of(asked: Asked) -> Page:
    """Everything a disorder's page draws; kept, for a base changes only with a release or an act."""
    answer = answer_of(asked)
    pools = tuple(pool_shown(asked, pool, f"{number + 1}") for number, pool in enumerate(answer.pools))
    of_several = said_of_several(pools)
    told = {words for words, _ in of_several}
    return Page(
        answer=answer,
        missing=missing_of(asked),
        findings=findings(answer, asked.base.studies),
        pools=tuple(
            replace(pool, own_missing=tuple(words for words in pool.missing if words not in told))
            for pool in pools
        ),
        of_several=of_several,
        hours=hour_pictures(answer),
        doses=dose_pictures(answer),
        dose_rows=dose_rows(answer),
        harms=harms_picture(asked, answer, [one for one in TOLD_HARMS if one != PRESSURE], "harms"),
        pressure=harms_picture(asked, answer, [PRESSURE], "pressure"),
        more_harms=more_harms(asked, answer),
        apart=tuple(beside_shown(asked, one) for one in answer.apart),
    )


def said_of_several(pools: Iterable[PoolShown]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What more than one pool lacks, once, with the pools it is true of."""
    shown = [pool for pool in pools if pool.missing]
    count = Counter(words for pool in shown for words in dict.fromkeys(pool.missing))
    return tuple(
        (words, tuple(pool.title for pool in shown if words in pool.missing))
        for words, n in count.items()
        if n > 1
    )


def hour_pictures(answer: a.Answer) -> tuple[Picture, ...]:
    return tuple(
        Picture(
            one.title,
            "The time course across studies",
            effect_by_hour.draw(one),
            effect_by_hour.table(one),
            effect_by_hour.draw(_phone(one)),
        )
        for one in by_hour(answer)
    )


def dose_pictures(answer: a.Answer) -> tuple[Picture, ...]:
    words = "Each dot is what one dose showed. No curve is drawn through so few studies."
    return tuple(
        Picture(
            one.title,
            "By route",
            dose_response.draw(one),
            dose_response.table(one),
            dose_response.draw(_phone(one)),
        )
        for one in by_dose(answer, words)
    )


def dose_rows(answer: a.Answer) -> tuple[tuple[str, str, str], ...]:
    told = ((one.label, ", ".join(one.studies), one.words) for one in answer.doses)
    return tuple(dict.fromkeys(told))


def _phone(one: Drawn) -> Drawn:
    return replace(one, narrow=True, id=f"{one.id}-narrow")


def more_harms(asked: Asked, answer: a.Answer) -> Table:
    """Every other unwanted effect, as a table alone."""
    others = sorted({one.harm.effect for one in answer.harms} - set(TOLD_HARMS))
    return harms_figure.table(harms_of(answer, asked.base.studies, others))


def harms_picture(asked: Asked, answer: a.Answer, effects: Iterable[str], key: str) -> Picture | None:
    one = replace(harms_of(answer, asked.base.studies, effects), id=key)
    if not one.rows:
        return None
    phone = replace(one, narrow=True, id=f"{one.id}-narrow")
    note = "With 95 % intervals (Wilson) where people were counted"
    return Picture(one.title, note, harms_figure.draw(one), harms_figure.table(one), harms_figure.draw(phone))
