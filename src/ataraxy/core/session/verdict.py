"""What the rules say about a session now: values a screen can show, each with its line and its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ataraxy.core.protocol.types import Limit, Line, Measure, Phase, Status
from ataraxy.core.session.state import Value

ARRIVAL_LINE = "arrival"  # the patient's arrival itself, which every session needs
DOSE_LINE = "dose"  # the dose itself: not given, or still open


class Stage(StrEnum):
    """READY and DISCHARGED are said only when every criterion holds, or was signed past."""

    BOOKED = "booked"
    ARRIVAL = "arrival"
    TIME_OUT = "time-out"  # the patient is ready; what is left is asked just before the dose
    DOSING = "dosing"
    PAUSED = "paused"
    OBSERVATION = "observation"
    READY = "ready"  # to go home
    DISCHARGED = "discharged"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    TRANSFERRED = "transferred"
    LEFT_AGAINST_ADVICE = "left-against-advice"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line that speaks against going on, with the value that made it speak, if one did."""

    line: str
    text: str  # the line's own words
    what: str  # what is wrong now
    source: str
    status: Status | None  # None: not a line of the protocol
    value: Value | None = None
    age: timedelta | None = None
    limit: Limit | None = None
    since: datetime | None = None  # the first reading of the run that speaks

    @property
    def at(self) -> datetime | None:
        return self.value.at if self.value else None


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that stands between now and the start, or the discharge.

    ``overridable``: a prescriber's signature would open it now. What is unknown never is: a signature reviews
    a fact, it cannot stand for one that is not there. ``overridden``: it is signed, and stays listed.
    """

    line: str
    text: str
    what: str
    overridable: bool
    overridden: bool
    source: str
    status: Status | None
    value: Value | None = None
    limit: Limit | None = None
    ready_at: datetime | None = None  # for waiting: when it will be there by itself


@dataclass(frozen=True, slots=True)
class Due:
    """The next time a line of the monitoring plan wants a measurement."""

    line: str
    text: str
    measures: tuple[Measure, ...]
    due_at: datetime
    prompt_at: datetime  # from here on the screen asks for it, before it is late
    overdue: timedelta
    prompt: bool
    urgent: bool  # due now, or late
    by_monitor: bool  # the bound monitor was sending it: late means lost


@dataclass(frozen=True, slots=True)
class Proceed:
    """No line speaks against going on with this phase."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Do not start; after a dose, do not send home."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    reasons: tuple[Reason, ...]


Stance = Proceed | Hold | Pause | Stop


class NextKind(StrEnum):
    STOP_DOSE = "stop-dose"
    PAUSE_DOSE = "pause-dose"
    CALL_PRESCRIBER = "call-prescriber"
    EMERGENCY = "emergency"
    CONFIRM_PUMP = "confirm-pump"
    GIVE_SPRAY = "give-spray"
    CHECK = "check"
    START_DOSE = "start-dose"
    MEASURE = "measure"
    RESUME_OR_STOP = "resume-or-stop"
    FINISH_DOSE = "finish-dose"
    WAIT = "wait"
    DISCHARGE = "discharge"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NextAction:
    """The single next thing for the nurse."""

    kind: NextKind
    text: str
    line: str = ""
    measures: tuple[Measure, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything the rules say now. Lists keep the order of the protocol file, ``due`` that of time."""

    phase: Phase
    stance: Stance
    escalate: tuple[Reason, ...]
    due: tuple[Due, ...]
    next_action: NextAction
    to_start: tuple[Missing, ...]
    to_discharge: tuple[Missing, ...]
    mg_given: Decimal
    cautions: tuple[Reason, ...] = ()
    stage: Stage = Stage.BOOKED

    @property
    def due_now(self) -> tuple[Due, ...]:
        """What is asked for now: late, lost, or so near that it is prompted."""
        return tuple(due for due in self.due if due.prompt or due.urgent)

    @property
    def due_next(self) -> tuple[Due, ...]:
        """What comes after, in order of time."""
        return tuple(due for due in self.due if not (due.prompt or due.urgent))

    @property
    def may_start(self) -> bool:
        return self.phase is Phase.ARRIVAL and isinstance(self.stance, Proceed)

    @property
    def may_discharge(self) -> bool:
        return self.phase is Phase.OBSERVATION and all(m.overridden for m in self.to_discharge)


def missing(
    line: Line,
    what: str,
    *,
    overridable: bool = False,
    overridden: bool = False,
    value: Value | None = None,
    limit: Limit | None = None,
    ready_at: datetime | None = None,
) -> Missing:
    """A missing thing on one line of the protocol."""
    return Missing(
        line.id, line.text, what, overridable, overridden, line.source, line.status, value, limit, ready_at
    )


def reason_of(gap: Missing, now: datetime) -> Reason:
    """A missing thing, as the reason for a hold."""
    age = now - gap.value.at if gap.value else None
    return Reason(gap.line, gap.text, gap.what, gap.source, gap.status, gap.value, age, gap.limit)
