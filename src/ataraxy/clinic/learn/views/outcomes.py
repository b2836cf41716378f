from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ataraxy.clinic.figures import proportions as figure
from ataraxy.clinic.learn.queries.outcomes import cohorts
from ataraxy.clinic.learn.queries.table import Sheet, bars, csv_rows, sheet
from ataraxy.clinic.people.access import staff_of
from ataraxy.clinic.people.models import Role

ALSO_SEES_CHARTS = (Role.DIRECTOR, Role.PRESCRIBER, Role.THERAPIST)
READS = (*ALSO_SEES_CHARTS, Role.RESEARCHER)


@require_safe
def outcomes(request: HttpRequest) -> HttpResponse:
    """What became of everybody who started; as a page, or with ``?as=csv`` as a file."""
    ctx = staff_of(request, *READS)
    hide_small = not ctx.signer().has_role(*ALSO_SEES_CHARTS)
    sheets = [sheet(one, hide_small=hide_small) for one in cohorts(ctx)]
    if request.GET.get("as") == "csv":
        return _file(sheets)
    drawn = [(one, figure.draw(bars(one)), figure.table(bars(one))) for one in sheets]
    return render(request, "learn/outcomes.html", {"drawn": drawn, "hide_small": hide_small, "now": ctx.now})


def _file(sheets: list[Sheet]) -> HttpResponse:
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="outcomes.csv"'},
    )
    csv.writer(response).writerows(csv_rows(sheets))
    return response
