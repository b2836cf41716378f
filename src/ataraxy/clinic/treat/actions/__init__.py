"""What people do in a session, one function per verb; each transaction is ``treat/record.py``'s."""

from ataraxy.clinic.treat.actions.amend import correct, override, retract
from ataraxy.clinic.treat.actions.arrival import arrive, check, escort
from ataraxy.clinic.treat.actions.decide import decide_dose
from ataraxy.clinic.treat.actions.dose import Shown, finish, pause, resume, start, stop
from ataraxy.clinic.treat.actions.leave import end
from ataraxy.clinic.treat.actions.monitor import bind, unbind
from ataraxy.clinic.treat.actions.observe import note, resolve, side_effect, vital
from ataraxy.clinic.treat.actions.quarantine import assign, discard

__all__ = [
    "Shown",
    "arrive",
    "assign",
    "bind",
    "check",
    "correct",
    "decide_dose",
    "discard",
    "end",
    "escort",
    "finish",
    "note",
    "override",
    "pause",
    "resolve",
    "resume",
    "retract",
    "side_effect",
    "start",
    "stop",
    "unbind",
    "vital",
]
