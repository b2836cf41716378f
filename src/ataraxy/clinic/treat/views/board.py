from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.people.access import CLINICAL, staff_of
from ataraxy.clinic.treat.queries.board import board as cards


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every room, readable from three metres. It names nobody in full, so it is no chart."""
    ctx = staff_of(request, *CLINICAL)  # as the live stream of the board
    context = {"cards": cards(ctx), "now": ctx.now}
    return render(request, "treat/board.html", context)
