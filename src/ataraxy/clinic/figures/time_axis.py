"""Clock time from left to right, in boxes of 5 and 15 minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ataraxy.clinic.figures.svg import line, text
from ataraxy.clinic.figures.types import FlowSheet

MINOR, MAJOR = timedelta(minutes=5), timedelta(minutes=15)
LATEST = timedelta(minutes=45)
LABEL_STEPS_MIN = (15, 30, 60, 120, 240)
LEAST_LABEL_WIDTH = 46.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """From ``starts`` to ``ends`` (both on a 15-minute line) over ``width`` from ``left``."""

    starts: datetime
    ends: datetime
    left: float
    width: float

    @property
    def right(self) -> float:
        return self.left + self.width

    def x(self, at: datetime) -> float:
        """The place of a moment; a moment outside stands at the edge."""
        share = (at - self.starts) / (self.ends - self.starts)
        return self.left + self.width * min(max(share, 0.0), 1.0)

    def shows(self, at: datetime) -> bool:
        """Whether a moment stands on this axis; on a phone only the newest part of a session does."""
        return self.starts <= at <= self.ends

    def box_width(self, step: timedelta) -> float:
        return self.width * (step / (self.ends - self.starts))

    def steps(self, step: timedelta) -> list[datetime]:
        count = int((self.ends - self.starts) / step)
        return [self.starts + step * i for i in range(count + 1)]

    def grid(self, top: float, bottom: float) -> list[str]:
        minor = [] if self.box_width(MINOR) < 5 else self.steps(MINOR)
        major = self.steps(MAJOR)
        drawn = [line(self.x(at), top, self.x(at), bottom, "grid") for at in minor if at not in major]
        return drawn + [line(self.x(at), top, self.x(at), bottom, "grid-major") for at in major]

    def label_step(self) -> timedelta:
        for minutes in LABEL_STEPS_MIN:
            if self.box_width(timedelta(minutes=minutes)) >= LEAST_LABEL_WIDTH:
                return timedelta(minutes=minutes)
        return timedelta(minutes=LABEL_STEPS_MIN[-1])

    def clock_labels(self, sheet: FlowSheet, y: float) -> list[str]:
        return [
            text(self.x(at), y, sheet.clock(at), "halo text-soft", anchor="middle")
            for at in self.steps(self.label_step())
        ]


def axis_for(sheet: FlowSheet, left: float, width: float) -> TimeAxis:
    """Room for everything on the sheet, widened to whole quarters of an hour; an hour at least."""
    moments = _moments(sheet)
    starts = _floor(min(moments))
    ends = max(_ceil(max(moments)), starts + timedelta(hours=1))
    return TimeAxis(starts, ends, left, width)


def latest_axis(sheet: FlowSheet, left: float, width: float) -> TimeAxis:
    """The newest 45 minutes, on quarters of an hour: at least half an hour of what was."""
    ends = _ceil(sheet.now or max(_moments(sheet)))
    return TimeAxis(ends - LATEST, ends, left, width)


def _moments(sheet: FlowSheet) -> list[datetime]:
    found = [sheet.starts, sheet.ends, *(p.at for p in sheet.pressures), *(s.at for s in sheet.pulses)]
    found += [s.at for row in sheet.rows for s in row.samples]
    found += (
        [n.at for n in sheet.notes] + [i.at for i in sheet.injections] + [i.starts for i in sheet.infusions]
    )
    found += [i.ends for i in sheet.infusions if i.ends] + [x.at for x in sheet.given]
    return found + ([sheet.now] if sheet.now else [])


def _floor(at: datetime) -> datetime:
    return at - (at - EPOCH) % MAJOR


def _ceil(at: datetime) -> datetime:
    return at + (EPOCH - at) % MAJOR
