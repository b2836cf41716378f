from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.forms import ActForm
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.pharmacy.rights import KEEPERS
from ataraxy.clinic.treat.drug import bring_to_book
from ataraxy.clinic.treat.queries.reconcile import LOOK_BACK, compared, reconcile, session_named
from ataraxy.core.errors import InputRefused


class ReconcileForm(ActForm):
    session = forms.UUIDField(widget=forms.HiddenInput)


def reconciliation(request: HttpRequest) -> HttpResponse:
    """Every charted dose beside the ledger's; what differs is brought to the book, or told as a discrepancy."""
    ctx = staff_of(request, *KEEPERS)
    form = ReconcileForm(request)

    def draw(status: int) -> HttpResponse:
        rows = reconcile(ctx)
        context = {
            "rows": rows,
            "wrong": [one for one in rows if one.state == "not-met"],
            "told": [one for one in rows if one.state == "due"],
            "open": [one for one in rows if one.state == "unknown"],
            "days": LOOK_BACK.days,
            "form": form,
        }
        return render(request, "pharmacy/reconciliation.html", context, status=status)

    def act() -> HttpResponse:
        session = session_named(ctx, form.cleaned_data["session"])
        if session is None:
            raise InputRefused("There is no such session here.", "Choose one from the list.")
        bring_to_book(ctx, session.id)
        if any(one.state == "not-met" and one.to_book for one in compared(ctx, session)):
            raise InputRefused(
                "The ledger still does not agree.",
                "Look at the session's record; call whoever runs Ataraxy, and keep the syringe and the vial.",
            )
        messages.success(
            request, "The ledger holds what the session says. What no vial covers is a discrepancy."
        )
        return redirect("pharmacy:reconciliation")

    return ask(request, form, draw, act)
