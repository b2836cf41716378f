"""A chart's entries in the clinic's words: one line, and what stands below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from ataraxy.catalog.load import cautions, instruments, treatments
from ataraxy.core.chart import events as e
from ataraxy.core.scales.score import band_of

DISORDERS = {
    "gad": "Generalised anxiety disorder",
    "sad": "Social anxiety disorder",
    "ptsd": "Posttraumatic stress disorder",
}
ANSWERS = {e.Answer.YES: "yes", e.Answer.NO: "no", e.Answer.UNKNOWN: "not known"}
GRANTS = {
    e.GrantKind.TREATMENT: "treatment",
    e.GrantKind.RESEARCH: "research",
    e.GrantKind.STORY: "own story",
}
OUTCOMES = {
    e.Outcome.NON_RESPONSE: "did not help",
    e.Outcome.PARTIAL: "helped in part",
    e.Outcome.RESPONSE: "helped",
    e.Outcome.INTOLERANCE: "not tolerated",
    e.Outcome.UNKNOWN: "outcome not known",
}

Words = tuple[str, str]


def describe(payload: Any, zone: ZoneInfo) -> Words:
    """What an entry says: a headline and a detail (may be empty). Moments are told in ``zone``."""
    if isinstance(payload, e.SessionPlanned | e.SessionMoved):
        return _session(payload, zone)
    tell = TELL.get(type(payload))
    return tell(payload) if tell else (type(payload).__name__, "")


def disorder_name(key: str) -> str:
    return DISORDERS.get(key, key)


def treatment_name(key: str) -> str:
    """The name of a treatment in the catalog's tables, or what was typed."""
    if key == "none":
        return "none tried"
    for table in treatments().values():
        row = table.drug(key) or table.psychotherapy(key)
        if row is not None:
            return row.name
    return key.removeprefix("other: ") or key


def scale_name(key: str) -> str:
    found = instruments().get(key)
    return found.name if found else key


def scale_words(p: e.ScaleAnswered) -> Words:
    """Total with its range and band, or how many items are missing."""
    found = instruments().get(p.scale)
    name = found.name if found else p.scale
    if p.total is None:
        missing = sum(answer is None for answer in p.answers)
        return (f"{name}: no total", f"{missing} of {len(p.answers)} items left out" if p.answers else "")
    band = band_of(found, p.total) if found else None
    most = f" of {found.total.highest}" if found else ""
    return f"{name}: {p.total}{most}", band.label if band else ""


def treatment_words(p: e.TreatmentRecorded) -> Words:
    """Dose, length, adherence and outcome of an earlier treatment; what is not known says so."""
    parts: list[str] = []
    if p.kind is e.TreatmentKind.DRUG:
        parts.append(f"{p.dose_mg_per_day} mg a day" if p.dose_mg_per_day is not None else "dose not known")
        parts.append(f"{p.weeks} weeks" if p.weeks is not None else "weeks not known")
    else:
        parts.append(f"{p.sessions} sessions" if p.sessions is not None else "sessions not known")
    parts.append(f"adherent: {ANSWERS[p.adherent]}")
    parts.append(OUTCOMES[p.outcome])
    return f"Earlier treatment: {treatment_name(p.treatment)}", ", ".join(parts)


def _session(p: e.SessionPlanned | e.SessionMoved, zone: ZoneInfo) -> Words:
    when = p.starts_at.astimezone(zone)
    day = f"{when.day} {when:%b %Y, %H:%M}"
    if isinstance(p, e.SessionPlanned):
        return f"Session {p.number} booked for {day}", ""
    return f"Session moved to {day}", p.reason


def _condition(p: e.ConditionRecorded) -> Words:
    row = cautions().conditions.get(p.condition)
    return f"{row.name if row else p.condition}: {ANSWERS[p.answer]}", p.note


def _medicine(p: e.MedicineGroupRecorded) -> Words:
    row = cautions().medicine_groups.get(p.group)
    return f"{row.name if row else p.group}: {ANSWERS[p.answer]}", " ".join(filter(None, (p.name, p.dose)))


def _body(p: e.BodyMeasured) -> Words:
    return f"Weight {p.weight_kg} kg", f"height {p.height_cm} cm" if p.height_cm is not None else ""


def _decision(p: e.DecisionSigned) -> Words:
    words = "to treat" if p.decision is e.DecisionKind.TREAT else "not to treat"
    return f"Decided {words}: {p.protocol_id} {p.protocol_version}", p.reason


def _grants(grants: tuple[e.GrantKind, ...]) -> str:
    return ", ".join(GRANTS[grant] for grant in grants)


TELL: dict[type, Callable[[Any], Words]] = {
    e.ChartOpened: lambda p: (f"Referred by {p.referred_by}", p.reason),
    e.DiagnosisRecorded: lambda p: (
        f"Diagnosis: {disorder_name(p.disorder.value)} ({p.icd10})",
        f"by {p.basis}",
    ),
    e.ScaleAnswered: scale_words,
    e.TreatmentRecorded: treatment_words,
    e.TreatmentAttested: lambda p: ("Earlier treatment attested as adequate", p.explanation),
    e.ConditionRecorded: _condition,
    e.MedicineGroupRecorded: _medicine,
    e.PregnancyRecorded: lambda p: (f"Pregnant: {ANSWERS[p.answer]}", p.basis),
    e.BodyMeasured: _body,
    e.CriterionOverridden: lambda p: (
        f"Criterion overridden: {p.criterion}{f' for {disorder_name(p.disorder.value)}' if p.disorder else ''}",
        p.reason,
    ),
    e.DecisionSigned: _decision,
    e.ConsentSigned: lambda p: (
        f"Consent signed: {p.protocol_id} {p.protocol_version}",
        f"{p.signed_name}; agreed to {_grants(p.grants)}",
    ),
    e.ConsentWithdrawn: lambda p: (f"Consent withdrawn: {_grants(p.grants)}", p.words),
    e.CoursePlanned: lambda p: (f"Course planned: {p.protocol_id} {p.protocol_version}", p.goals),
    e.CourseStopped: lambda p: ("Course stopped", p.reason),
    e.CourseReviewed: lambda p: (f"Reviewed, the course goes on: {'; '.join(p.shown)}", p.reason),
    e.DoseGiven: lambda p: (
        f"Dose given: {p.mg} mg",
        f"{p.mg_per_kg} mg/kg" if p.mg_per_kg is not None else "not weighed",
    ),
    e.CheckInInvited: lambda p: (f"Check-in invited: {p.line}", ""),
    e.StoryWritten: lambda p: ("The patient wrote", p.words),
    e.ConcernRaised: lambda p: ("Concern raised", p.text),
    e.ConcernAnswered: lambda p: ("Concern answered", p.action),
    e.EscortRecorded: lambda p: (f"Escort: {p.name} ({p.relation})", p.phone),
    e.EntryRetracted: lambda p: ("An entry was retracted", p.reason),
    e.ChartClosed: lambda p: ("Chart closed", p.reason),
}
