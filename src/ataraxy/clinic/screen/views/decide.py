"""The prescriber decides and signs, on the verdicts shown."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import staff_of, writes_chart
from ataraxy.clinic.people.chart import chart_of, human_seq
from ataraxy.clinic.people.describe import disorder_name
from ataraxy.clinic.people.forms import PillsField, SignedForm, WordsField
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.signing import signed_by
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.decisions import sign_decision
from ataraxy.clinic.screen.queries import judged_or_404, verdict_rows
from ataraxy.core.chart.events import DecisionKind

DECISIONS = [(DecisionKind.TREAT.value, "Treat"), (DecisionKind.DO_NOT_TREAT.value, "Do not treat")]


class DecideForm(SignedForm):
    decision = PillsField(DECISIONS, label="Decision")
    reason = WordsField(label="Why")


def decide(request: HttpRequest, patient_id: UUID, protocol: int, disorder: str) -> HttpResponse:
    staff_of(request, Role.PRESCRIBER)
    ctx, patient = writes_chart(request, patient_id, Role.PRESCRIBER)
    form = DecideForm(request, seen=human_seq(patient.id))
    chart = chart_of(patient.id)
    now = judged_or_404(ctx, patient, chart, protocol, disorder)
    meaning = (
        f"I have judged this patient for {disorder_name(disorder).lower()} under {now.row.protocol_id}, "
        f"version {now.row.version}, on the verdicts shown on this page, and decide as marked above."
    )

    def draw(status: int) -> HttpResponse:
        rows = verdict_rows(patient.id, chart, now)
        shown = {"form": form, "now": now, "verdicts": rows, "meaning": meaning}
        texts = {one.criterion: one.text for one in rows}
        closed = [
            (c.criterion, texts.get(c.criterion, "The protocol"), c.reason) for c in now.decision.closed_by
        ]
        shown |= {"disorder": disorder_name(disorder), "closed": closed}
        return render(request, "screen/decide.html", frame(ctx, patient, "screen") | shown, status=status)

    def act() -> HttpResponse:
        signed_by(request, ctx, Role.PRESCRIBER)
        given = form.cleaned_data
        decision = DecisionKind(given["decision"])
        sign_decision(
            ctx,
            patient,
            now.row,
            now.disorder,
            decision,
            given["reason"],
            key=form.act_key,
            seen=form.act_seen,
        )
        messages.success(request, "The decision is signed.")
        if decision is DecisionKind.TREAT:
            return redirect("consent:consent", patient.id)
        return redirect("screen:screening", patient.id)

    return ask(request, form, draw, act)
