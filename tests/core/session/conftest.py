"""A protocol made by hand, and a story-teller that writes the events of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import strategies as st

from ataraxy.core.protocol.types import (
    Approval,
    ArrivalCheck,
    CheckKind,
    Comparison,
    DischargeCriterion,
    DischargeKind,
    Disorder,
    Dose,
    Drug,
    EmergencyKind,
    Limit,
    Measure,
    Monitoring,
    Override,
    Phase,
    Protocol,
    Route,
    Rule,
    RuleAction,
    Status,
    WeightBasis,
)
from ataraxy.core.record.envelope import Envelope, Origin, Recorded
from ataraxy.core.session import care as c
from ataraxy.core.session import events as e

ZERO = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NURSE, PRESCRIBER = UUID(int=1001), UUID(int=1002)


def _limit(measure: Measure, comparison: Comparison, value: int) -> Limit:
    return Limit(measure, comparison, Decimal(value), measure.unit)


HIGH = (
    _limit(Measure.SYSTOLIC, Comparison.ABOVE, 140),
    _limit(Measure.DIASTOLIC, Comparison.ABOVE, 90),
)
DANGER = (
    _limit(Measure.SYSTOLIC, Comparison.AT_LEAST, 180),
    _limit(Measure.DIASTOLIC, Comparison.AT_LEAST, 110),
)
LOW_SPO2 = (_limit(Measure.SPO2, Comparison.BELOW, 92),)
CUFF = (Measure.SYSTOLIC, Measure.DIASTOLIC)
BOTH = (Phase.DOSING, Phase.OBSERVATION)


def _arrival(line: str, kind: CheckKind, override: Override, limits: tuple[Limit, ...] = ()) -> ArrivalCheck:
    return ArrivalCheck(line, line.replace("-", " "), "test", Status.LABEL, kind, override, limits)


def _watch(line: str, phase: Phase, measures: tuple[Measure, ...], every_min: int) -> Monitoring:
    return Monitoring(line, line.replace("-", " "), "test", Status.TRIAL, phase, measures, every_min)


def _rule(line: str, action: RuleAction, limits: tuple[Limit, ...]) -> Rule:
    return Rule(line, line.replace("-", " "), "test", Status.PROPOSED, BOTH, action, limits)


def _home(
    line: str, kind: DischargeKind, override: Override = Override.NEVER, **more: object
) -> DischargeCriterion:
    words = line.replace("-", " ")
    return DischargeCriterion(line, words, "test", Status.LABEL, kind, override, **more)  # type: ignore[arg-type]


ARRIVAL = (
    _arrival("identifiers", CheckKind.IDENTIFIERS, Override.NEVER),
    _arrival("fasted", CheckKind.CONFIRM, Override.PRESCRIBER),
    _arrival("not-pregnant", CheckKind.CONFIRM, Override.NEVER),
    _arrival("escort-named", CheckKind.ESCORT, Override.NEVER),
    _arrival("weight", CheckKind.WEIGHT, Override.NEVER),
    _arrival("pressure-before", CheckKind.LIMIT, Override.PRESCRIBER, HIGH),
    _arrival("spo2-before", CheckKind.LIMIT, Override.NEVER, LOW_SPO2),
)
MONITORING = (
    _watch("cuff-dosing", Phase.DOSING, CUFF, 10),
    _watch("spo2-dosing", Phase.DOSING, (Measure.SPO2,), 5),
    _watch("cuff-after", Phase.OBSERVATION, CUFF, 15),
    _watch("spo2-after", Phase.OBSERVATION, (Measure.SPO2,), 15),
    _watch("recovery-after", Phase.OBSERVATION, (Measure.SEDATION, Measure.DISSOCIATION), 30),
)
RULES = (
    _rule("spo2-pause", RuleAction.PAUSE, LOW_SPO2),
    _rule("pressure-stop", RuleAction.STOP, DANGER),
    _rule("pressure-call", RuleAction.ESCALATE, DANGER),
)
DISCHARGE = (
    _home("observed", DischargeKind.MINIMUM_OBSERVATION, at_least_min=120),
    _home("pressure-home", DischargeKind.LIMIT, Override.PRESCRIBER, fresh_within_min=30, limits=HIGH),
    _home(
        "awake",
        DischargeKind.LIMIT,
        fresh_within_min=30,
        limits=(_limit(Measure.SEDATION, Comparison.BELOW, 5),),
    ),
    _home(
        "clear",
        DischargeKind.BACK_TO_BASELINE,
        Override.PRESCRIBER,
        fresh_within_min=60,
        measure=Measure.DISSOCIATION,
        margin=Decimal(4),
    ),
    _home("oriented", DischargeKind.CONFIRM),
    _home("escort-here", DischargeKind.ESCORT),
)


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    """0.5 mg/kg over 40 min; cuff every 10 then 15 min; SpO2; the limits of the shipped protocols."""
    return Protocol(
        id="iv-racemic-0.5",
        version="test.1",
        title="Made by hand for these tests",
        authors=("nobody",),
        approval=Approval.OFF_LABEL,
        approval_note="",
        jurisdiction="US",
        drug=Drug("ketamine", "racemic", "hydrochloride", "base", Decimal(50), "test", Status.LABEL),
        dose=Dose(
            "dose",
            "0.5 mg/kg over 40 min",
            "test",
            Status.TRIAL,
            Route.IV_INFUSION,
            WeightBasis.ACTUAL,
            cap_mg=Decimal(60),
            cap_mg_per_kg=Decimal("0.5"),
            duration_min=40,
            infusion_mg_per_ml=Decimal(1),
        ),
        indications=(),
        eligibility=(),
        consent=(),
        course_rules=(),
        arrival=ARRIVAL,
        monitoring=MONITORING,
        rules=RULES,
        discharge=DISCHARGE,
        check_ins=(),
        sha256="0" * 64,
    )


def nasal_draft() -> str:
    """A draft for tests alone, made from the shipped infusion: sprays of 10 mg. No number of it is advice."""
    from ataraxy.catalog.library import HOME

    text = (HOME / "protocols" / "iv-racemic-0.5.toml").read_text(encoding="utf-8")
    begins, ends = text.index("[dose]"), text.index("# --- the course")
    dose = """[dose]
