"""What every page about one patient shows first: who it is about, and where they stand on the pathway."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.access import CLINICAL, DESK
from ataraxy.clinic.people.models import Patient, Role, Stage
from ataraxy.clinic.plan.models import Session

STEPS = ("screen", "consent", "plan", "treat", "follow")
LABELS = {"screen": "Screen", "consent": "Consent", "plan": "Plan", "treat": "Treat", "follow": "Follow"}
OPEN_TO: dict[str, tuple[Role, ...]] = {"screen": CLINICAL, "consent": DESK, "plan": DESK, "follow": CLINICAL}

# Stage -> (the step where it stands, the state of that step, what is said aloud)
WHERE: dict[str, tuple[str, str, str]] = {
    Stage.SCREEN: ("screen", "now", "now"),
    Stage.NOT_TREATED: ("screen", "held", "decided: not treated"),
    Stage.CONSENT: ("consent", "now", "now"),
    Stage.PLAN: ("plan", "now", "now"),
    Stage.TREAT: ("treat", "now", "now"),
    Stage.FOLLOW: ("follow", "now", "now"),
    Stage.STOPPED: ("treat", "held", "the course was stopped"),
    Stage.CLOSED: ("follow", "done", "closed"),
}


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    url: str
    state: str
    words: str
    is_current: bool


def frame(ctx: Context, patient: Patient, here: str = "") -> dict[str, object]:
    """``who``, ``steps`` and ``patient`` for a page whose own step is ``here`` ("screen", "plan" ...)."""
    return {"patient": patient, "who": who(patient), "steps": steps(ctx, patient, here)}


def who(patient: Patient) -> dict[str, object]:
    return {"name": patient.full_name, "born": patient.birth_date, "number": patient.record_number}


def steps(ctx: Context, patient: Patient, here: str) -> list[Step]:
    """The pathway, each step with its page where this person's role opens it."""
    stand, state, words = WHERE[patient.summary.stage]
    now = STEPS.index(stand)
    found = []
    for index, name in enumerate(STEPS):
        mine = (state, words) if index == now else ("done", "done") if index < now else ("ahead", "ahead")
        found.append(Step(LABELS[name], _url(ctx, patient, name), *mine, is_current=name == here))
    return found


def _url(ctx: Context, patient: Patient, step: str) -> str:
    staff = ctx.signer()
    if step == "treat":
        session = _session_to_open(ctx, patient)
        opens = session is not None and staff.has_role(*CLINICAL)
        return reverse("treat:session", args=[session]) if opens else ""
    if not staff.has_role(*OPEN_TO[step]):
        return ""
    names = {"screen": "screen:screening", "consent": "consent:consent", "plan": "plan:plan"}
    return reverse(names.get(step, "follow:patient"), args=[patient.id])


def _session_to_open(ctx: Context, patient: Patient) -> UUID | None:
    """The session that runs, else the next one booked, else the last one."""
    rows = Session.objects.filter(clinic=ctx.clinic, patient=patient).exclude(ended="cancelled")
    going = rows.filter(ended="").order_by("during").values_list("id", flat=True).first()
    return going or rows.order_by("-during").values_list("id", flat=True).first()
