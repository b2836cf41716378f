from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ataraxy.clinic.figures import flow_sheet as figure
from ataraxy.clinic.people.access import BEDSIDE, CLINICAL
from ataraxy.clinic.treat.forms import VitalForm
from ataraxy.clinic.treat.queries import room
from ataraxy.clinic.treat.queries.around import around, told_late
from ataraxy.clinic.treat.queries.flow import flow_sheet
from ataraxy.clinic.treat.queries.log import log, monitor_labels
from ataraxy.clinic.treat.queries.notices import physiological, technical
from ataraxy.clinic.treat.views.reach import page, session_of
from ataraxy.clinic.treat.words import mg_words
from ataraxy.core.protocol.types import Phase

RECENT = 8


@require_safe
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The session room: one next action, the live numbers, what is missing, the flow sheet and the record."""
    at = session_of(request, session_id, *CLINICAL)
    names = room.session_names(at)
    link = room.monitor_link(at.state, session_id, at.ctx.now)
    shown = room.live_tiles(at, names, link)
    labels = monitor_labels(at.state)
    sheet = flow_sheet(at.protocol, at.state, at.ctx.now, at.ctx.zone, names, labels=labels)
    steps = room.arrival_steps(at, names) if at.state.phase is Phase.ARRIVAL else []
    leaving = room.discharge_steps(at, names) if at.state.phase is Phase.OBSERVATION else []
    bedside = at.ctx.signer().has_role(*BEDSIDE)
    written = log(at.state, at.protocol, names)
    return page(
        request,
        "treat/session.html",
        at,
        banner=room.banner(at),
        tiles=shown,
        link=link,
        due=room.due_lines(at),
        steps=steps,
        open_steps=room.held_first(s for s in steps if not s.holds),
        done_steps=[s for s in steps if s.holds],
        leaving=leaving,
        open_leaving=room.held_first(s for s in leaving if not s.holds),
        done_leaving=[s for s in leaving if s.holds],
        effects=room.open_effects(at, names),
        **around(at, names),
        physiological=physiological(at),
        technical=technical(at, link, shown),
        sheet=figure.draw(sheet),
        sheet_latest=figure.draw(sheet, narrow=True),
        sheet_table=figure.table(sheet),
        recent=written[:RECENT],
        earlier=written[RECENT:],
        vital_form=VitalForm(request, at),
        acts=bedside and at.state.ending is None,
        may_correct=bedside,
        opens_board=at.ctx.signer().has_role(*CLINICAL),
        may_stop=at.ctx.signer().has_role(*CLINICAL),
        dose=at.state.dose,
        mg_given=mg_words(at.state, at.decision.mg_given),
        late=told_late(at) if bedside else (),
    )
