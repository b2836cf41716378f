"""The dose as it really ran: start, pauses, resumes, end. How many mg are in is a function of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from ataraxy.core.session.events import DoseStarted

MG_STEP = Decimal("0.01")


class DoseStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"  # ended before the planned end
    FINISHED = "finished"


class DoseStepKind(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    FINISH = "finish"
    RATE = "rate"
    SPRAY = "spray"


@dataclass(frozen=True, slots=True)
class DoseStep:
    """One act on the infusion, with its time and person."""

    kind: DoseStepKind
    at: datetime
    by: UUID | None
    event: UUID
    reason: str = ""
    rate_mg_per_min: Decimal | None = None  # RATE: what the pump was set to


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """A dose that was started. An injection is whole the moment it is given, sprays one by one."""

    planned: DoseStarted
    status: DoseStatus
    steps: tuple[DoseStep, ...]  # in order of time; the first is the start

    @property
    def started_at(self) -> datetime:
        return self.steps[0].at

    @property
    def is_injection(self) -> bool:
        return not self.is_infusion and not self.is_sprayed

    @property
    def is_infusion(self) -> bool:
        """It runs from a pump."""
        return self.planned.duration_min is not None

    @property
    def is_sprayed(self) -> bool:
        return self.planned.sprays is not None

    def sprays_in(self, moment: datetime) -> int:
        """How many sprays are in the nose by ``moment``, each as it was confirmed."""
        return sum(at <= moment for at in self.sprayed_at)

    @property
    def next_spray(self) -> int | None:
        """The number of the next spray; None when all are in, or none is sprayed."""
        number = len(self.sprayed_at) + 1
        return number if self.is_sprayed and number <= (self.planned.sprays or 0) else None

    @property
    def sprayed_at(self) -> tuple[datetime, ...]:
        """When each spray went in."""
        given = (DoseStepKind.START, DoseStepKind.SPRAY)
        return tuple(s.at for s in self.steps if s.kind in given) if self.is_sprayed else ()

    @property
    def is_open(self) -> bool:
        """Running or paused: drug may still go in."""
        return self.status in (DoseStatus.RUNNING, DoseStatus.PAUSED)

    @property
    def ended_at(self) -> datetime | None:
        """When the drug ended for good; None while it may still go on."""
        return None if self.is_open else self._acts[-1].at

    @property
    def _acts(self) -> tuple[DoseStep, ...]:
        """The steps that start or halt the drug; a change of rate does neither."""
        return tuple(step for step in self.steps if step.kind is not DoseStepKind.RATE)

    def running(self, until: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """The stretches of time in which the pump ran, up to ``until``."""
        spans: list[tuple[datetime, datetime]] = []
        since: datetime | None = None
        for step in (s for s in self._acts if s.kind is not DoseStepKind.SPRAY):
            if step.kind in (DoseStepKind.START, DoseStepKind.RESUME):
                since = since or step.at
            elif since is not None:
                spans.append((since, step.at))
                since = None
        if since is not None:
            spans.append((since, max(since, until)))
        return tuple((a, min(b, until)) for a, b in spans if a < until)

    def mg_at(self, moment: datetime) -> Decimal:
        """The mg given by ``moment``: an estimate from rate and running time, never above the planned mg.

        Of sprays: each that went in, also one past the plan.
        """
        planned = self.planned
        if moment < self.started_at:
            return Decimal(0)
        if self.is_sprayed:
            return self.sprays_in(moment) * (planned.spray_mg or Decimal(0))
        last = self._acts[-1]
        if self.is_injection or (last.kind is DoseStepKind.FINISH and moment >= last.at):
            return planned.mg
        ran = sum((self._ran(a, b) for a, b in self.running(moment)), Decimal(0))
        return min(planned.mg, ran.quantize(MG_STEP))

    def _ran(self, begin: datetime, end: datetime) -> Decimal:
        """The mg of one stretch, at the rate of each moment of it."""
        turns = [s.at for s in self.steps if s.kind is DoseStepKind.RATE and begin < s.at < end]
        edges = [begin, *turns, end]
        return sum((_minutes(b - a) * self.rate_at(a) for a, b in pairwise(edges)), Decimal(0))

    def rate_at(self, moment: datetime) -> Decimal:
        """What the pump is set to at ``moment``, mg/min, whether it runs or not."""
        set_to = [s.rate_mg_per_min for s in self.steps if s.kind is DoseStepKind.RATE and s.at <= moment]
        return next((rate for rate in reversed(set_to) if rate is not None), self.planned_rate_mg_per_min)

    @property
    def rate_mg_per_min(self) -> Decimal:
        """The rate the pump is set to now; an injection has none (0)."""
        return self.rate_at(self.steps[-1].at)

    @property
    def planned_rate_mg_per_min(self) -> Decimal:
        """The rate the dose was started with."""
        planned = self.planned
        if planned.duration_min is None:
            return Decimal(0)
        return planned.rate_mg_per_min or planned.mg / planned.duration_min

    @property
    def pump_at(self) -> datetime | None:
        """The last act after which the pump's own count is read: a halt or a new rate; None: none yet."""
        read_after = (DoseStepKind.PAUSE, DoseStepKind.STOP, DoseStepKind.FINISH, DoseStepKind.RATE)
        turns = [s.at for s in self.steps if s.kind in read_after]
        return turns[-1] if turns and self.is_infusion else None

    def with_step(self, step: DoseStep, status: DoseStatus) -> DoseGiven:
        return replace(self, steps=(*self.steps, step), status=status)


def _minutes(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(milliseconds=1)) / 60_000


def differs(pumped: Decimal, expected: Decimal, share: Decimal) -> bool:
    """Whether the pump and the estimate are further apart than ``share`` of the larger."""
    return abs(pumped - expected) > max(expected, pumped) * share
