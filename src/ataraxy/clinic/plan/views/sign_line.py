"""The director answers for lines that no label, guidance or trial carries."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.clinic.people.forms import SignedForm
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.plan.actions.protocols import sign_lines
from ataraxy.clinic.plan.models import ActivatedProtocol
from ataraxy.clinic.plan.queries import activated_version, unsigned_claims
from ataraxy.core.protocol.lines import Claim

MEANING = (
    "I have read the lines ticked above, know that they rest on no label, guidance or trial that was read, "
    "and take responsibility for treating patients by them."
)


class SignLinesForm(SignedForm):
    def __init__(self, request: HttpRequest, row: ActivatedProtocol) -> None:
        self.claims = unsigned_claims(row)
        super().__init__(request)

    def prepare(self) -> None:
        for claim in self.claims:
            self.fields[claim.id] = forms.BooleanField(label=claim.text, required=False)

    def lines(self) -> list[tuple[Claim, forms.BoundField, Cited]]:
        return [(claim, self[claim.id], cited(claim.source, claim.status)) for claim in self.claims]

    def ticked(self) -> list[str]:
        return [claim.id for claim in self.claims if self.cleaned_data[claim.id]]


def sign_line(request: HttpRequest, protocol_id: str, version: str) -> HttpResponse:
    ctx = staff_of(request, Role.DIRECTOR)
    row = activated_version(ctx, protocol_id, version)
    if row is None:
        raise Http404
    form = SignLinesForm(request, row)

    def draw(status: int) -> HttpResponse:
        context = {"form": form, "row": row, "meaning": MEANING}
        return render(request, "plan/sign_line.html", context, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, Role.DIRECTOR)
        signed = sign_lines(ctx, row, form.ticked(), key=form.act_key)
        messages.success(request, f"{len(signed)} signed.")
        return redirect("plan:protocol", protocol_id, version)

    return ask(request, form, draw, act)
