from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import own, staff_of
from ataraxy.clinic.people.views.respond import ask
from ataraxy.clinic.pharmacy import actions
from ataraxy.clinic.pharmacy.forms import ChargeForm, CloseForm, ExplainForm
from ataraxy.clinic.pharmacy.models import Balance, Discrepancy, Vial
from ataraxy.clinic.pharmacy.queries.differing import RESOLUTIONS, WHAT, shown
from ataraxy.clinic.pharmacy.rights import CLOSERS, KEEPERS
from ataraxy.clinic.pharmacy.views.page import Facts, act_page
from ataraxy.core.pharmacy.discrepancy import ALLOWED, Resolution, What

ROWS = Discrepancy.objects.select_related(
    "vial__product", "administration__patient", "line__count"
).prefetch_related("steps__by")


@require_safe
def discrepancies(request: HttpRequest) -> HttpResponse:
    """Where the books and what is there differ: what is open first."""
    ctx = staff_of(request, *KEEPERS)
    rows = [shown(row) for row in ROWS.filter(clinic=ctx.clinic)]
    context = {
        "open": [one for one in rows if one.is_open],
        "closed": [one for one in rows if not one.is_open],
        "may_close": ctx.signer().has_role(*CLOSERS),
    }
    return render(request, "pharmacy/discrepancies.html", context)


def _here(request: HttpRequest, discrepancy_id: UUID, *roles: str) -> tuple[Context, Discrepancy]:
    ctx = staff_of(request, *roles)
    return ctx, own(ctx, ROWS.all(), id=discrepancy_id)


def _facts(ctx: Context, row: Discrepancy) -> Facts:
    facts: list[tuple[str, object]] = [("What", WHAT[What(row.what)]), ("How much", shown(row).amount)]
    for step in row.steps.all():
        when = step.at.astimezone(ctx.zone)
        facts.append((f"{step.step.capitalize()} by {step.by.name}, {when:%-d %b %Y, %H:%M}", step.words))
    return facts


def explain(request: HttpRequest, discrepancy_id: UUID) -> HttpResponse:
    """Say how the difference came about."""
    ctx, row = _here(request, discrepancy_id, *KEEPERS)
    form = ExplainForm(request)

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading=f"Explain discrepancy {row.number}",
            button="Save",
            back=reverse("pharmacy:discrepancies"),
            lead="Somebody else closes it.",
            facts=_facts(ctx, row),
        )

    def act() -> HttpResponse:
        actions.explain(ctx, row, form.cleaned_data["words"], key=form.act_key)
        messages.success(request, "Explained. Another person closes it.")
        return redirect("pharmacy:discrepancies")

    return ask(request, form, draw, act)


def close(request: HttpRequest, discrepancy_id: UUID) -> HttpResponse:
    """Close what is explained; the books are put right where they were wrong."""
    ctx, row = _here(request, discrepancy_id, *CLOSERS)
    form = CloseForm(request)
    form.offer(ctx)
    allowed = ALLOWED[What(row.what)]
    form.fields["resolution"].choices = [(r.value, RESOLUTIONS[r]) for r in allowed]  # type: ignore[attr-defined]

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading=f"Close discrepancy {row.number}",
            button="Close it",
            back=reverse("pharmacy:discrepancies"),
            lead="You have looked at it with a second person, and you did not explain it yourself.",
            facts=_facts(ctx, row),
        )

    def act() -> HttpResponse:
        g = form.cleaned_data
        second = form.second(request, ctx)
        actions.close(ctx, row, Resolution(g["resolution"]), g["words"], second, key=form.act_key)
        if g["resolution"] == Resolution.LOSS:
            messages.warning(request, "Closed as a loss. Report it: the facts are on the loss report.")
        else:
            messages.success(request, "Closed.")
        return redirect("pharmacy:discrepancies")

    return ask(request, form, draw, act)


def charge(request: HttpRequest, discrepancy_id: UUID) -> HttpResponse:
    """Charge a dose to the vial it came from."""
    ctx, row = _here(request, discrepancy_id, *KEEPERS)
    vials = {str(v.id): v for v in _candidates(row)}
    form = ChargeForm(request)
    form.fields["vial"].offer([(key, _words(v)) for key, v in vials.items()])  # type: ignore[attr-defined]

    def draw(status: int) -> HttpResponse:
        return act_page(
            request,
            form,
            status,
            heading=f"Charge the dose of discrepancy {row.number}",
            button="It came from this vial",
            back=reverse("pharmacy:discrepancies"),
            lead="Look at the vial itself: does what is left in it agree?",
            facts=_facts(ctx, row),
        )

    def act() -> HttpResponse:
        vial = vials[form.cleaned_data["vial"]]
        actions.charge(ctx, row, vial, form.cleaned_data["reason"], key=form.act_key)
        messages.success(request, f"Charged to {vial.label}. Now explain the discrepancy.")
        return redirect("pharmacy:discrepancies")

    return ask(request, form, draw, act)


def _candidates(row: Discrepancy) -> list[Vial]:
    if row.what != What.DOSE:
        return []
    there = Balance.objects.filter(clinic=row.clinic_id, place__in=("safe", "vial"), ml__gt=0).values("vial")
    rows = Vial.objects.filter(id__in=there, product__substance=row.substance).select_related("product")
    return list(rows)


def _words(vial: Vial) -> str:
    return f"{vial.label}: {vial.product}, lot {vial.lot}"
