"""A pooled number in words: with its unit, its interval, its side, and the people behind it."""

from __future__ import annotations

from ataraxy.clinic.evidence.pictures import on_scale
from ataraxy.clinic.figures.effect_axis import interval_words, said
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.study import Measure


def value(forest: a.Forest, shown: a.Shown) -> str:
    """The number, and of a mean difference its points."""
    measure = forest.question.measure
    unit = f" {forest.unit}" if measure is Measure.MD and forest.unit else ""
    return said(on_scale(shown.value, measure), is_ratio=measure.is_ratio) + unit


def interval(forest: a.Forest, shown: a.Shown) -> str:
    measure = forest.question.measure
    words = interval_words(
        on_scale(shown.low, measure), on_scale(shown.high, measure), is_ratio=measure.is_ratio
    )
    return f"{shown.level * 100:g} % interval {words}"


def behind(forest: a.Forest) -> str:
    """ "2 studies, 30 people": what a pooled number rests on."""
    k = len(forest.rows)
    people = f"{forest.people} people" if forest.people is not None else "how many people was not seen"
    return f"{k} {'study' if k == 1 else 'studies'}, {people}"


def side(measure: Measure, *, lower_is_better: bool) -> str:
    """On which side of no effect ketamine was better: reviews and trials differ in it."""
    return f"{'below' if lower_is_better else 'above'} {1 if measure.is_ratio else 0} favours ketamine"


def sentence(words: str) -> str:
    """With a capital, without touching the rest."""
    return words[:1].upper() + words[1:]
