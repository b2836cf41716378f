"""The verdict on one patient under one protocol version, and the gates that hang on it.

``decision`` leaves consent out: it is asked after the prescriber's decision. ``course`` is the whole gate,
for planning; ``standing`` is what must still hold before each session (conditions, medicines, consent).
"""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.catalog.load import cautions, instruments, treatments
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.core.chart.chart import Chart
from ataraxy.core.protocol.eligibility import Verdict, judge
from ataraxy.core.protocol.gate import ALWAYS, STANDING, Gate, gate
from ataraxy.core.protocol.types import CriterionKind, Disorder, Protocol

BEFORE_CONSENT = ALWAYS - {CriterionKind.CONSENT}


@dataclass(frozen=True, slots=True)
class Judged:
    row: ActivatedProtocol
    protocol: Protocol
    disorder: Disorder
    verdicts: tuple[Verdict, ...]
    decision: Gate
    course: Gate
    standing: Gate

    def verdict(self, criterion: str) -> Verdict | None:
        return next((v for v in self.verdicts if v.criterion.id == criterion), None)


def judged(
    ctx: Context, patient: Patient, chart: Chart, row: ActivatedProtocol, disorder: Disorder
) -> Judged:
    """Every criterion's verdict now, and the three gates. Days count on the clinic's calendar."""
    protocol = protocol_of(row)
    table = treatments().get(disorder)
    verdicts = judge(protocol, disorder, chart, table, ctx.today, patient.birth_date, _names())

    def at(kinds: frozenset[CriterionKind]) -> Gate:
        return gate(protocol, disorder, verdicts, chart.overrides, demo=ctx.clinic.is_demo, kinds=kinds)

    return Judged(row, protocol, disorder, verdicts, at(BEFORE_CONSENT), at(ALWAYS), at(STANDING))


def _names() -> dict[str, str]:
    """What conditions, groups of medicines and scales are called on the page."""
    asked = cautions()
    conditions = {key: one.name for key, one in asked.conditions.items()}
    groups = {key: one.name for key, one in asked.medicine_groups.items()}
    return conditions | groups | {key: one.name for key, one in instruments().items()}


def closed_words(shut: Gate) -> str:
    """Why a gate is closed, in one sentence a line."""
    return " ".join(f"{one.criterion or 'Protocol'}: {one.reason}." for one in shut.closed_by)
