"""What a session leaves in the chart when it ends: the dose as it was given, and the check-ins after it.

Runs inside the transaction that appended to the session, with both heads locked. Does nothing while the
session goes on; run again after a correction it corrects what it wrote, never overwrites it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.schedule import schedule_check_ins
from ataraxy.clinic.people.chart import append_chart, chart_of
from ataraxy.clinic.plan.models import Session
from ataraxy.clinic.treat.dosing import PER_KG_STEP
from ataraxy.clinic.treat.drug import MOVES_DRUG
from ataraxy.core.chart.events import DoseGiven, EntryRetracted
from ataraxy.core.protocol.types import Disorder, Measure, Protocol
from ataraxy.core.session.events import SessionEnded
from ataraxy.core.session.state import SessionState


def after_the_end(
    ctx: Context, session: Session, protocol: Protocol, state: SessionState, entries: Sequence[Entry]
) -> None:
    """Chart the dose and book the check-ins, once the session has ended.

    Hazard: a rule of counting changes, and whoever writes the next note corrects the dose under their own name. So the
    chart's dose changes only by an entry that ends the session, tells of drug, or puts something right.
    """
    if state.ending is None:
        return
    dose = dose_given(session, state)
    if any(isinstance(e.payload, (*MOVES_DRUG, SessionEnded)) or e.corrects for e in entries):
        _chart(ctx, session, dose)
    if dose is not None:
        schedule_check_ins(ctx, session, protocol, Disorder(session.course.disorder), dose.started_at)


def dose_given(session: Session, state: SessionState) -> DoseGiven | None:
    """What went in: by the pump, or by rate and running time up to the end, or as it was told; and per kg of the weight
    it was made from."""
    if state.drug_since is None or state.ending is None:
        return None
    mg, planned = state.mg_in_all, state.dose.planned if state.dose else None
    measured = state.latest(Measure.WEIGHT)
    weight = planned.weight_kg if planned else measured.value if measured else None
    whole = planned is not None and mg == planned.mg
    per_kg = planned.mg_per_kg if planned and (whole or weight is None) else _per_kg(mg, weight)
    return DoseGiven(session.course_id, session.id, state.drug_since, mg, per_kg)


def _per_kg(mg: Decimal, weight_kg: Decimal | None) -> Decimal | None:
    return None if weight_kg is None else (mg / weight_kg).quantize(PER_KG_STEP)


def _chart(ctx: Context, session: Session, dose: DoseGiven | None) -> None:
    written = charted_dose(session)
    if written is None and dose is not None:
        append_chart(ctx, session.patient_id, Entry(dose))
    elif written is not None and dose is None:
        retracted = EntryRetracted("the session's record was corrected: no dose was given")
        append_chart(ctx, session.patient_id, Entry(retracted, corrects=written[0]))
    elif written is not None and dose is not None and written[1] != dose:
        append_chart(ctx, session.patient_id, Entry(dose, corrects=written[0]))


def charted_dose(session: Session) -> tuple[UUID, DoseGiven] | None:
    """The chart's entry about this session's dose that still stands."""
    doses = chart_of(session.patient_id).doses
    return next(((d.envelope.id, d.payload) for d in doses if d.payload.session == session.id), None)
