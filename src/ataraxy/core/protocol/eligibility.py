"""Who may be treated: a verdict for every criterion, with the facts used. It never says "approve"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import Answer, GrantKind, TreatmentKind
from ataraxy.core.protocol.adequacy import Finding, TrialVerdict, weigh
from ataraxy.core.protocol.treatments import TreatmentTable
from ataraxy.core.protocol.types import Criterion, CriterionKind, Disorder, Protocol, Status
from ataraxy.core.record.envelope import Recorded

__all__ = ["Finding", "Verdict", "judge"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the chart says about one criterion.

    ``facts`` are the lines shown; ``as_of_seq`` is the last chart event they rest on (0: none); ``unknown``
    names the parts nobody has answered, which no signature can stand in for; ``attested`` counts trials that
    rest on the prescriber's word.
    """

    criterion: Criterion
    finding: Finding
    facts: tuple[str, ...]
    source: str
    status: Status
    as_of_seq: int = 0
    unknown: tuple[str, ...] = ()
    attested: int = 0
    trials: tuple[TrialVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything a criterion may look at."""

    protocol: Protocol
    disorder: Disorder
    chart: Chart
    table: TreatmentTable | None
    now: datetime
    birth_date: date | None
    names: Mapping[str, str]

    def name(self, key: str) -> str:
        return self.names.get(key, key)

    def day(self, entry: Recorded[Any]) -> str:
        """The day of an entry on the calendar ``now`` is told in: 23 Nov 2026."""
        at = entry.envelope.at.astimezone(self.now.tzinfo)
        return f"{at.day} {at:%b %Y}"


@dataclass(frozen=True, slots=True)
class _Fact:
    """The answer to one question, and the words that show it."""

    finding: Finding
    words: str
    seq: int = 0


def judge(
    protocol: Protocol,
    disorder: Disorder,
    chart: Chart,
    table: TreatmentTable | None,
    now: datetime,
    birth_date: date | None,
    names: Mapping[str, str] | None = None,
) -> tuple[Verdict, ...]:
    """Judge every criterion that applies to ``disorder``, in the order of the file.

    Args:
        table: the first-line treatments of the disorder; without it earlier trials stay unknown.
        now: the moment of judging, with a time zone. Later facts are not used.
        birth_date: None when it is not known.
        names: what conditions, groups of medicines and scales are called in the facts shown; else by their keys.
    """
    case = _Case(protocol, disorder, chart, table, now, birth_date, names or {})
    return tuple(
        JUDGES[criterion.kind](criterion, case)
        for criterion in protocol.eligibility
        if criterion.applies_to(disorder)
    )


def _verdict(criterion: Criterion, *facts: _Fact, **more: Any) -> Verdict:
    """All facts together: one against is enough to be not met; else one unknown leaves it unknown."""
    findings = {fact.finding for fact in facts}
    finding = Finding.UNKNOWN if not findings or Finding.UNKNOWN in findings else Finding.MET
    if Finding.NOT_MET in findings:
        finding = Finding.NOT_MET
    return Verdict(
        criterion,
        finding,
        tuple(fact.words for fact in facts),
        criterion.source,
        criterion.status,
        max((fact.seq for fact in facts), default=0),
        tuple(fact.words for fact in facts if fact.finding is Finding.UNKNOWN),
        **more,
    )


def _unknown(words: str) -> _Fact:
    return _Fact(Finding.UNKNOWN, words)


def _fact(met: bool, words: str, seq: int = 0) -> _Fact:
    return _Fact(Finding.MET if met else Finding.NOT_MET, words, seq)


# --- diagnosis, age, severity --------------------------------------------------------------------


def _diagnosis(criterion: Criterion, case: _Case) -> Verdict:
    indication = case.protocol.indication(case.disorder)
    if indication is None:
        words = f"{case.disorder.value.upper()} is not an indication of this protocol"
        return _verdict(criterion, _fact(False, words))
    recorded = case.chart.diagnosis
    if recorded is None or recorded.envelope.at > case.now:
        return _verdict(criterion, _unknown("no diagnosis is recorded"))
    found = recorded.payload
    words = f"{found.disorder.value.upper()} ({found.icd10}), by {found.basis} ({case.day(recorded)})"
    return _verdict(criterion, _fact(found.disorder is case.disorder, words, recorded.envelope.seq))


def age_years(birth_date: date, today: date) -> int:
    """Completed years; a person born on 29 February has the birthday on 1 March in other years."""
    before_birthday = (today.month, today.day) < (birth_date.month, birth_date.day)
    return today.year - birth_date.year - before_birthday


def _age(criterion: Criterion, case: _Case) -> Verdict:
    if case.birth_date is None or case.birth_date > case.now.date():
        return _verdict(criterion, _unknown("the date of birth is not known"))
    age = age_years(case.birth_date, case.now.date())
    young = criterion.at_least_years is not None and age < criterion.at_least_years
    old = criterion.at_most_years is not None and age > criterion.at_most_years
    return _verdict(criterion, _fact(not young and not old, f"{age} years old"))


def _severity(criterion: Criterion, case: _Case) -> Verdict:
    indication = case.protocol.indication(case.disorder)
    if indication is None:
        return _verdict(criterion, _unknown("no threshold for this disorder is in the protocol"))
    wanted = indication.severity
    answer = case.chart.latest_answer(wanted.scale, case.now)
    needed = f"at least {wanted.at_least} needed, not older than {wanted.within_days} days"
    scale = case.name(wanted.scale)
    if answer is None:
        return _verdict(criterion, _unknown(f"{scale} was not answered; {needed}"))
    total, seq = answer.payload.total, answer.envelope.seq
    if total is None:
        words = f"{scale} of {case.day(answer)} has items missing; {needed}"
        return _verdict(criterion, _Fact(Finding.UNKNOWN, words, seq))
    words = f"{scale} {total} on {case.day(answer)}; {needed}"
    if case.now - answer.envelope.at > timedelta(days=wanted.within_days):
        return _verdict(criterion, _Fact(Finding.UNKNOWN, f"too old: {words}", seq))
    return _verdict(criterion, _fact(total >= wanted.at_least, words, seq))


# --- earlier trials ------------------------------------------------------------------------------


def _trials(criterion: Criterion, case: _Case) -> Verdict:
    if case.table is None:
        return _verdict(criterion, _unknown("no table of first-line treatments for this disorder"))
    entries = [t for t in case.chart.treatments if t.record.envelope.at <= case.now]
    weighed = tuple(weigh(entry, case.table) for entry in entries)
    wanted = (
        (TreatmentKind.DRUG, criterion.drug_trials or 0),
        (TreatmentKind.PSYCHOTHERAPY, criterion.psychotherapy_trials or 0),
    )
    facts = [_enough([w for w in weighed if w.kind is kind], kind, least) for kind, least in wanted if least]
    attested = sum(w.attested for w in weighed)
    return _verdict(criterion, *facts, attested=attested, trials=weighed)


def _enough(weighed: list[TrialVerdict], kind: TreatmentKind, least: int) -> _Fact:
    """Enough adequate trials of one kind? Trials not yet known may still make up the number."""
    adequate = len({w.trial.record.payload.treatment for w in weighed if w.finding is Finding.MET})
    open_ = sum(w.finding is Finding.UNKNOWN for w in weighed)
    seq = max((_trial_seq(w) for w in weighed), default=0)
    words = f"Adequate {kind.value} trials: {adequate} of {least} needed"
    if not weighed:
        return _unknown(f"Earlier {kind.value} treatments were not asked; {least} needed")
    if adequate < least and adequate + open_ >= least:
        return _Fact(Finding.UNKNOWN, f"{words}; {open_} not known", seq)
    return _fact(adequate >= least, words, seq)


def _trial_seq(weighed: TrialVerdict) -> int:
    attested = weighed.trial.attested
    return max(weighed.trial.record.envelope.seq, attested.envelope.seq if attested else 0)


# --- conditions, medicines, pregnancy, consent ---------------------------------------------------

SAID = {Answer.YES: "yes", Answer.NO: "no", Answer.UNKNOWN: "not known"}


def _absent(
    key: str, entry: Recorded[Any] | None, criterion: Criterion, case: _Case, note: str = ""
) -> _Fact:
    """A thing that must not be there: yes speaks against, never asked and do not know leave it open."""
    name = _sentence(case.name(key))
    if entry is None or entry.envelope.at > case.now:
        return _unknown(f"{name}: not asked")
    words, seq = f"{name}: {SAID[entry.payload.answer]}{note} ({case.day(entry)})", entry.envelope.seq
    if entry.payload.answer is Answer.YES:
        return _Fact(Finding.NOT_MET, words, seq)
    if entry.payload.answer is Answer.UNKNOWN or _too_old(entry, criterion, case.now):
        return _Fact(Finding.UNKNOWN, words, seq)
    return _Fact(Finding.MET, words, seq)


def _too_old(entry: Recorded[Any], criterion: Criterion, now: datetime) -> bool:
    within = criterion.within_days
    return within is not None and now - entry.envelope.at > timedelta(days=within)


def _conditions(criterion: Criterion, case: _Case) -> Verdict:
    asked = case.chart.conditions
    facts = [_absent(key, asked.get(key), criterion, case) for key in criterion.conditions]
    return _verdict(criterion, *facts)


def _medicines(criterion: Criterion, case: _Case) -> Verdict:
    facts = []
    for key in criterion.medicine_groups:
        entry = case.chart.medicine_groups.get(key)
        name = f", {entry.payload.name}" if entry is not None and entry.payload.name else ""
        facts.append(_absent(key, entry, criterion, case, name))
    return _verdict(criterion, *facts)


def _pregnancy(criterion: Criterion, case: _Case) -> Verdict:
    entry = case.chart.pregnancy
    basis = f", by {entry.payload.basis}" if entry is not None else ""
    return _verdict(criterion, _absent("pregnancy", entry, criterion, case, basis))


def _consent(criterion: Criterion, case: _Case) -> Verdict:
    """Signed on this very text. Absence is known: nothing was signed, so it is not met."""
    protocol = case.protocol
    grants = case.chart.grants_in_force(protocol.id, protocol.version, protocol.sha256)
    given = GrantKind.TREATMENT in grants
    seq = max((consent.record.envelope.seq for consent in case.chart.consents), default=0)
    words = (
        "consent to treatment is in force" if given else "no consent to treatment on this version is in force"
    )
    return _verdict(criterion, _fact(given, words, seq))


def _sentence(name: str) -> str:
    return name[:1].upper() + name[1:]


JUDGES: dict[CriterionKind, Callable[[Criterion, _Case], Verdict]] = {
    CriterionKind.DIAGNOSIS: _diagnosis,
    CriterionKind.AGE: _age,
    CriterionKind.SEVERITY: _severity,
    CriterionKind.TRIALS: _trials,
    CriterionKind.ABSENT_CONDITION: _conditions,
    CriterionKind.ABSENT_MEDICINE: _medicines,
    CriterionKind.NOT_PREGNANT: _pregnancy,
    CriterionKind.CONSENT: _consent,
}


def counts(verdicts: Iterable[Verdict]) -> dict[Finding, int]:
    """How many criteria are met, not met and unknown."""
    found = [verdict.finding for verdict in verdicts]
    return {finding: found.count(finding) for finding in Finding}
