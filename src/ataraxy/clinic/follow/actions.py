"""After the dose: ask, take the answer, let a named person answer what worries, keep the patient's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from ataraxy.catalog.library import instruments
from ataraxy.clinic.audit.append import Entry, already_done, lock_head
from ataraxy.clinic.context import Context
from ataraxy.clinic.follow.models import CheckIn
from ataraxy.clinic.people.access import CLINICAL, DESK
from ataraxy.clinic.people.chart import append_chart, chart_of
from ataraxy.clinic.people.links import make_link
from ataraxy.clinic.people.models import Patient, Role
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.events import (
    CheckInInvited,
    ConcernAnswered,
    ConcernRaised,
    GrantKind,
    ScaleAnswered,
    StoryWritten,
)
from ataraxy.core.errors import InputRefused, NotPermitted
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.scales.score import Score, score

LINK = "check-in"
CONCERNS_ANSWERED_BY = (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST)

Answers = Mapping[str, Sequence[int | None]]


def send(ctx: Context, check_in_id: UUID) -> str:
    """Invite the patient; the token of their link. Sent again, it is the same invitation, with its first time.

    Raises:
        InputRefused: it is answered, over, or a later session has taken its place.
    """
    _require(ctx, *DESK)
    with transaction.atomic():
        row = _locked(ctx, check_in_id)
        refuse_over(row, ctx)
        if row.invited_at is None:
            invited = CheckInInvited(row.id, row.line, row.session_id, row.due_at)
            append_chart(ctx, row.patient_id, Entry(invited))
            CheckIn.objects.filter(id=row.id).update(invited_at=ctx.now)
    return link_of(row)


def link_of(row: CheckIn) -> str:
    """The token of a check-in's link, good until it closes."""
    return make_link(LINK, row.id, row.closes_at)


def answer(
    ctx: Context, check_in_id: UUID, answers: Answers, *, words: str = "", key: str | None = None
) -> list[Recorded[Any]]:
    """The patient's answers to one check-in. An item left out leaves its total open; nothing counts as 0.

    An answer that must be looked at (PHQ-9 item 9 above zero, or left out) raises a concern in the same act.

    Raises:
        InputRefused: nothing was answered, an answer is impossible, or it is answered, over or not yet due.
    """
    with transaction.atomic():
        row = _locked(ctx, check_in_id)
        if already_done(ctx, key):
            return []
        refuse_over(row, ctx)
        refuse_early(row, ctx)
        scored = {scale: _scored(scale, given) for scale, given in answers.items() if scale in row.scales}
        told = {scale: pair for scale, pair in scored.items() if any(a is not None for a in pair[0])}
        if not told:
            raise InputRefused(
                "Nothing was answered.", "Answer what you can; you may leave single questions out."
            )
        entries = [Entry(_answered(row, scale, *pair)) for scale, pair in told.items()]
        if words.strip() and may_tell_story(chart_of(row.patient_id)):
            entries.append(Entry(StoryWritten(words.strip(), row.session_id)))
        written = append_chart(ctx, row.patient_id, *entries, key=key)
        _raise_concerns(ctx, row.patient_id, written, [pair[1] for pair in told.values()])
        skipped = [pair[1] for scale, pair in scored.items() if scale not in told]
        _raise_concerns(ctx, row.patient_id, written[:1] * len(skipped), skipped)
        CheckIn.objects.filter(id=row.id).update(answered_at=ctx.now)
        return written


def concern(
    ctx: Context, patient: Patient, raised: UUID, action: str, *, key: str | None = None
) -> list[Recorded[Any]]:
    """A named person says what was done about a concern.

    Raises:
        InputRefused: it is not open here, or nothing is said.
    """
    _require(ctx, *CONCERNS_ANSWERED_BY)
    if not action.strip():
        raise InputRefused(
            "The action is missing.", "Say what you did, whom you reached, and when.", "action"
        )
    with transaction.atomic():
        lock_head(ctx, patient.id)
        if already_done(ctx, key):
            return []
        if all(one.record.envelope.id != raised for one in chart_of(patient.id).open_concerns):
            raise InputRefused("This concern is not open any more.", "Reload: somebody may have answered it.")
        return append_chart(ctx, patient.id, Entry(ConcernAnswered(raised, action.strip())), key=key)


