"""The gate before treatment: open only when nothing stands against it and nothing is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ataraxy.core.chart.events import CriterionOverridden
from ataraxy.core.protocol.adequacy import Finding
from ataraxy.core.protocol.eligibility import Verdict
from ataraxy.core.protocol.types import (
    Criterion,
    CriterionKind,
    CriterionRole,
    Disorder,
    Override,
    Protocol,
    Use,
)
from ataraxy.core.record.envelope import Recorded

ALWAYS = frozenset(CriterionKind)
# before each later session: severity and earlier trials were settled when the course was decided
STANDING = frozenset(
    {
        CriterionKind.ABSENT_CONDITION,
        CriterionKind.ABSENT_MEDICINE,
        CriterionKind.NOT_PREGNANT,
        CriterionKind.CONSENT,
    }
)


@dataclass(frozen=True, slots=True)
class Closed:
    """One reason the gate is closed, in words for the screen."""

    criterion: str
    reason: str
    kind: CriterionKind | None = None
    can_be_overridden: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """``open`` never means "treat": a prescriber decides and signs."""

    open: bool
    closed_by: tuple[Closed, ...]
    overridden: tuple[str, ...]
    attested: int

    @property
    def waits_for_consent_only(self) -> bool:
        """Everything else is settled: the decision may be signed and the consent page shown."""
        return bool(self.closed_by) and all(one.kind is CriterionKind.CONSENT for one in self.closed_by)


def gate(
    protocol: Protocol,
    disorder: Disorder,
    verdicts: Iterable[Verdict],
    overrides: Iterable[Recorded[CriterionOverridden]] = (),
    *,
    demo: bool = False,
    kinds: frozenset[CriterionKind] = ALWAYS,
) -> Gate:
    """Whether every criterion that applies is met, or overridden by a reason signed after the fact was known.

    Args:
        overrides: the chart's signed overrides; those for other protocols, versions and disorders are ignored.
        demo: a demo clinic, which alone may use an indication marked ``use = "demo"``.
        kinds: which kinds of criteria count; ``STANDING`` for the later sessions of a course.
    """
    judged = {verdict.criterion.id: verdict for verdict in verdicts}
    signed = [o for o in overrides if _is_for(o.payload, protocol, disorder)]
    closed: list[Closed] = list(_closed_by_use(protocol, disorder, demo))
    overridden: list[str] = []
    counted = [c for c in protocol.eligibility if c.applies_to(disorder) and c.kind in kinds]
    for criterion in counted:
        verdict = judged.get(criterion.id)
        if verdict is not None and verdict.finding is Finding.MET:
            continue
        if verdict is not None and _is_overridden(verdict, signed):
            overridden.append(criterion.id)
        else:
            closed.append(_closed(criterion, verdict, signed))
    if not counted:
        closed.append(Closed("", "no criterion was judged"))
    attested = sum(judged[c.id].attested for c in counted if c.id in judged)
    return Gate(not closed, tuple(closed), tuple(overridden), attested)


def may_be_overridden(criterion: Criterion) -> bool:
    """Exclusions, pregnancy and consent have no override, whatever a file says."""
    return (
        criterion.override is Override.PRESCRIBER
        and criterion.role is not CriterionRole.EXCLUSION
        and criterion.kind not in (CriterionKind.NOT_PREGNANT, CriterionKind.CONSENT)
    )


def _is_for(override: CriterionOverridden, protocol: Protocol, disorder: Disorder) -> bool:
    """Hazard: the severity of one disorder is signed past, and the signature opens another disorder too."""
    same = (override.protocol_id, override.protocol_version) == (protocol.id, protocol.version)
    return same and bool(override.reason.strip()) and _same_disorder(override, protocol, disorder)


def _same_disorder(override: CriterionOverridden, protocol: Protocol, disorder: Disorder) -> bool:
    """An entry that does not say its disorder holds only where the disorder makes no difference."""
    if override.disorder is not None:
        return override.disorder is disorder
    kind = next((c.kind for c in protocol.eligibility if c.id == override.criterion), None)
    return kind in STANDING


def _is_overridden(verdict: Verdict, signed: list[Recorded[CriterionOverridden]]) -> bool:
    """A signature covers what was known when it was given: never an unknown, never a fact that came later."""
    if verdict.finding is not Finding.NOT_MET or verdict.unknown or not may_be_overridden(verdict.criterion):
        return False
    return any(_covers(one, verdict) for one in signed)


def _covers(one: Recorded[CriterionOverridden], verdict: Verdict) -> bool:
    return one.payload.criterion == verdict.criterion.id and one.envelope.seq > verdict.as_of_seq


def _closed(
    criterion: Criterion, verdict: Verdict | None, signed: list[Recorded[CriterionOverridden]]
) -> Closed:
    if verdict is None:
        return Closed(criterion.id, "was not judged", criterion.kind)
    if verdict.finding is Finding.UNKNOWN or verdict.unknown:
        return Closed(criterion.id, f"not known: {'; '.join(verdict.unknown)}", criterion.kind)
    may = may_be_overridden(criterion)
    late = may and any(one.payload.criterion == criterion.id for one in signed)
    again = " (the reason was signed before this was known: sign again)" if late else ""
    return Closed(criterion.id, f"not met: {'; '.join(verdict.facts)}{again}", criterion.kind, may)


def _closed_by_use(protocol: Protocol, disorder: Disorder, demo: bool) -> Iterable[Closed]:
    indication = protocol.indication(disorder)
    if indication is None:
        yield Closed("", f"{disorder.value.upper()} is not an indication of this protocol")
    elif indication.use is Use.DEMO and not demo:
        yield Closed(indication.id, "this indication is a draft for demonstration only")
