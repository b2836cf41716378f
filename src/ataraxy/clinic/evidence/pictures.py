"""The answer to a question as pictures: forest plots, the effect by hour and by dose, harms.

The answer speaks in ratios as they are read; pictures draw on the scale of analysis, so ratios become logarithms here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from math import inf, isfinite, log

from django.utils.text import slugify

from ataraxy.clinic.evidence.words import (
    FINDINGS,
    MEASURES,
    ROUTES,
    UNSURE,
    arms_in_short,
    day_words,
    drug_words,
    given_words,
    n_words,
    plain,
)
from ataraxy.clinic.figures.evidence import (
    DoseResponse,
    EffectByHour,
    Forest,
    ForestPool,
    ForestRow,
    ForestSection,
    HarmRate,
    HarmRow,
    Harms,
    LeftOut,
    Mark,
    Reading,
    Series,
)
from ataraxy.core.evidence import answer as a
from ataraxy.core.evidence.choose import Exclusion, Reason, label_of
from ataraxy.core.evidence.estimate import TooFew
from ataraxy.core.evidence.study import ArmRole, Finding, Measure, Study

LEAST_RATIO = 1e-9
GREY = "Grey boxes are pools that reviews printed; their studies may be counted elsewhere in the picture too."
TOLD_HARMS = ("dissociation", "dizziness", "nausea", "vomiting", "blood-pressure-raised")
ANALYSES = {
    a.Analysis.INDEPENDENT: "Crossovers as if each treatment had been given to different people",
    a.Analysis.PAIRED: "Crossovers with each person beside themselves",
}
WANTING = (Reason.NO_NUMBERS, Reason.RECALLED)
Studies = Mapping[str, Study]


def on_scale(value: float, measure: Measure) -> float:
    """From the scale it is read on to the scale it is drawn on."""
    if not measure.is_ratio:
        return value
    return log(min(max(value, LEAST_RATIO), 1 / LEAST_RATIO))


def sides(measure: Measure, *, lower_is_better: bool) -> tuple[str, str]:
    """What lies left (below) and right (above) of no effect."""
    left, right = "favours ketamine", "favours comparator"
    return (left, right) if lower_is_better else (right, left)


def forest_of(
    pool: a.PoolAnswer,
    studies: Studies,
    outside: Iterable[Study],
    retracted: Iterable[Study],
    key: str,
    here: Mapping[str, str] | None = None,
) -> Forest:
    """Every analysis of one question in one picture, with what found no number and what is in no pool.

    ``retracted``: studies across diagnoses that were taken back; they are struck through here too. ``here``: by id, who
    let a study stand that does not ship.
    """
    measure = pool.question.measure
    first = pool.forests[0] if pool.forests else None
    low, high = sides(measure, lower_is_better=first.lower_is_better if first else True)
    excluded = {one.study: one for forest in pool.forests for one in forest.excluded}
    out = sorted(excluded.values(), key=lambda one: (studies[one.study].year or 9999, one.study))
    wanting = [one for one in out if one.reason in WANTING and _is_trial(studies[one.study])]
    rest = [one for one in out if one not in wanting]
    several = len(pool.forests) > 1
    sections = [_section(forest, studies, here or {}, several=several) for forest in pool.forests]
    if wanting:
        rows = tuple(_without_number(studies[one.study]) for one in wanting)
        sections.append(ForestSection("Randomised trials no such number was seen of", rows))
    return Forest(
        title=first.title if first else MEASURES[measure],
        axis_words=_axis_words(measure, first),
        is_ratio=measure.is_ratio,
        low_side=low,
        high_side=high,
        sections=tuple(sections),
        left_out=(
            *(_left_out(one, studies[one.study]) for one in rest),
            *(_outside(one) for one in outside),
            *(_taken_back(one) for one in retracted if one.id not in excluded),
        ),
        id=f"forest-{key}",
    )


def _axis_words(measure: Measure, forest: a.Forest | None) -> str:
    unit = f", {forest.unit}" if forest is not None and forest.unit else ""
    return f"{MEASURES[measure]}{unit}"


def _is_trial(study: Study) -> bool:
    return study.randomised and study.retracted_on is None


def _section(forest: a.Forest, studies: Studies, here: Mapping[str, str], *, several: bool) -> ForestSection:
    measure = forest.question.measure
    is_pooled = any(isinstance(pooled.result, a.Shown) for pooled in forest.pooled)
    rows = tuple(
        _row(row, studies[row.study], measure, here.get(row.study, ""), is_pooled=is_pooled)
        for row in forest.rows
    )
    pools = tuple(
        _diamond(pooled, measure, mark=Mark.OURS if number == 0 else Mark.OTHER)
        for number, pooled in enumerate(forest.pooled)
        if isinstance(pooled.result, a.Shown)
    )
    few = dict.fromkeys(str(p.result) for p in forest.pooled if isinstance(p.result, TooFew))
    words = " ".join(few) or ("" if rows else "No study can be pooled for this question.")
    return ForestSection(ANALYSES[forest.analysis] if several else "", rows, pools, words)


def _row(row: a.Row, study: Study, measure: Measure, here: str, *, is_pooled: bool) -> ForestRow:
    gave = next((given_words(arm) for arm in study.arms if arm.label == row.experimental), row.experimental)
    against = next((drug_words(arm) for arm in study.arms if arm.label == row.control), row.control)
    n = n_words(study, "")
    flag = "; ".join(
        filter(None, (here, "" if row.seen.value == "read" else f"numbers {row.seen.value}", row.numbers))
    )
    return ForestRow(
        study=_name(study),
        year=_year(study),
        n=n,
        given=gave or row.experimental,
        against=against,
        value=on_scale(row.effect.value, measure),
        low=on_scale(row.effect.low, measure),
        high=on_scale(row.effect.high, measure),
        weight_percent=row.weight_percent if is_pooled else None,
        flag=flag,
    )


def _name(study: Study) -> str:
    return label_of(study).removesuffix(str(study.year or "")).strip()


def _year(study: Study) -> str:
    """Empty where the name says it already."""
    year = str(study.year or "")
    return "" if year in _name(study) else year


def _without_number(study: Study) -> ForestRow:
    gave, against = arms_in_short(study)
    n = n_words(study, "")
    said = next((one.result for one in study.outcomes if one.primary and one.result), "")
    said = said or next((one.result for one in study.outcomes if one.result), study.progress)
    finding = FINDINGS[study.finding].capitalize() if study.finding is not Finding.NOT_SEEN else ""
    words = ": ".join(filter(None, (finding, said))) or "Result not seen"
    return ForestRow(_name(study), _year(study), n, gave, against, words=words)


def _diamond(pooled: a.Pooled, measure: Measure, *, mark: Mark) -> ForestPool:
    assert isinstance(pooled.result, a.Shown)
    around = pooled.prediction if isinstance(pooled.prediction, a.Shown) else None
    spread = f"I² {pooled.i2_percent:.0f} %." if pooled.i2_percent is not None else ""
    few = str(pooled.prediction) if isinstance(pooled.prediction, TooFew) else ""
    return ForestPool(
        label=pooled.method[:1].upper() + pooled.method[1:],
        value=on_scale(pooled.result.value, measure),
        low=on_scale(pooled.result.low, measure),
        high=on_scale(pooled.result.high, measure),
        predicted_low=on_scale(around.low, measure) if around else None,
        predicted_high=on_scale(around.high, measure) if around else None,
        mark=mark,
        words=" ".join(filter(None, (spread, few))),
    )


def _left_out(one: Exclusion, study: Study) -> LeftOut:
    if study.retracted_on is not None:
        return _taken_back(study)
    return LeftOut(_name(study), _year(study), one.words)


def _taken_back(study: Study) -> LeftOut:
    when = day_words(study.retracted_on) if study.retracted_on is not None else ""
    return LeftOut(
        _name(study),
        _year(study),
        study.retraction or "The journal took it back.",
        when,
        printed(study),
    )


def printed(study: Study) -> str:
    """What a study printed, struck through where it was taken back."""
    told = [r for outcome in study.outcomes for r in outcome.reported if r.estimate is not None]
    return "; ".join(
        f"{plain(r.estimate.value)}"
        + (
            f" ({plain(r.low.value)} to {plain(r.high.value)})"
            if r.low is not None and r.high is not None
            else ""
        )
        for r in told
        if r.estimate is not None
    )


def _outside(study: Study) -> LeftOut:
    gave, against = arms_in_short(study)
    gone = day_words(study.retracted_on) if study.retracted_on else ""
    return LeftOut(
        _name(study), _year(study), f"Outside what was asked for: {gave}, against {against}.", gone
    )


# --- over hours, doses ----------------------------------------------------------------------------


def by_hour(answer: a.Answer) -> list[EffectByHour]:
    """One picture a measure, a direction and, of points, a scale: nothing else shares an axis."""
    seen = sorted((m for m in answer.times if isfinite(m.effect.value)), key=_kind)
    return [_by_hour(list(moments), number) for number, (_, moments) in enumerate(groupby(seen, key=_kind))]


def _kind(moment: a.Moment) -> tuple[int, bool, str]:
    scale = (moment.unit or moment.label) if moment.measure is Measure.MD else ""
    return list(Measure).index(moment.measure), moment.lower_is_better, scale


def _by_hour(moments: list[a.Moment], number: int) -> EffectByHour:
    measure = moments[0].measure
    low, high = sides(measure, lower_is_better=moments[0].lower_is_better)
    ordered = sorted(moments, key=lambda m: (m.published, _series_name(m), m.from_hour))
    series = [
        Series(label, tuple(_reading(m, measure) for m in group), Mark.OTHER if published else Mark.OURS)
        for (published, label), group in groupby(ordered, key=lambda m: (m.published, _series_name(m)))
    ]
    words = GREY
    if all(m.scope for m in moments):  # H-058: a figure of all anxiety is not one of this disorder
        words = (
            f"No study of this disorder alone is in this picture: all of it is {moments[0].scope}. {words}"
        )
    points = f", {moments[0].unit or moments[0].label}" if measure is Measure.MD else ""
    return EffectByHour(
        title=f"{MEASURES[measure]}{points} by hour",
        value_words=f"{MEASURES[measure]}{points}",
        is_ratio=measure.is_ratio,
        low_side=low,
        high_side=high,
        series=tuple(series),
        words=words if any(m.published for m in moments) else "",
        id=f"hours-{number + 1}",
    )


def _series_name(moment: a.Moment) -> str:
    """A review is one series, whatever its pools are of; whose they are stands with its name."""
    if not moment.published:
        return moment.label
    whose = f" ({moment.scope.split(';')[0]})" if moment.scope else ""  # the whole of it: in the table
    return moment.label.split(": ")[0] + whose


def _reading(moment: a.Moment, measure: Measure) -> Reading:
    return Reading(
        at=moment.from_hour,
        value=on_scale(moment.effect.value, measure),
        low=_end(moment.effect.low, measure),
        high=_end(moment.effect.high, measure),
        until=moment.to_hour if moment.to_hour != moment.from_hour else None,
        words=_moment_words(moment),
    )


def _moment_words(moment: a.Moment) -> str:
    contrast = moment.label.partition(": ")[2] if moment.published else ""
    return ", ".join(filter(None, (contrast, f"k {moment.k}" if moment.k is not None else "")))


def _end(value: float, measure: Measure) -> float | None:
    return on_scale(value, measure) if abs(value) < inf else None


def by_dose(answer: a.Answer, words: str) -> list[DoseResponse]:
    """Effects by mg/kg, a picture a measure, a series a route; none where no dose has an effect."""
    told = [d for d in answer.doses if d.effect is not None and d.dose is not None and d.dose_unit == "mg/kg"]
    found = []
    for measure in Measure:
        mine = [d for d in told if d.measure is measure]
        for points in sorted({_points(answer, d) for d in mine}):
            group = [d for d in mine if _points(answer, d) == points]
            found.append(_by_dose(answer, measure, group, words, points))
    return found


def _points(answer: a.Answer, one: a.DoseGroup) -> str:
    """Of a mean difference, points of which scale: two scales never share an axis."""
    if one.measure is not Measure.MD:
        return ""
    forests = (f for p in answer.pools for f in p.forests if p.question.measure is Measure.MD)
    return next((f.unit for f in forests if any(row.effect == one.effect for row in f.rows)), "points")


def _by_dose(
    answer: a.Answer, measure: Measure, told: list[a.DoseGroup], words: str, points: str
) -> DoseResponse:
    low, high = sides(measure, lower_is_better=_lower_is_better(answer, measure))
    ordered = sorted(told, key=lambda d: (d.route.value if d.route else "", d.dose or 0.0))
    series = []
    for route, group in groupby(ordered, key=lambda d: d.route):
        readings = tuple(_dose_reading(d, d.effect, measure) for d in group if d.effect is not None)
        series.append(Series(ROUTES[route] if route else "route not seen", readings))
    return DoseResponse(
        title=f"{MEASURES[measure]}{f', {points}' if points else ''} by dose",
        value_words=f"{MEASURES[measure]}{f', {points}' if points else ''}",
        dose_words="ketamine, mg/kg",
        is_ratio=measure.is_ratio,
        low_side=low,
        high_side=high,
        series=tuple(series),
        words=words,
        id="-".join(filter(None, ("doses", measure.value, slugify(points)))),
    )


def _lower_is_better(answer: a.Answer, measure: Measure) -> bool:
    """By the pools of that measure; scales of symptoms fall when people get better."""
    told = [
        f.lower_is_better for p in answer.pools for f in p.forests if p.question.measure is measure and f.rows
    ]
    return told[0] if told else not measure.is_ratio


def _dose_reading(one: a.DoseGroup, effect: a.Shown, measure: Measure) -> Reading:
    return Reading(
        at=one.dose or 0.0,
        value=on_scale(effect.value, measure),
        low=_end(effect.low, measure),
        high=_end(effect.high, measure),
        words=", ".join(one.studies),
    )


# --- harms ----------------------------------------------------------------------------------------


def harms_of(answer: a.Answer, studies: Studies, effects: Iterable[str] = TOLD_HARMS) -> Harms:
    """The rates of these effects in each study, this disorder's people first, ketamine's arms first."""
    wanted = tuple(effects)
    told = [one for one in answer.harms if one.percent is not None and one.harm.effect in wanted]
    told.sort(key=lambda h: (wanted.index(h.harm.effect), not h.own, h.harm.label, h.label))
    rows: list[HarmRow] = []
    for (key, effect, label, own, people), group in groupby(
        told, key=lambda h: (h.harm.effect, h.harm.label, h.label, h.own, h.population)
    ):
        rates = [_rate(one, studies.get(one.study)) for one in group]
        arms = tuple(sorted(rates, key=lambda r: (r.is_control, r.arm)))
        rows.append(HarmRow(effect, label, arms, "" if own else people or "not seen who", key))
    return Harms("Unwanted effects by arm", tuple(rows))


def _rate(one: a.HarmLine, study: Study | None) -> HarmRate:
    events, at_risk = one.harm.events, one.harm.at_risk
    arms = [arm for arm in study.arms if one.harm.arm in (arm.key, arm.label)] if study else []
    return HarmRate(
        arm=one.arm,
        percent=one.percent or 0.0,
        count=int(events.value) if events is not None else None,
        of=int(at_risk.value) if at_risk is not None else None,
        low_percent=one.low,
        high_percent=one.high,
        is_control=any(arm.role is ArmRole.CONTROL for arm in arms),
        unsure=UNSURE.get(one.seen, ""),
    )
