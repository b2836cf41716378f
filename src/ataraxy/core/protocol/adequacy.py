"""Was an earlier treatment an adequate trial? Dose, weeks and adherence against the cited table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ataraxy.core.chart.chart import EarlierTreatment
from ataraxy.core.chart.events import Answer, Outcome, TreatmentKind, TreatmentRecorded
from ataraxy.core.protocol.treatments import DrugRow, PsychotherapyRow, TreatmentTable, Weeks

NONE_TRIED = "none"  # the treatment of an entry that says: asked, and nothing of this kind was tried


class Finding(StrEnum):
    MET = "met"
    NOT_MET = "not-met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """One question about a trial: was the dose enough, the weeks, the adherence, and did it fail?"""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class TrialVerdict:
    """One earlier treatment weighed. ``attested`` ones count, but apart, and say so."""

    trial: EarlierTreatment
    name: str
    finding: Finding
    attested: bool
    reasons: tuple[str, ...]
    source: str

    @property
    def kind(self) -> TreatmentKind:
        return self.trial.record.payload.kind


def weigh(trial: EarlierTreatment, table: TreatmentTable) -> TrialVerdict:
    """Whether this was an adequate trial that did not help enough.

    A fact that is missing leaves the trial unknown, unless the prescriber attested it. An attestation never
    turns a known shortfall into an adequate trial.
    """
    record = trial.record.payload
    name, source, parts = _parts(record, table)
    finding = _all(parts)
    attested = finding is Finding.UNKNOWN and trial.attested is not None
    reasons = tuple(part.reason for part in parts)
    if attested and trial.attested is not None:
        reasons = (*reasons, f"attested by the prescriber: {trial.attested.payload.explanation}")
        finding = Finding.MET
    return TrialVerdict(trial, name, finding, attested, reasons, source)


def _parts(record: TreatmentRecorded, table: TreatmentTable) -> tuple[str, str, tuple[Part, ...]]:
    if record.treatment == NONE_TRIED:
        return "none tried", "", (Part(Finding.NOT_MET, "nothing of this kind was tried"),)
    if record.kind is TreatmentKind.DRUG:
        drug = table.drug(record.treatment)
        if drug is not None:
            dose = (_dose(record, drug), _weeks(record, table.required_weeks))
            return drug.name, drug.source, (*dose, _adherence(record), _outcome(record))
    else:
        therapy = table.psychotherapy(record.treatment)
        if therapy is not None:
            return (
                therapy.name,
                therapy.source,
                (_sessions(record, therapy), _adherence(record), _outcome(record)),
            )
    return record.treatment, "", (Part(Finding.NOT_MET, f"not first-line for {table.disorder.value}"),)


def _all(parts: tuple[Part, ...]) -> Finding:
    findings = {part.finding for part in parts}
    if Finding.NOT_MET in findings:
        return Finding.NOT_MET
    return Finding.UNKNOWN if Finding.UNKNOWN in findings else Finding.MET


def _compare(met: bool, reason: str) -> Part:
    return Part(Finding.MET if met else Finding.NOT_MET, reason)


def _dose(record: TreatmentRecorded, row: DrugRow) -> Part:
    given, least = record.dose_mg_per_day, row.least_mg_per_day
    if least is None:
        return Part(Finding.UNKNOWN, "no minimum effective dose is in the table")
    if given is None:
        return Part(Finding.UNKNOWN, f"dose not known; at least {least} mg a day needed ({row.source})")
    return _compare(given >= least, f"{given} mg a day; at least {least} needed ({row.source})")


def _weeks(record: TreatmentRecorded, required: Weeks) -> Part:
    if record.weeks is None:
        return Part(Finding.UNKNOWN, f"weeks not known; at least {required.least} needed ({required.source})")
    enough = record.weeks >= required.least
    return _compare(enough, f"{record.weeks} weeks; at least {required.least} needed ({required.source})")


def _sessions(record: TreatmentRecorded, row: PsychotherapyRow) -> Part:
    least = row.least_sessions
    if record.sessions is None:
        return Part(Finding.UNKNOWN, f"sessions not known; at least {least} needed ({row.source})")
    return _compare(
        record.sessions >= least, f"{record.sessions} sessions; at least {least} needed ({row.source})"
    )


def _adherence(record: TreatmentRecorded) -> Part:
    match record.adherent:
        case Answer.YES:
            return Part(Finding.MET, "taken or attended as agreed")
        case Answer.NO:
            return Part(Finding.NOT_MET, "not taken or attended as agreed")
        case Answer.UNKNOWN:
            return Part(Finding.UNKNOWN, "adherence not known")


def _outcome(record: TreatmentRecorded) -> Part:
    match record.outcome:
        case Outcome.NON_RESPONSE:
            return Part(Finding.MET, "did not help")
        case Outcome.PARTIAL:
            return Part(Finding.MET, "helped only in part")
        case Outcome.INTOLERANCE:
            return Part(Finding.MET, "stopped because it was not tolerated")
        case Outcome.RESPONSE:
            return Part(Finding.NOT_MET, "helped: not a failed trial")
        case Outcome.UNKNOWN:
            return Part(Finding.UNKNOWN, "outcome not known")