id            = "sprays"
text          = "Sprays of 10 mg into the nose, as many as stay within 0.5 mg/kg and 60 mg. A draft for demonstration."
source        = "ataraxy-proposal"
status        = "proposed"
route         = "nasal"
weight        = "actual"
cap_mg        = 60
cap_mg_per_kg = 0.5
cap_source    = "ataraxy-proposal"
cap_status    = "proposed"
spray_mg      = 10
spray_source  = "ataraxy-proposal"
spray_status  = "proposed"

"""
    text = text[:begins] + dose + text[ends:]
    return text.replace('"iv-racemic-0.5"', '"nasal-draft"', 1).replace(
        'use      = "clinic"', 'use      = "demo"'
    )


@pytest.fixture(scope="session")
def nasal() -> Protocol:
    """The draft of a dose by nose, checked as every protocol is."""
    from ataraxy.catalog.load import parse_protocol

    return parse_protocol(nasal_draft(), "nasal-draft.toml")


OPENED = e.SessionOpened(
    UUID(int=1), UUID(int=2), "iv-racemic-0.5", "test.1", "0" * 64, Disorder.PTSD, 1, Decimal("0.5")
)
STARTED = e.DoseStarted(
    Decimal("35.0"),
    Decimal("0.5"),
    Decimal("70.0"),
    Route.IV_INFUSION,
    40,
    Decimal("0.875"),
    Decimal(1),
)

SYRINGE = c.SyringePrepared(
    Decimal(35), Decimal(50), Decimal("0.7"), "saline 0.9 %", Decimal("34.3"), Decimal(35), Decimal(1), "S-1"
)


@dataclass
class Story:
    """Writes events: ``say(minute, payload)`` makes the next one and gives it back."""

    events: list[Recorded[e.SessionPayload]] = field(default_factory=list)
    first_id: int = 1

    def at(self, minute: float) -> datetime:
        return ZERO + timedelta(minutes=minute)

    def say(
        self,
        minute: float,
        payload: e.SessionPayload,
        *,
        recorded: float | None = None,
        corrects: Recorded[e.SessionPayload] | None = None,
        origin: Origin = Origin.STAFF,
        actor: UUID | None = NURSE,
    ) -> Recorded[e.SessionPayload]:
        seq = len(self.events) + 1
        event: Recorded[e.SessionPayload] = Recorded(
            Envelope(
                id=UUID(int=self.first_id + seq),
                seq=seq,
                at=self.at(minute),
                recorded_at=self.at(minute if recorded is None else recorded),
                actor=None if origin is Origin.DEVICE else actor,
                origin=origin,
                corrects=corrects.envelope.id if corrects else None,
            ),
            payload,
        )
        self.events.append(event)
        return event

    def measure(
        self, minute: float, *, recorded: float | None = None, device: str = "", **values: float
    ) -> Recorded[e.SessionPayload]:
        """``story.measure(5, systolic=130, diastolic=80)``; names as in ``Measure``, with underscores."""
        measures = {Measure(name.replace("_", "-")): Decimal(str(v)) for name, v in values.items()}
        readings = tuple(e.Reading(m, v, m.unit) for m, v in measures.items())
        origin = Origin.DEVICE if device else Origin.STAFF
        return self.say(minute, e.VitalRecorded(readings, device), recorded=recorded, origin=origin)

    def check(self, minute: float, line: str, ok: bool = True, *who: str) -> Recorded[e.SessionPayload]:
        return self.say(minute, e.CheckRecorded(line, ok, identifiers=who))

    def sign(self, minute: float, line: str) -> Recorded[e.SessionPayload]:
        return self.say(minute, e.OverrideSigned(line, "reviewed"), actor=PRESCRIBER)

    def open(self) -> Story:
        self.say(0, OPENED)
        self.say(1, e.PatientArrived())
        return self

    def ready(self) -> Story:
        """Everything is checked at minute 10: the dose may start."""
        self.open()
        self.check(2, "identifiers", True, "name", "date of birth")
        self.check(3, "fasted")
        self.check(3, "not-pregnant")
        self.say(4, e.EscortNamed("Sam Rivers", "555 0100", present=False))
        self.measure(5, weight=70)
        self.measure(8, systolic=124, diastolic=78, spo2=98)
        self.measure(9, dissociation=0, sedation=5)
        return self

    def dosing(self) -> Story:
        """The dose runs from minute 10."""
        self.ready().say(10, STARTED)
        return self

    def observing(self) -> Story:
        """The dose was given from 10 to 50, with a cuff every 10 minutes."""
        self.dosing()
        for minute in (20, 30, 40, 50):
            self.measure(minute - 0.5, systolic=138, diastolic=86, spo2=97)
        self.say(50, e.DoseFinished())
        return self

    def going_home(self) -> Story:
        """Every criterion holds at minute 131."""
        self.observing()
        for minute in (65, 80, 95, 110, 125):
            self.measure(minute, systolic=128, diastolic=80, spo2=98)
        self.measure(126, sedation=5, dissociation=2)
        self.check(127, "oriented")
        self.say(128, e.EscortNamed("Sam Rivers", "555 0100", present=True))
        return self


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture(scope="session")
def new_story() -> type[Story]:
    """For properties: every example tells its own story."""
    return Story


# --- any history at all ---------------------------------------------------------------------------


def _vitals(**ranges: tuple[int, int]) -> st.SearchStrategy[e.VitalRecorded]:
    drawn = [
        st.integers(low, high).map(
            lambda v, name=name: e.Reading(Measure(name), Decimal(v), Measure(name).unit)  # type: ignore[misc]
        )
        for name, (low, high) in ranges.items()
    ]
    return st.tuples(*drawn).map(e.VitalRecorded)


LINES = st.sampled_from(
    ("identifiers", "fasted", "not-pregnant", "pressure-before", "pressure-home", "oriented", "clear")
)
EVENT_IDS = st.integers(1, 30).map(lambda i: UUID(int=i))
PAYLOADS: st.SearchStrategy[e.SessionPayload] = st.one_of(
    st.just(OPENED),
    st.just(e.PatientArrived()),
    st.builds(e.CheckRecorded, LINES, st.booleans(), st.just(""), st.just(("name", "date of birth"))),
    st.builds(e.EscortNamed, st.sampled_from(("Sam Rivers", "")), st.just("555 0100"), st.booleans()),
    st.builds(e.MonitorBound, st.sampled_from(("m1", "m2"))),
    st.builds(e.MonitorUnbound, st.sampled_from(("m1", "m2"))),
    _vitals(systolic=(100, 200), diastolic=(60, 120)),
    _vitals(spo2=(85, 101)),
    _vitals(sedation=(3, 5), dissociation=(0, 30)),
    _vitals(weight=(60, 90)),
    st.builds(e.OverrideSigned, LINES, st.just("reviewed")),
    st.just(STARTED),
    st.just(e.DosePaused("nausea")),
    st.just(e.DoseResumed()),
    st.just(e.DoseStopped("enough")),
    st.just(e.DoseFinished()),
    st.builds(e.SideEffectReported, st.just("nausea"), st.sampled_from(e.Grade)),
    st.builds(e.SideEffectResolved, st.integers(1, 30).map(lambda i: UUID(int=i))),
    st.just(e.NoteWritten("quiet")),
    st.just(e.EventRetracted("entered in error")),
    st.builds(e.SessionEnded, st.sampled_from(e.EndReason)),
    st.just(c.CoverNamed(PRESCRIBER, NURSE)),
    st.just(SYRINGE),
    st.builds(c.SyringeChecked, EVENT_IDS),
    st.builds(c.RateChanged, st.sampled_from((Decimal("0.4"), Decimal("0.875"))), st.just("nausea")),
    st.builds(c.PumpRead, st.none() | st.just(Decimal("12.5")), st.booleans(), st.just("air in line")),
    st.builds(
        c.OrderGiven,
        st.sampled_from(c.OrderKind),
        st.just("ondansetron"),
        st.just(Decimal(4)),
        st.just("mg"),
        st.just(c.Way.INTRAVENOUS),
        st.just("nausea"),
        st.just(PRESCRIBER),
        st.booleans(),
        st.just(True),
    ),
    st.builds(c.OrderCountersigned, EVENT_IDS),
    st.builds(
        c.BolusGiven,
        st.just(Decimal(5)),
        st.sampled_from(c.Way),
        st.none() | EVENT_IDS,
        already_in=st.booleans(),
        past=st.sampled_from(("", "the cap")),
    ),
    st.just(c.MedicineGiven("oxygen", Decimal(2), "L/min", c.Way.INHALED)),
    st.builds(c.ArtefactMarked, EVENT_IDS, st.just((Measure.SYSTOLIC, Measure.SPO2)), st.just("moved")),
    st.builds(c.EmergencyStarted, st.sampled_from(EmergencyKind)),
    st.builds(c.EmergencyRoleTaken, EVENT_IDS, st.just("leads"), st.just("N. Urse")),
    st.builds(c.EmergencyLogged, EVENT_IDS, st.just("oxygen on"), st.none() | st.just(1)),
    st.builds(c.EmergencyEnded, EVENT_IDS, st.just("breathing")),
    st.builds(c.EmergencyReviewed, EVENT_IDS, st.just("went well")),
    st.builds(c.HandoverOffered, st.sampled_from((NURSE, PRESCRIBER)), st.just(tuple(c.Thing))),
    st.builds(c.HandoverAccepted, EVENT_IDS),
    st.builds(c.EntryMovedIn, EVENT_IDS, EVENT_IDS, EVENT_IDS, st.just("wrong room")),
    st.builds(c.FromPaper, EVENT_IDS.map(lambda i: (i,)), st.just("P-7"), st.just("N. Urse")),
)


@st.composite
def _histories(draw: st.DrawFn) -> Story:
    """A session that may be quite wrong: any acts, at any minutes, entered late, corrected at random."""
    story = Story()
    start = draw(st.sampled_from(("nothing", "open", "ready", "dosing", "observing", "going_home")))
    if start != "nothing":
        getattr(story, start)()
    acts = st.tuples(PAYLOADS, st.integers(0, 200), st.integers(-2, 30), st.integers(0, 60))
    for payload, minute, late, pointer in draw(st.lists(acts, max_size=14)):
        points = isinstance(payload, e.EventRetracted) or pointer < 15
        target = story.events[pointer % len(story.events)] if points and story.events else None
        story.say(minute, payload, recorded=minute + late, corrects=target)
    return story


@pytest.fixture(scope="session")
def histories() -> st.SearchStrategy[Story]:
    return _histories()


@pytest.fixture(scope="session")
def payloads() -> st.SearchStrategy[e.SessionPayload]:
    return PAYLOADS
