"""What people do in a session, one function per verb; each transaction is ``treat/record.py``'s."""

from ataraxy.clinic.treat.actions.amend import correct, override, retract
from ataraxy.clinic.treat.actions.arrival import arrive, check, escort, screen
from ataraxy.clinic.treat.actions.decide import decide_dose
from ataraxy.clinic.treat.actions.dose import (
    Shown,
    finish,
    pause,
    resume,
    spray,
    start,
    start_already_in,
    stop,
)
from ataraxy.clinic.treat.actions.doubt import from_paper, mark_artefact, move_entry
from ataraxy.clinic.treat.actions.emergency import (
    end_emergency,
    log_emergency,
    review_emergency,
    start_emergency,
    take_role,
)
from ataraxy.clinic.treat.actions.handover import accept, offer
from ataraxy.clinic.treat.actions.leave import end
from ataraxy.clinic.treat.actions.monitor import bind, unbind
from ataraxy.clinic.treat.actions.observe import note, resolve, side_effect, vital
from ataraxy.clinic.treat.actions.orders import countersign, give_bolus, give_medicine, order
from ataraxy.clinic.treat.actions.prepare import as_planned, check_syringe, name_cover, prepare_syringe
from ataraxy.clinic.treat.actions.pump import change_rate, read_pump
from ataraxy.clinic.treat.actions.quarantine import assign, discard

__all__ = [
    "Shown",
    "accept",
    "arrive",
    "as_planned",
    "assign",
    "bind",
    "change_rate",
    "check",
    "check_syringe",
    "correct",
    "countersign",
    "decide_dose",
    "discard",
    "end",
    "end_emergency",
    "escort",
    "finish",
    "from_paper",
    "give_bolus",
    "give_medicine",
    "log_emergency",
    "mark_artefact",
    "move_entry",
    "name_cover",
    "note",
    "offer",
    "order",
    "override",
    "pause",
    "prepare_syringe",
    "read_pump",
    "resolve",
    "resume",
    "retract",
    "review_emergency",
    "screen",
    "side_effect",
    "spray",
    "start",
    "start_already_in",
    "start_emergency",
    "stop",
    "take_role",
    "unbind",
    "vital",
]
