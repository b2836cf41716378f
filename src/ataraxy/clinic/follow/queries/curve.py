"""A patient's scores beside their doses, and what became of them by each scale's own rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ataraxy.catalog.library import instruments
from ataraxy.clinic.figures import trajectory as figure
from ataraxy.clinic.figures.svg import Svg
from ataraxy.clinic.figures.types import Band, Mark, ScorePoint, Table, Threshold
from ataraxy.clinic.figures.types import Trajectory as Picture
from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import Answer
from ataraxy.core.course.findings import BASELINE_BY
from ataraxy.core.course.trajectory import Score, Trajectory, trajectory
from ataraxy.core.scales.change import Change, Reliable, change
from ataraxy.core.scales.types import Instrument

USUAL_INTERVAL_DAYS = 7.0
DAY = 86_400
BAND_LETTERS = 17


@dataclass(frozen=True, slots=True)
class Curve:
    """One scale: its picture, its numbers, and response and remission by the scale's own rule."""

    instrument: Instrument
    svg: Svg
    table: Table
    baseline: str
    baseline_note: str
    best: str
    best_at: datetime | None
    last: str
    last_at: datetime | None
    response: str  # met, not-met, unknown
    response_words: str
    response_cited: Cited | None
    remission: str
    remission_words: str
    remission_cited: Cited | None
    change_words: str
    is_worse: bool


def curves(chart: Chart, missed: Iterable[tuple[str, datetime]], zone: tzinfo) -> list[Curve]:
    """A curve for every scale with a total, the one asked most often first. ``missed``: nobody answered."""
    gone = list(missed)
    scales = {a.payload.scale for a in chart.answers if a.payload.total is not None}
    known = [instrument for key, instrument in instruments().items() if key in scales]
    known.sort(key=lambda one: (one.recall_hours == 0, -len(chart.answers_of(one.id))))
    return [_curve(chart, one, [at for scale, at in gone if scale == one.id], zone) for one in known]


def scores(chart: Chart, scale: str) -> list[Score]:
    """The totals of one scale, with the monthly form's last baseline where the weekly one has none."""
    answers = ((a, a.payload.total) for a in chart.answers_of(scale))
    own = [Score(a.envelope.at, total) for a, total in answers if total is not None]
    return [*_borrowed(chart, scale, own), *own]


def _borrowed(chart: Chart, scale: str, own: list[Score]) -> Iterator[Score]:
    first = min((d.payload.started_at for d in chart.doses), default=None)
    if first is None or any(s.at <= first for s in own) or scale not in BASELINE_BY:
        return
    before = chart.latest_answer(BASELINE_BY[scale], until=first)
    if before is not None and before.payload.total is not None:
        yield Score(before.envelope.at, before.payload.total)


def course_of(chart: Chart, scale: Instrument) -> Trajectory:
    """The course of one scale around all doses of the chart."""
    doses = [d.payload.started_at for d in chart.doses]
    return trajectory(scores(chart, scale.id), doses, higher_is_worse=scale.higher_is_worse)


def change_of(instrument: Instrument, course: Trajectory) -> Change:
    """The last score after a dose against the baseline."""
    last = course.last.total if course.last else None
    return change(instrument, course.baseline.total if course.baseline else None, last)


def _curve(chart: Chart, instrument: Instrument, missed: list[datetime], zone: tzinfo) -> Curve:
    course = course_of(chart, instrument)
    found = change_of(instrument, course)
    picture = _picture(instrument, course, missed, zone)
    borrowed = len(course.points) > len(
        [a for a in chart.answers_of(instrument.id) if a.payload.total is not None]
    )
    response, remission = instrument.response, instrument.remission
    return Curve(
        instrument=instrument,
        svg=figure.draw(picture),
        table=figure.table(picture),
        baseline=str(course.baseline.total) if course.baseline else "none",
        baseline_note="by the monthly form; a proposed comparison" if borrowed else "",
        best=str(course.best.total) if course.best else "none",
        best_at=course.best.at if course.best else None,
        last=str(course.last.total) if course.last else "none",
        last_at=course.last.at if course.last else None,
        response=_mark(found.response),
        response_words=f"fall of {response.comparison.value.replace('-', ' ')} {response.fall_percent} %"
        if response
        else "the scale has no rule",
        response_cited=cited(response.source, response.status) if response else None,
        remission=_mark(found.remission if course.last else Answer.UNKNOWN),
        remission_words=f"score {remission.comparison.value.replace('-', ' ')} {remission.score}"
        if remission
        else "the scale has no rule",
        remission_cited=cited(remission.source, remission.status) if remission else None,
        change_words=_change_words(found),
        is_worse=found.reliable is Reliable.WORSE,
    )


def _mark(answer: Answer) -> str:
    return {Answer.YES: "met", Answer.NO: "not-met", Answer.UNKNOWN: "unknown"}[answer]


def _change_words(found: Change) -> str:
    if found.better_by is None:
        return "no change can be told yet"
    way = "better" if found.better_by > 0 else "worse" if found.better_by < 0 else "unchanged"
    points = abs(found.better_by)
    percent = f", {abs(found.percent):.0f} %" if found.percent else ""
    reliable = {
        Reliable.IMPROVED: "; a reliable improvement",
        Reliable.WORSE: "; reliably worse",
        Reliable.NO_CHANGE: "; within what chance explains",
        Reliable.UNKNOWN: "",
    }[found.reliable]
    return f"{points} points {way}{percent}{reliable}" if points else f"{way}{reliable}"


def _picture(instrument: Instrument, course: Trajectory, missed: list[datetime], zone: tzinfo) -> Picture:
    first = course.doses[0] if course.doses else (course.points[0].at if course.points else None)

    def day(at: datetime) -> float:
        return (at - first).total_seconds() / DAY if first else 0.0

    def when(at: datetime) -> str:
        local = at.astimezone(zone)
        return f"{local.day} {local:%b %Y, %H:%M}"

    return Picture(
        scale=instrument.name,
        lowest=instrument.total.lowest,
        highest=instrument.total.highest,
        points=tuple(ScorePoint(day(p.at), p.total, when(p.at)) for p in course.points),
        interval_days=USUAL_INTERVAL_DAYS,
        doses=tuple(Mark(day(d), f"dose {n}, {when(d)}") for n, d in enumerate(course.doses, 1)),
        missed=tuple(Mark(day(m), f"not answered, {when(m)}") for m in missed),
        bands=_bands(instrument),
        thresholds=_thresholds(instrument, course),
        lower_is_better=instrument.higher_is_worse,
        id=f"curve-{instrument.id}",
    )


def _bands(instrument: Instrument) -> tuple[Band, ...]:
    starts = [band.from_ for band in instrument.bands]
    ends = [*(s - 1 for s in starts[1:]), instrument.total.highest][
        : len(starts)
    ]  # an instrument may have none
    return tuple(Band(b.from_, end, _short(b.label)) for b, end in zip(instrument.bands, ends, strict=True))


def _short(label: str) -> str:
    """As much of a band's name as fits beside the picture."""
    return label if len(label) <= BAND_LETTERS else f"{label[: BAND_LETTERS - 1].rstrip()}…"


def _thresholds(instrument: Instrument, course: Trajectory) -> tuple[Threshold, ...]:
    """Where response and remission begin for this person."""
    found: list[Threshold] = []
    rule, before = instrument.response, course.baseline
    if rule and before and instrument.higher_is_worse:
        found.append(Threshold(before.total * (100 - rule.fall_percent) / 100, "response"))
    if instrument.remission:
        found.append(Threshold(instrument.remission.score, "remission"))
    return tuple(found)
