"""Invite a patient to read the consent, take the signature, take it back."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction

from ataraxy.clinic.audit.append import Entry, lock_head
from ataraxy.clinic.consent.models import ConsentInvitation
from ataraxy.clinic.consent.queries import open_invitation
from ataraxy.clinic.consent.text import consent_text
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.chart import append_chart, chart_of
from ataraxy.clinic.people.links import make_link
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.core.chart.events import ConsentSigned, ConsentWithdrawn, DecisionKind, GrantKind
from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Disorder

LINK = "consent"
OPEN_FOR = timedelta(days=7)


def invite_to_consent(
    ctx: Context, patient: Patient, row: ActivatedProtocol, disorder: Disorder
) -> ConsentInvitation:
    """A link to read and sign, open for a week; an invitation that is still open is used again.

    Raises:
        InputRefused: no signed decision to treat on this version, or the version is retired.
    """
    _refuse_undecided(patient, row)
    with transaction.atomic():
        lock_head(ctx, patient.id)
        known = open_invitation(ctx, patient, row)
        return known or ConsentInvitation.objects.create(
            id=ctx.new_id(),
            clinic=ctx.clinic,
            patient=patient,
            protocol=row,
            disorder=disorder.value,
            invited_by=ctx.signer(),
            invited_at=ctx.now,
            closes_at=ctx.now + OPEN_FOR,
        )


def _refuse_undecided(patient: Patient, row: ActivatedProtocol) -> None:
    if row.retired_at is not None:
        raise InputRefused("This protocol version is retired.", "Invite to the version that is active now.")
    decisions = chart_of(patient.id).decisions
    last = decisions[-1].payload if decisions else None
    if last is None or last.decision is not DecisionKind.TREAT or last.protocol_sha256 != row.sha256:
        raise InputRefused(
            "No prescriber has decided to treat on this protocol version.",
            "Consent is asked after the decision.",
        )


def link_of(invitation: ConsentInvitation) -> str:
    """The token of the invitation's link."""
    return make_link(LINK, invitation.id, invitation.closes_at)


def sign_consent(
    ctx: Context,
    invitation: ConsentInvitation,
    grants: Collection[GrantKind],
    points_read: Collection[str],
    signed_name: str,
    *,
    key: str | None = None,
) -> None:
    """The patient agrees: every point acknowledged, treatment granted, the own name typed.

    Raises:
        InputRefused: the invitation is over, a point was not acknowledged, treatment was not granted, or the
            name is not this patient's.
    """
    patient, row = invitation.patient, invitation.protocol
    text = consent_text(protocol_of(row))
    _refuse_over(ctx, invitation)
    missing = [point for point in text.points if point not in points_read]
    if missing:
        raise InputRefused(
            f"{len(missing)} of {len(text.points)} points are not ticked yet.",
            "Read each one, and ask us about anything that is not clear.",
            f"point-{missing[0]}",
        )
    if GrantKind.TREATMENT not in grants:
        raise InputRefused(
            "You have not agreed to the treatment.",
            "Tick it, or close this page: nothing was signed.",
            "treatment",
        )
    _refuse_other_name(patient, signed_name)
    with transaction.atomic():
        held = ConsentInvitation.objects.select_for_update().get(id=invitation.id)
        if held.signed_at is not None:
            return
        signed = ConsentSigned(
            protocol_id=row.protocol_id,
            protocol_version=row.version,
            protocol_sha256=row.sha256,
            text_sha256=text.sha256,
            language=text.language,
            grants=tuple(grant for grant in GrantKind if grant in grants),
            points_read=text.points,
            signed_name=signed_name.strip(),
        )
        append_chart(ctx, patient.id, Entry(signed), key=key)
        ConsentInvitation.objects.filter(id=held.id).update(signed_at=ctx.now)


def _refuse_over(ctx: Context, invitation: ConsentInvitation) -> None:
    if invitation.protocol.retired_at is not None:
        raise InputRefused(
            "This treatment plan has a newer version.", "Call the clinic and ask for a new link."
        )
    if invitation.signed_at is None and ctx.now >= invitation.closes_at:
        raise InputRefused("This link has expired.", "Call the clinic and ask for a new one.")


def _refuse_other_name(patient: Patient, typed: str) -> None:
    """Hazard: the tablet is in another patient's hands."""
    if _plain(patient.family_name) not in _plain(typed):
        raise InputRefused(
            "This is not the name this consent was made for.", "Type your first and last name.", "signed_name"
        )


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


def withdraw_consent(
    ctx: Context,
    patient: Patient,
    grants: Collection[GrantKind],
    words: str,
    *,
    key: str | None = None,
) -> None:
    """The patient takes agreement back, in their own words if they wish. It holds from this moment."""
    chosen = tuple(grant for grant in GrantKind if grant in grants)
    if not chosen:
        raise InputRefused("Nothing was chosen.", "Choose what is withdrawn.", "grants")
    append_chart(ctx, patient.id, Entry(ConsentWithdrawn(chosen, words.strip())), key=key)
