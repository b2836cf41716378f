from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.context import Context
from ataraxy.clinic.papers import ledger
from ataraxy.clinic.people.access import own, record_read, staff_of
from ataraxy.clinic.people.models import Patient
from ataraxy.clinic.pharmacy.models import Act, Count, Discrepancy
from ataraxy.clinic.pharmacy.rights import KEEPERS

LOG_DAYS = timedelta(days=30)


@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """What can be printed: inventories, the log of some days, discrepancies, a theft or loss."""
    ctx = staff_of(request, *KEEPERS)
    first, last = _days(ctx, request)
    losses = Discrepancy.objects.filter(clinic=ctx.clinic, what="missing").prefetch_related("steps")
    counts = Count.objects.filter(clinic=ctx.clinic).select_related("location", "counted_by", "checked_by")
    context = {"counts": counts[:20], "losses": losses, "first": first, "last": last}
    return render(request, "pharmacy/papers.html", context)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The administration log as PDF. It names patients: each is put on record as read."""
    ctx = staff_of(request, *KEEPERS)
    first, last = _days(ctx, request)
    part = _log(ctx, first, last, "pharmacy:log")
    return _pdf(ctx, ledger.log_paper(ctx, part, first, last), f"log-{first}-{last}")


@require_safe
def log_csv(request: HttpRequest) -> HttpResponse:
    """The same log as CSV, every field in a column of its own."""
    ctx = staff_of(request, *KEEPERS)
    first, last = _days(ctx, request)
    return _csv(_log(ctx, first, last, "pharmacy:log-csv"), f"log-{first}-{last}")


def _log(ctx: Context, first: date, last: date, view: str) -> ledger.Part:
    acts: list[Act] = ledger.log_acts(ctx, first, last)
    for patient in Patient.objects.filter(id__in={a.patient_id for a in acts if a.patient_id}):
        record_read(ctx, patient, view, "role")
    return ledger.log_part(ctx, acts)


@require_safe
def inventory(request: HttpRequest, count_id: UUID) -> HttpResponse:
    """An inventory as two people counted it."""
    ctx, count = _count(request, count_id)
    paper = ledger.inventory_paper(ctx, count, ledger.inventory_part(count))
    return _pdf(ctx, paper, f"inventory-{count.at:%Y-%m-%d}")


@require_safe
def inventory_csv(request: HttpRequest, count_id: UUID) -> HttpResponse:
    _, count = _count(request, count_id)
    return _csv(ledger.inventory_part(count), f"inventory-{count.at:%Y-%m-%d}")


def _count(request: HttpRequest, count_id: UUID) -> tuple[Context, Count]:
    ctx = staff_of(request, *KEEPERS)
    rows = Count.objects.select_related("location", "counted_by", "checked_by")
    return ctx, own(ctx, rows, id=count_id)


@require_safe
def discrepancy_report(request: HttpRequest) -> HttpResponse:
    ctx = staff_of(request, *KEEPERS)
    rows = Discrepancy.objects.filter(clinic=ctx.clinic).order_by("number")
    rows = rows.select_related("vial", "administration__patient").prefetch_related("steps__by")
    return _pdf(ctx, ledger.discrepancy_paper(ctx, rows), "discrepancies")


@require_safe
def loss_report(request: HttpRequest, discrepancy_id: UUID) -> HttpResponse:
    """The facts of a theft or loss; it is not the form, and reports nothing by itself."""
    ctx = staff_of(request, *KEEPERS)
    rows = Discrepancy.objects.select_related("vial__product", "administration__patient")
    row = own(ctx, rows.prefetch_related("steps__by"), id=discrepancy_id)
    return _pdf(ctx, ledger.loss_paper(ctx, row), f"loss-{row.number}")


def _days(ctx: Context, request: HttpRequest) -> tuple[date, date]:
    """``?from=`` and ``?to=``; without them, or with something that is no day, the last days."""
    last = _day(request.GET.get("to", "")) or ctx.today.date()
    first = _day(request.GET.get("from", "")) or last - LOG_DAYS
    return min(first, last), max(first, last)


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _pdf(ctx: Context, paper: ledger.Paper, name: str) -> HttpResponse:
    return _file(ledger.as_pdf(ctx, paper), "application/pdf", f"{name}.pdf", "inline")


def _csv(part: ledger.Part, name: str) -> HttpResponse:
    return _file(ledger.as_csv(part).encode(), "text/csv; charset=utf-8", f"{name}.csv", "attachment")


def _file(made: bytes, kind: str, name: str, how: str) -> HttpResponse:
    headers = {"Content-Disposition": f'{how}; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type=kind, headers=headers)
