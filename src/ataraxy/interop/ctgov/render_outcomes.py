"""One outcome as a registry's outcome measure, with the dispersion named for what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ataraxy.core.evidence.study import (
    Figure,
    Form,
    Group,
    Measure,
    Outcome,
    OutcomeKind,
    Reported,
    Study,
)
from ataraxy.interop.ctgov.dispersion import Dispersion
from ataraxy.interop.ctgov.sequence import is_first_period
from ataraxy.interop.hours import hour_of
from ataraxy.interop.numerals import plain
from ataraxy.interop.vocabulary import instrument_in

TIME_FRAME = re.compile(r"(.*) \[time frame: (.*)\]")
PERCENT = re.compile(r"([\d.]+) %")
BOUND = re.compile(r"(?:(.*); )?p (<=?|>=?|≤|≥) (.+)")
NAMES = {
    Measure.MD: "Mean Difference (Final Values)",
    Measure.SMD: "Standardized Mean Difference",
    Measure.OR: "Odds Ratio (OR)",
    Measure.RR: "Risk Ratio (RR)",
    Measure.RD: "Risk Difference (RD)",
    Measure.HR: "Hazard Ratio (HR)",
}
ALONE = {OutcomeKind.CONTINUOUS: Measure.MD, OutcomeKind.EVENTS: Measure.RD}  # of a p value without estimate


def outcome_measure(outcome: Outcome, study: Study) -> dict[str, Any]:
    """The table of one outcome."""
    known = {arm.key for arm in study.arms}
    groups = [one for one in outcome.groups if one.arm in known]
    named = [key for told in outcome.reported for key in _arms_of(told)]
    keys = [key for key in dict.fromkeys([*(g.arm for g in groups), *named]) if key in known]
    ids = {key: f"OG{index:03}" for index, key in enumerate(keys)}
    title, row, frame = _names(outcome)
    percent = _is_percent(outcome, groups)
    spread = _dispersion(groups)
    counts = [{"groupId": ids[g.arm], "value": plain(g.n.value)} for g in groups if g.n is not None]
    told = {
        "type": "PRIMARY" if outcome.primary else "SECONDARY",
        "title": title,
        "description": _description(outcome, title),
        "paramType": _kind(outcome, percent),
        "dispersionType": spread.value if outcome.kind is OutcomeKind.CONTINUOUS else "",
        "unitOfMeasure": _unit(outcome, percent),
        "timeFrame": frame,
        "groups": [{"id": id_, "title": study.arm(key).label} for key, id_ in ids.items()],
        "denoms": [{"units": "Participants", "counts": counts}] if counts else [],
        "classes": [
            *_baseline(groups, ids, spread),
            *([_class(row, [_cell(g, ids, spread, percent) for g in groups])] if groups or row else []),
        ],
        "analyses": [one for one in (_analysis(r, outcome, ids) for r in outcome.reported) if one],
    }
    return {name: value for name, value in told.items() if value not in ("", [])}


def _names(outcome: Outcome) -> tuple[str, str, str]:
    """Title, title of the class, and time frame, out of the label."""
    match = TIME_FRAME.fullmatch(outcome.label)
    label, frame = (match[1], match[2]) if match else (outcome.label, "")
    title, _, row = label.partition(" | ")
    if outcome.hour is not None:
        frame = _frame(outcome.hour, outcome.form is Form.CHANGE)
    if outcome.first_period and not is_first_period(title, row, frame):
        row = f"{row}, first period" if row else "First period"
    if outcome.form is Form.CHANGE and "change" not in title.lower() and "baseline" not in title.lower():
        title = f"Change from baseline: {title}"
    return title, row, "" if frame == "not told" else frame


def _frame(hour: Figure, change: bool) -> str:
    """The registry's own words where they still give this hour."""
    again = hour_of(hour.note, change) if hour.note else None
    return hour.note if again is not None and again.value == hour.value else f"{plain(hour.value)} hours"


def _description(outcome: Outcome, title: str) -> str:
    parts = ["" if instrument_in(title) == outcome.instrument else f"Instrument: {outcome.instrument}."]
    if outcome.lowest is not None and outcome.highest is not None:
        parts.append(f"Scores range from {plain(outcome.lowest.value)} to {plain(outcome.highest.value)}.")
    parts.append("" if outcome.lower_is_better else "Higher scores are better.")
    return " ".join(filter(None, parts))


