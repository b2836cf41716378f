from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.figures import flow_sheet as figure
from ataraxy.clinic.people.access import CLINICAL
from ataraxy.clinic.treat.queries.flow import flow_sheet as sheet_of
from ataraxy.clinic.treat.queries.log import monitor_labels
from ataraxy.clinic.treat.queries.predicted import predicted_pressure
from ataraxy.clinic.treat.queries.room import session_names
from ataraxy.clinic.treat.views.reach import page, session_of


@require_safe
def flow_sheet(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The session as an anaesthesia record, on a page of its own and on paper."""
    at = session_of(request, session_id, *CLINICAL)
    asked = request.GET.get("predicted") == "yes"  # H-035: hidden until a person asks for it
    sheet = sheet_of(
        at.protocol,
        at.state,
        at.ctx.now,
        at.ctx.zone,
        session_names(at),
        labels=monitor_labels(at.state),
        predicted=predicted_pressure(at) if asked else None,
    )
    return page(
        request,
        "treat/flow_sheet.html",
        at,
        sheet=figure.draw(sheet),
        sheet_latest=figure.draw(sheet, narrow=True),
        sheet_table=figure.table(sheet),
        predicted=sheet.predicted is not None,
        asked=asked,
        dose=at.state.dose,
    )
