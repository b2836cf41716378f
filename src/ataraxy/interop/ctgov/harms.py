"""Adverse events of a registry entry: how many people of each arm had one, of how many at risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ataraxy.catalog.library import side_effects
from ataraxy.core.evidence.study import Harm
from ataraxy.interop.ctgov.cast import Cast
from ataraxy.interop.ctgov.groups import place
from ataraxy.interop.ctgov.tree import Branch
from ataraxy.interop.numerals import count
from ataraxy.interop.taken import Note, Weight

SERIOUS = " (serious)"
TOTALS = {
    "deaths": "Deaths, any cause",
    "serious": "Any serious adverse event",
    "other": "Any other adverse event",
}


def harms_of(study: Branch, cast: Cast, notes: list[Note]) -> tuple[Harm, ...]:
    """Every event by arm; the groups of a crossover that are sequences are told and left out."""
    module = study.branch("resultsSection").branch("adverseEventsModule")
    groups = module.branches("eventGroups")
    placed = place(groups, cast, notes)
    found = [*_totals(groups, placed, notes)]
    for key, mark in (("seriousEvents", SERIOUS), ("otherEvents", "")):
        for event in module.branches(key):
            found += _event(event, mark, placed, notes)
    return tuple(found)


def safety_of(study: Branch) -> str:
    """How long and how often events were asked for, in the registry's words."""
    module = study.branch("resultsSection").branch("adverseEventsModule")
    parts = [
        f"time frame: {module.text('timeFrame')}" if module.text("timeFrame") else "",
        f"listed above {module.text('frequencyThreshold')} %" if module.text("frequencyThreshold") else "",
    ]
    return "; ".join(filter(None, parts))


def effect_key(term: str) -> str:
    """A key of the catalog's side effects where the term is one; else `other`, and the label keeps the term."""
    told = term.lower().strip()
    for key, effect in side_effects().items():
        if told in (effect.label.lower(), key.replace("-", " ")):
            return key
    return "other"


def _totals(groups: tuple[Branch, ...], placed: Mapping[str, str], notes: list[Note]) -> Iterator[Harm]:
    for group in groups:
        for name, label in TOTALS.items():
            told = group.text(f"{name}NumAffected"), group.text(f"{name}NumAtRisk")
            if group.text("id") in placed and any(told):
                yield from _harm(label, placed[group.text("id")], told, group.path, notes)


def _event(event: Branch, mark: str, placed: Mapping[str, str], notes: list[Note]) -> Iterator[Harm]:
    term = event.text("term")
    if not term:
        notes.append(Note(event.path, Weight.LEFT_OUT, "An adverse event without a name."))
        return
    for stat in event.branches("stats"):
        arm = placed.get(stat.text("groupId"))
        if arm is not None:
            told = stat.text("numAffected"), stat.text("numAtRisk")
            yield from _harm(f"{term}{mark}", arm, told, stat.path, notes)


def _harm(label: str, arm: str, told: tuple[str, str], path: str, notes: list[Note]) -> Iterator[Harm]:
    events, at_risk = count(told[0]), count(told[1])
    if events is None or (at_risk is not None and at_risk.value < events.value):
        words = f"{label[:80]!r}: {told[0][:40] or 'nothing'} of {told[1][:40] or 'nothing'} is no count of people."
        notes.append(Note(path, Weight.LEFT_OUT, words))
        return
    yield Harm(effect_key(label.removesuffix(SERIOUS)), label, arm, events, at_risk)