def _kind(outcome: Outcome, percent: bool) -> str:
    if outcome.kind is OutcomeKind.CONTINUOUS:
        return "MEAN"
    return "NUMBER" if percent else "COUNT_OF_PARTICIPANTS"


def _is_percent(outcome: Outcome, groups: Sequence[Group]) -> bool:
    figures = [g.events for g in groups if g.events is not None]
    return bool(figures) and all(PERCENT.fullmatch(one.note) for one in figures)


def _unit(outcome: Outcome, percent: bool) -> str:
    if outcome.kind is OutcomeKind.EVENTS:
        return "percentage of participants" if percent else "Participants"
    units = [one.unit for one in outcome.reported if one.measure is Measure.MD]
    return units[0] if units else "score on a scale"


def _dispersion(groups: Sequence[Group]) -> Dispersion:
    """What all spreads of the outcome are; a kind of its own each, never mixed (H-060)."""
    if any(g.sd is not None for g in groups):
        return Dispersion.SD
    if any(g.se is not None for g in groups):
        return Dispersion.SE
    if any(g.low is not None for g in groups):
        return Dispersion.CI_95
    return Dispersion.SD if any(g.baseline_sd is not None for g in groups) else Dispersion.NONE


def _class(title: str, cells: list[dict[str, str]]) -> dict[str, Any]:
    told = {"title": title} if title else {}
    return {**told, "categories": [{"measurements": cells}]}


def _baseline(groups: Sequence[Group], ids: Mapping[str, str], told: Dispersion) -> list[dict[str, Any]]:
    cells = [
        {"groupId": ids[g.arm], "value": plain(g.baseline_mean.value), **_baseline_spread(g, told)}
        for g in groups
        if g.baseline_mean is not None
    ]
    return [_class("Baseline", cells)] if cells else []


def _baseline_spread(group: Group, told: Dispersion) -> dict[str, str]:
    if told is not Dispersion.SD or group.baseline_sd is None:
        return {}
    return {"spread": plain(group.baseline_sd.value)}


def _cell(group: Group, ids: Mapping[str, str], told: Dispersion, percent: bool) -> dict[str, str]:
    cell = {"groupId": ids[group.arm]}
    if group.events is not None:
        match = PERCENT.fullmatch(group.events.note) if percent else None
        return {**cell, "value": match[1] if match else plain(group.events.value)}
    if group.mean is not None:
        cell["value"] = plain(group.mean.value)
    spread = {Dispersion.SD: group.sd, Dispersion.SE: group.se}.get(told)
    if spread is not None:
        cell["spread"] = plain(spread.value)
    if told is Dispersion.CI_95 and group.low is not None and group.high is not None:
        cell.update(lowerLimit=plain(group.low.value), upperLimit=plain(group.high.value))
    return cell


def _analysis(told: Reported, outcome: Outcome, ids: Mapping[str, str]) -> dict[str, Any]:
    keys = _arms_of(told)
    if any(key not in ids for key in keys) or not keys:
        return {}
    match = BOUND.fullmatch(told.note)
    method, bound = (match[1] or "", f"{match[2]}{match[3]}") if match else (told.note, "")
    alone = told.estimate is None and told.measure is ALONE[outcome.kind]
    parts = {
        "groupIds": [ids[key] for key in keys],
        "pValue": _text(told.p) or bound,
        "statisticalMethod": method,
        "paramType": "" if alone else NAMES[told.measure],
        "paramValue": _text(told.estimate),
        "dispersionType": "STANDARD_ERROR_OF_MEAN" if told.se is not None else "",
        "dispersionValue": _text(told.se),
        **_interval(told),
    }
    return {name: value for name, value in parts.items() if value != ""}


def _arms_of(told: Reported) -> list[str]:
    """The two arms of a comparison; of one without direction those that its words name."""
    if told.experimental:
        return [told.experimental, told.control]
    named = re.match(r"([\w-]+) (?:and|beside) ([\w-]+):", told.contrast)
    return [named[1], named[2]] if named else []


def _interval(told: Reported) -> dict[str, str]:
    if told.low is None or told.high is None:
        return {}
    return {
        "ciPctValue": format((told.level * 100).normalize(), "f"),
        "ciNumSides": "TWO_SIDED",
        "ciLowerLimit": _text(told.low),
        "ciUpperLimit": _text(told.high),
    }


def _text(number: Figure | None) -> str:
    return "" if number is None else plain(number.value)
