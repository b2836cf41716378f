"""A questionnaire is answered: scored, missing items told, a concern raised where an answer asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ataraxy.catalog.load import instruments
from ataraxy.clinic.audit.append import Entry
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart
from ataraxy.clinic.people.models import Patient
from ataraxy.core.chart.events import ConcernRaised, ScaleAnswered
from ataraxy.core.errors import InputRefused
from ataraxy.core.scales.score import Score, score, score_total
from ataraxy.core.scales.types import Instrument


def answer_scale(
    ctx: Context,
    patient: Patient,
    scale: str,
    answers: Sequence[int | None],
    *,
    at: datetime | None = None,
    key: str | None = None,
) -> Score:
    """Item answers in order (None: left out). An item left out leaves the total open; it never counts as 0.

    Raises:
        InputRefused: not one answer was given, or one is impossible.
    """
    instrument = instrument_of(scale)
    if all(answer is None for answer in answers):
        raise InputRefused("No item was answered.", "Answer the items, or go back.")
    scored = score(instrument, answers)
    _write(ctx, patient, instrument, tuple(answers), scored, at, key)
    return scored


def enter_total(
    ctx: Context,
    patient: Patient,
    scale: str,
    total: Decimal,
    *,
    at: datetime | None = None,
    key: str | None = None,
) -> Score:
    """A total that was added up on paper, for an instrument whose items may not be shown here."""
    instrument = instrument_of(scale)
    scored = score_total(instrument, total)
    _write(ctx, patient, instrument, (), scored, at, key)
    return scored


def instrument_of(scale: str) -> Instrument:
    try:
        return instruments()[scale]
    except KeyError:
        raise InputRefused(
            f"There is no scale {scale!r} here.", "Choose one from the list.", "scale"
        ) from None


def _write(
    ctx: Context,
    patient: Patient,
    instrument: Instrument,
    answers: tuple[int | None, ...],
    scored: Score,
    at: datetime | None,
    key: str | None,
) -> None:
    answered = ScaleAnswered(instrument.id, instrument.version, answers, scored.total)
    with transaction.atomic():
        written = append_chart(ctx, patient.id, Entry(answered, at), key=key)
        concerns = [Entry(ConcernRaised(w.envelope.id, text)) for w in written for text in scored.concerns]
        if concerns:
            append_chart(ctx, patient.id, *concerns)
