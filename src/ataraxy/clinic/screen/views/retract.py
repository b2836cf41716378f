"""Mark one entry of a chart as wrong; both stay in the record."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ataraxy.clinic.people.access import CLINICAL, writes_chart
from ataraxy.clinic.people.chart import chart_events, human_seq
from ataraxy.clinic.people.forms import ActForm, WordsField
from ataraxy.clinic.people.page import frame
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.screen.actions.facts import RETRACTABLE, retract_entry
from ataraxy.clinic.screen.queries import entry_or_404


class RetractForm(ActForm):
    reason = WordsField(label="What was wrong", max_length=400)


def retract(request: HttpRequest, patient_id: UUID, entry: UUID) -> HttpResponse:
    ctx, patient = writes_chart(request, patient_id, *CLINICAL)
    form = RetractForm(request, seen=human_seq(patient.id))
    event, headline, detail = entry_or_404(ctx, chart_events(patient.id), entry)
    if not isinstance(event.payload, RETRACTABLE):
        raise Http404

    def draw(status: int) -> HttpResponse:
        shown = {"form": form, "headline": headline, "detail": detail, "at": event.envelope.at}
        return render(request, "screen/retract.html", frame(ctx, patient, "screen") | shown, status=status)

    def act() -> HttpResponse:
        reason = form.cleaned_data["reason"]
        retract_entry(ctx, patient, entry, reason, key=form.act_key, seen=form.act_seen)
        messages.success(request, "The entry no longer counts. Both stay in the record.")
        return redirect("people:patient", patient.id)

    return ask(request, form, draw, act)
