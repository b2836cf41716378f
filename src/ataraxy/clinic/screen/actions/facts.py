"""Facts about a patient: diagnosis, earlier treatments, conditions, medicines, pregnancy, body.

Every function writes once for a ``key``, and takes the moment a fact was true as ``at`` (default: now).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ataraxy.catalog.load import cautions, treatments
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart, chart_events
from ataraxy.clinic.people.models import Patient
from ataraxy.core.chart.events import (
    Answer,
    BodyMeasured,
    ConditionRecorded,
    CriterionOverridden,
    DiagnosisRecorded,
    EntryRetracted,
    EscortRecorded,
    MedicineGroupRecorded,
    PregnancyRecorded,
    ScaleAnswered,
    TreatmentAttested,
    TreatmentKind,
    TreatmentRecorded,
)
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.adequacy import NONE_TRIED
from ataraxy.core.protocol.dosing import HEAVIEST_KG, LIGHTEST_KG
from ataraxy.core.protocol.types import Disorder

OTHER = "other"
RETRACTABLE = (
    DiagnosisRecorded,
    ScaleAnswered,
    TreatmentRecorded,
    TreatmentAttested,
    ConditionRecorded,
    MedicineGroupRecorded,
    PregnancyRecorded,
    BodyMeasured,
    CriterionOverridden,
    EscortRecorded,
)
SHORTEST_CM, TALLEST_CM = Decimal(100), Decimal(250)  # outside: a slip of the keyboard, not an adult's height


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer about a condition or a group of medicines, with what was said about it."""

    answer: Answer
    note: str = ""
    dose: str = ""


def record_diagnosis(
    ctx: Context, patient: Patient, disorder: Disorder, icd10: str, basis: str, *, key: str | None = None
) -> None:
    append_chart(ctx, patient.id, Entry(DiagnosisRecorded(disorder, icd10, basis)), key=key)


def record_treatment(
    ctx: Context,
    patient: Patient,
    treatment: TreatmentRecorded,
    *,
    corrects: UUID | None = None,
    key: str | None = None,
) -> None:
    """One earlier treatment; what nobody remembers stays None.

    Raises:
        InputRefused: the treatment is in no table (then it is "other"), or a number is impossible.
    """
    _refuse_unknown_treatment(treatment)
    dose = treatment.dose_mg_per_day
    if dose is not None and dose <= 0:
        raise InputRefused("A dose is above zero.", "Leave it empty when it is not known.", "dose_mg_per_day")
    append_chart(ctx, patient.id, Entry(treatment, corrects=corrects), key=key)


def _refuse_unknown_treatment(given: TreatmentRecorded) -> None:
    tables = treatments().values()
    drugs = {row.id for table in tables for row in table.drugs}
    therapies = {row.id for table in tables for row in table.psychotherapies}
    known = (drugs if given.kind is TreatmentKind.DRUG else therapies) | {OTHER, NONE_TRIED}
    if given.treatment not in known and not given.treatment.startswith(f"{OTHER}: "):
        raise InputRefused(
            f"{given.treatment!r} is not in the table of treatments.",
            "Choose from the list, or 'other'.",
            "treatment",
        )


def record_conditions(
    ctx: Context, patient: Patient, answers: Mapping[str, Asked], *, key: str | None = None
) -> None:
    """What was asked about conditions, each with yes, no or not known.

    Raises:
        InputRefused: nothing was answered, or a condition is not in the catalog.
    """
    _refuse_strangers(answers, cautions().conditions)
    entries = [Entry(ConditionRecorded(name, a.answer, a.note)) for name, a in answers.items()]
    append_chart(ctx, patient.id, *entries, key=key)


def record_medicines(
    ctx: Context, patient: Patient, answers: Mapping[str, Asked], *, key: str | None = None
) -> None:
    """What was asked about groups of medicines; ``note`` names the medicine.

    Raises:
        InputRefused: nothing was answered, or a group is not in the catalog.
    """
    _refuse_strangers(answers, cautions().medicine_groups)
    entries = [Entry(MedicineGroupRecorded(name, a.answer, a.note, a.dose)) for name, a in answers.items()]
    append_chart(ctx, patient.id, *entries, key=key)


def _refuse_strangers(answers: Mapping[str, Asked], known: Mapping[str, object]) -> None:
    if not answers:
        raise InputRefused("No question was answered.", "Answer at least one; 'not known' is an answer.")
    if strangers := set(answers) - set(known):
        raise InputRefused(f"{min(strangers)!r} is not in the catalog.", "Choose from the list.")


def record_pregnancy(
    ctx: Context,
    patient: Patient,
    answer: Answer,
    basis: str,
    *,
    at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Pregnancy, and how it is known; where it is not possible the answer is no and ``basis`` says why."""
    if answer is not Answer.UNKNOWN and not basis.strip():
        raise InputRefused("How this is known is missing.", "Name the test, or why none is needed.", "basis")
    append_chart(ctx, patient.id, Entry(PregnancyRecorded(answer, basis), at), key=key)


def record_body(
    ctx: Context,
    patient: Patient,
    weight_kg: Decimal,
    height_cm: Decimal | None,
    *,
    at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Weight and height as measured.

    Raises:
        InputRefused: a weight or height that no adult has (a slip of the keyboard, or another unit).
    """
    if not LIGHTEST_KG <= weight_kg <= HEAVIEST_KG:
        raise InputRefused(
            f"{weight_kg} kg is not plausible for an adult.",
            "Check the number; it is in kilograms.",
            "weight_kg",
        )
    if height_cm is not None and not SHORTEST_CM <= height_cm <= TALLEST_CM:
        raise InputRefused(
            f"{height_cm} cm is not plausible for an adult.",
            "Check the number; it is in centimetres.",
            "height_cm",
        )
    append_chart(ctx, patient.id, Entry(BodyMeasured(weight_kg, height_cm), at), key=key)


def retract_entry(
    ctx: Context,
    patient: Patient,
    entry: UUID,
    reason: str,
    *,
    key: str | None = None,
    seen: int | None = None,
) -> None:
    """Mark one entry as wrong; both stay in the record, and nothing is known from it any more.

    Raises:
        InputRefused: no reason, no such entry, or one that is undone in another way (a consent is withdrawn,
            a course stopped, a decision replaced by the next).
    """
    if not reason.strip():
        raise InputRefused("The reason is missing.", "Say what was wrong with the entry.", "reason")
    held = next((e for e in chart_events(patient.id) if e.envelope.id == entry), None)
    if held is None or not isinstance(held.payload, RETRACTABLE):
        raise InputRefused(
            "This entry is not retracted.", "Withdraw a consent, stop a course, or decide again."
        )
    append_chart(ctx, patient.id, Entry(EntryRetracted(reason), corrects=entry), key=key, seen=seen)
