"""The page a patient reads and signs: opened by a link, drawn the same way before, during and after signing."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ataraxy.clinic.consent.actions import LINK
from ataraxy.clinic.consent.models import ConsentInvitation
from ataraxy.clinic.consent.text import GRANTS, OPTIONAL, ConsentText, Point, consent_text
from ataraxy.clinic.context import Context, now_at, patient_context
from ataraxy.clinic.people.access import record_read
from ataraxy.clinic.people.chart import chart_of
from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.clinic.people.describe import GRANTS as GRANT_WORDS
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.links import read_link
from ataraxy.clinic.plan.queries import protocol_of
from ataraxy.core.chart.chart import Consent
from ataraxy.core.chart.events import GrantKind
from ataraxy.core.errors import InputRefused

EMERGENCY = {"US": "911"}


@dataclass(frozen=True, slots=True)
class Ticked:
    """One point and its box; ``source`` as it is cited."""

    point: Point
    box: forms.BoundField
    source: Cited


class ConsentForm(ActForm):
    """One box a point, the grants, and the name."""

    def __init__(self, request: HttpRequest, text: ConsentText) -> None:
        self.text = text
        super().__init__(request)

    def prepare(self) -> None:
        for point in self.text.points:
            self.fields[f"point-{point}"] = forms.BooleanField(
                label="I have read and understood this", required=False
            )
        for grant, words in GRANTS.items():
            self.fields[grant.value] = forms.BooleanField(label=words, required=False)
        self.fields["signed_name"] = forms.CharField(
            label="Your first and last name",
            max_length=160,
            help_text="Typing your name is your signature.",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def headings(self) -> list[tuple[str, list[Ticked]]]:
        return [
            (s.heading, [Ticked(p, self[f"point-{p.id}"], cited(p.source, p.status)) for p in s.points])
            for s in self.text.sections
        ]

    def optional(self) -> list[forms.BoundField]:
        return [self[grant.value] for grant in OPTIONAL]

    def read_points(self) -> list[str]:
        return [point for point in self.text.points if self.cleaned_data[f"point-{point}"]]

    def grants(self) -> list[GrantKind]:
        return [grant for grant in GRANTS if self.cleaned_data[grant.value]]


def invited(request: HttpRequest, token: str) -> tuple[Context, ConsentInvitation]:
    """The invitation behind a link, and the patient's own context; the read is on record.

    Raises:
        InputRefused: the link is damaged, forged or over.
    """
    rows = ConsentInvitation.objects.select_related("clinic", "patient__clinic", "protocol")
    # The token's own end is checked on the clinic's clock, which is known only once the invitation is read.
    invitation = rows.filter(id=read_link(LINK, token, None)).first()
    if invitation is None:
        raise InputRefused("This link leads nowhere.", "Call the clinic and ask for a new one.")
    read_link(LINK, token, now_at(invitation.clinic))
    ctx = patient_context(invitation.patient)
    record_read(ctx, invitation.patient, "consent:read", "own")
    return ctx, invitation


def text_of(invitation: ConsentInvitation) -> ConsentText:
    return consent_text(protocol_of(invitation.protocol))


def draw(
    request: HttpRequest, invitation: ConsentInvitation, form: ConsentForm, token: str, status: int = 200
) -> HttpResponse:
    """The text to read and sign, or the copy once it is signed."""
    clinic = invitation.clinic
    context = {
        "clinic_name": clinic.name,
        "clinic_phone": clinic.phone,
        "clinic_is_demo": clinic.is_demo,
        "emergency_number": EMERGENCY.get(clinic.jurisdiction, ""),
        "text": form.text,
        "token": token,
    }
    with timezone.override(clinic.zone):
        signed = signature_under(invitation, form.text)
        if signed is not None:
            return render(request, "consent/copy.html", context | copy_of(signed), status=status)
        return render(request, "consent/read.html", context | {"form": form}, status=status)


def signature_under(invitation: ConsentInvitation, text: ConsentText) -> Consent | None:
    """The signature given through this invitation."""
    if invitation.signed_at is None:
        return None
    consents = chart_of(invitation.patient_id).consents
    mine = [c for c in consents if c.record.payload.text_sha256 == text.sha256]
    return mine[-1] if mine else None


def copy_of(signed: Consent) -> dict[str, object]:
    """What a copy shows of the signature."""
    return {
        "signed": signed.record.payload,
        "signed_at": signed.record.envelope.at,
        "agreed": [GRANT_WORDS[grant] for grant in signed.record.payload.grants],
    }
