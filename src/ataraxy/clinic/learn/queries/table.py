"""The outcomes as rows of words; for a researcher, small counts are not shown.

A count below 5 is "<5". A count whose complement is below 5 is not shown either, nor any interval from which
one of the two could be worked out.
"""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.clinic.figures.types import Proportion as Bar
from ataraxy.clinic.figures.types import Proportions
from ataraxy.clinic.learn.queries.outcomes import Cohort
from ataraxy.clinic.people.describe import disorder_name
from ataraxy.core.proportion import Proportion

SMALL = 5
HIDDEN = "not shown"


@dataclass(frozen=True, slots=True)
class Row:
    """One count. ``count`` and ``of`` are words, since they may be hidden."""

    label: str
    count: str
    of: str
    interval: str
    note: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One cohort as the page and the file show it."""

    key: str
    disorder: str
    protocol: str
    title: str
    scale: str
    started: str
    missing: str
    rows: tuple[Row, ...]
    windows: tuple[Row, ...]

    @property
    def caption(self) -> str:
        return f"{self.disorder}, {self.protocol}: with 95 % intervals (Wilson)"

    @property
    def is_hidden(self) -> bool:
        """So few started that nothing else may be said."""
        return self.started == f"<{SMALL}"

    @property
    def has_bars(self) -> bool:
        return any(row.bar for row in self.rows)


def sheet(cohort: Cohort, *, hide_small: bool) -> Sheet:
    outcome = cohort.outcome
    by = cohort.scale.name if cohort.scale else "no scale of the calendar has rules"
    told = (
        ("Answered", outcome.answered, f"a {by} after the first dose, with one before it"),
        ("Responded", outcome.responded, _rule(cohort, "response")),
        ("Remitted", outcome.remitted, _rule(cohort, "remission")),
        ("Got worse", outcome.worse, _rule(cohort, "reliable_change")),
        ("Stopped early", outcome.stopped, "the course was ended before its last session"),
        (
            "Fell silent",
            cohort.silent,
            "the last two check-ins closed unanswered; of those asked twice or more",
        ),
    )
    return Sheet(
        key=f"{cohort.disorder.value}-{cohort.protocol_id}-{cohort.version}".replace(".", "-"),
        disorder=disorder_name(cohort.disorder.value),
        protocol=f"{cohort.protocol_id} {cohort.version}",
        title=cohort.title,
        scale=by,
        started=_count(outcome.started, hide_small),
        missing=_missing(outcome.silent, outcome.started, hide_small),
        rows=tuple(row(label, found, note, hide_small) for label, found, note in told),
        windows=tuple(row(w.words, w.answered, "", hide_small) for w in cohort.windows),
    )


def row(label: str, found: Proportion, note: str, hide_small: bool) -> Row:
    """A proportion in words, hidden where it would tell about single people."""
    if hide_small and _is_small(found):
        count = f"<{SMALL}" if found.count < SMALL else HIDDEN
        return Row(label, count, _count(found.of, True), HIDDEN, note, None)
    bar = Bar(label, found.count, found.of, _percent(found.low), _percent(found.high))
    return Row(label, str(found.count), str(found.of), _interval(found), note, bar)


def bars(one: Sheet) -> Proportions:
    """The picture of a cohort; hidden counts have no bar."""
    shown = tuple(r.bar for r in one.rows if r.bar is not None)
    return Proportions(
        title=f"Outcomes: {one.disorder}, {one.protocol}", rows=shown, id=f"outcomes-{one.key}"
    )


def csv_rows(sheets: list[Sheet]) -> list[list[str]]:
    """The table as a file: one line a count."""
    head = ["disorder", "protocol", "scale", "what", "count", "of", "interval_95", "rule"]
    lines = [
        [s.disorder, s.protocol, s.scale, r.label, r.count, r.of, r.interval, r.note]
        for s in sheets
        for r in (
            Row("Started", s.started, "", "", "", None),
            Row("No outcome known", s.missing, s.started, "", "missing, counted as neither", None),
            *s.rows,
            *(Row(f"Answered: {w.label}", w.count, w.of, w.interval, w.note, None) for w in s.windows),
        )
    ]
    return [head, *lines]


def _is_small(found: Proportion) -> bool:
    return found.count < SMALL or 0 < found.of - found.count < SMALL


def _count(number: int, hide_small: bool) -> str:
    return f"<{SMALL}" if hide_small and number < SMALL else str(number)


def _missing(silent: int, started: int, hide_small: bool) -> str:
    if hide_small and 0 < started - silent < SMALL:
        return HIDDEN
    return _count(silent, hide_small)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _interval(found: Proportion) -> str:
    if found.share is None or found.low is None or found.high is None:
        return "nobody yet"
    return f"{100 * found.share:.0f} %, 95 % interval {100 * found.low:.0f} to {100 * found.high:.0f} %"


def _rule(cohort: Cohort, name: str) -> str:
    """The scale's own rule in words."""
    scale = cohort.scale
    if scale is None:
        return "no rule"
    if name == "response" and scale.response:
        rule = scale.response
        return f"{scale.name} fell by {_words(rule.comparison.value)} {rule.fall_percent} % ({rule.status.value})"
    if name == "remission" and scale.remission:
        cut = scale.remission
        return f"{scale.name} {_words(cut.comparison.value)} {cut.score} ({cut.status.value})"
    if name == "reliable_change" and scale.reliable_change:
        least = scale.reliable_change
        return f"{scale.name} up by {least.points} or more ({least.status.value})"
    return "the scale has no rule"


def _words(comparison: str) -> str:
    return comparison.replace("-", " ")