def story(
    ctx: Context, patient: Patient, words: str, *, session: UUID | None = None, key: str | None = None
) -> list[Recorded[Any]]:
    """The patient's own words, told to a member of staff. Only with the patient's grant for it.

    Raises:
        InputRefused: no such grant is in force, or there are no words.
    """
    _require(ctx, *CLINICAL)
    if not words.strip():
        raise InputRefused(
            "There are no words.", "Write down what the patient said, as they said it.", "words"
        )
    if not may_tell_story(chart_of(patient.id)):
        raise InputRefused(
            "The patient has not agreed to have their story kept.", "Ask for that consent first."
        )
    return append_chart(ctx, patient.id, Entry(StoryWritten(words.strip(), session)), key=key)


def may_tell_story(chart: Chart) -> bool:
    """A grant for the own story is in force, on whichever protocol version it was signed."""
    return any(GrantKind.STORY in consent.in_force for consent in chart.consents)


def refuse_over(row: CheckIn, ctx: Context) -> None:
    """Say kindly why this check-in takes no answer any more."""
    if row.answered_at is not None:
        raise InputRefused("These questions are answered already.", "Thank you; there is nothing left to do.")
    if row.superseded_by_id is not None:
        raise InputRefused(
            "There was another session since.", "Newer questions have taken the place of these."
        )
    if ctx.now >= row.closes_at:
        raise InputRefused("The time for these questions is over.", "The next ones will come.")


def refuse_early(row: CheckIn, ctx: Context) -> None:
    """Questions that look back over a time are not answered before that time is over."""
    if ctx.now < row.due_at:
        opens = row.due_at.astimezone(ctx.zone)
        raise InputRefused(
            f"These questions open on {opens.day} {opens:%b %Y, %H:%M}.", "Open the same link again then."
        )


def line_words(row: CheckIn) -> str:
    """The check-in in the protocol's own words."""
    protocol = protocol_of(row.session.course.protocol)
    return next((line.text for line in protocol.check_ins if line.id == row.line), row.line)


def _locked(ctx: Context, check_in_id: UUID) -> CheckIn:
    """The check-in, its chart's head locked first: the order every writer keeps."""
    rows = CheckIn.objects.filter(clinic=ctx.clinic)
    patient = rows.values_list("patient_id", flat=True).get(id=check_in_id)
    lock_head(ctx, patient)
    return rows.select_for_update(of=("self",)).get(id=check_in_id)


def _scored(scale: str, given: Sequence[int | None]) -> tuple[tuple[int | None, ...], Score]:
    return tuple(given), score(instruments()[scale], given)


def _answered(row: CheckIn, scale: str, given: tuple[int | None, ...], scored: Score) -> ScaleAnswered:
    version = instruments()[scale].version
    return ScaleAnswered(scale, version, given, scored.total, row.line, row.session_id)


def _raise_concerns(
    ctx: Context, patient: UUID, written: Sequence[Recorded[Any]], scores: Sequence[Score]
) -> None:
    """Entries and scores stand in the same order; what follows the scores is the story."""
    raised = [
        Entry(ConcernRaised(event.envelope.id, text))
        for event, scored in zip(written, scores, strict=False)
        for text in scored.concerns
    ]
    if raised:
        append_chart(ctx, patient, *raised)


def _require(ctx: Context, *roles: str) -> None:
    if not ctx.signer().has_role(*roles):
        names = ", ".join(Role(role).label.lower() for role in roles)
        raise NotPermitted("Your role does not do this.", f"Ask a {names}.")
