"""Harms as a registry lists them: totals by group, serious events, other events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ataraxy.core.evidence.study import Harm, Study
from ataraxy.interop.ctgov.harms import SERIOUS, TOTALS
from ataraxy.interop.numerals import plain


def adverse_events(study: Study) -> dict[str, Any]:
    """The tables of the adverse events module; a harm of which only a share is known has no place in it."""
    harms = [one for one in study.harms if one.events is not None and one.arm in _labels(study)]
    totals = [one for one in harms if one.label in TOTALS.values()]
    others = [one for one in harms if one not in totals]
    order = list(dict.fromkeys(one.arm for one in (*totals, *others)))
    ids = {arm: f"EG{index:03}" for index, arm in enumerate(order)}
    labels = _labels(study)
    serious = [one for one in others if one.label.endswith(SERIOUS)]
    rest = [one for one in others if not one.label.endswith(SERIOUS)]
    return {
        "eventGroups": [{"id": ids[arm], "title": labels[arm], **_totals(totals, arm)} for arm in order],
        "seriousEvents": list(_events(serious, ids)),
        "otherEvents": list(_events(rest, ids)),
    }


def _labels(study: Study) -> dict[str, str]:
    return {arm.key: arm.label for arm in study.arms}


def _totals(totals: list[Harm], arm: str) -> dict[str, str]:
    told = {}
    for name, label in TOTALS.items():
        for one in totals:
            if one.arm == arm and one.label == label:
                told.update(_counts(one, f"{name}NumAffected", f"{name}NumAtRisk"))
    return told


def _events(harms: list[Harm], ids: dict[str, str]) -> Iterator[dict[str, Any]]:
    for label, same in groupby(harms, key=lambda one: one.label):
        stats = [{"groupId": ids[one.arm], **_counts(one, "numAffected", "numAtRisk")} for one in same]
        yield {"term": label.removesuffix(SERIOUS), "stats": stats}


def _counts(harm: Harm, affected: str, at_risk: str) -> dict[str, str]:
    told = {affected: plain(harm.events.value)} if harm.events is not None else {}
    if harm.at_risk is not None:
        told[at_risk] = plain(harm.at_risk.value)
    return told
