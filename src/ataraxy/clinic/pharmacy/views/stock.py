from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.models import Role
from ataraxy.clinic.pharmacy.models import Count, Product
from ataraxy.clinic.pharmacy.queries import shelf
from ataraxy.clinic.pharmacy.queries.life import account, held, life
from ataraxy.clinic.pharmacy.rights import CLOSERS, KEEPERS
from ataraxy.clinic.pharmacy.views.page import vial_here
from ataraxy.core.pharmacy.rules import registration_in_force
from ataraxy.core.pharmacy.stock import Registration


@require_safe
def stock(request: HttpRequest) -> HttpResponse:
    """What is on hand, by place; syringes that still hold something; what expires; what does not agree."""
    ctx = staff_of(request, *KEEPERS)
    rows = shelf.on_hand(ctx)
    places = [(one, _in_force(one, ctx.today.date())) for one in shelf.locations(ctx)]
    context = {
        "lots": shelf.by_lot(rows),
        "sums": shelf.sums(rows),
        "syringes": shelf.syringes(ctx),
        "locations": places,
        "products": Product.objects.filter(clinic=ctx.clinic),
        "open": shelf.open_discrepancies(ctx),
        "last_count": Count.objects.filter(clinic=ctx.clinic)
        .select_related("counted_by", "checked_by")
        .first(),
        "may_set_up": ctx.signer().has_role(Role.DIRECTOR),
    }
    return render(request, "pharmacy/stock.html", context)


def _in_force(location: object, today: object) -> Registration | None:
    rows = location.registrations.all()  # type: ignore[attr-defined]
    known = [Registration(r.location_id, r.registrant, r.number, r.expires_on) for r in rows]
    return registration_in_force(known, location.id, today)  # type: ignore[attr-defined, arg-type]


@require_safe
def vial(request: HttpRequest, vial_id: UUID) -> HttpResponse:
    """One vial's whole life, and where every 0.01 mL of it is. It names patients by number only."""
    ctx, row = vial_here(request, vial_id)
    context = {
        "vial": row,
        "lines": life(row),
        "account": account([row.id]),
        "held": held(row),
        "may_reverse": ctx.signer().has_role(*CLOSERS),
    }
    return render(request, "pharmacy/vial.html", context)
