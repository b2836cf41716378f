"""What every staff page shows around its content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from ataraxy.clinic.people.access import CLINICAL, DESK, EVERYONE
from ataraxy.clinic.people.demo_door import DEMO_PASSWORD, demo_door
from ataraxy.clinic.people.models import Role, Staff


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    url: str
    is_current: bool


ENTRIES: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("Today", "home", DESK),
    ("Opening", "day:opening", DESK),
    ("Patients", "people:patients", DESK),
    ("Board", "treat:board", CLINICAL),
    ("Check-ins", "follow:due", DESK),
    ("Outcomes", "learn:outcomes", (Role.DIRECTOR, Role.RESEARCHER, Role.PRESCRIBER, Role.THERAPIST)),
    ("Evidence", "evidence:overview", EVERYONE),
    ("Protocols", "plan:protocols", CLINICAL),
    ("Stock", "pharmacy:stock", (Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)),
    ("Quarantine", "treat:quarantine", (Role.NURSE, Role.DIRECTOR)),
    ("Staff", "people:staff", (Role.DIRECTOR,)),
    ("Audit", "audit:record", (Role.DIRECTOR,)),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """``nav``: the entries this person's roles open; ``clinic_is_demo``: whether to show the ribbon."""
    staff: Staff | None = getattr(request, "staff", None)
    match = request.resolver_match
    here = match.view_name if match else ""
    if staff is None:
        door = demo_door() if here == "account_login" else []
        return {"nav": [], "clinic_is_demo": bool(door), "demo_door": door, "demo_password": DEMO_PASSWORD}
    nav = [
        Entry(label, reverse(name), name == here) for label, name, roles in ENTRIES if staff.has_role(*roles)
    ]
    return {
        "nav": nav,
        "clinic_is_demo": staff.clinic.is_demo,
        "running_doses": SimpleLazyObject(partial(_running_doses, staff)),
        "within_reach": SimpleLazyObject(partial(_within_reach, staff)),
    }


def _within_reach(staff: Staff) -> object:
    """Every session under way, for the emergency taps of a page that covers itself without a network."""
    from ataraxy.clinic.treat.queries.danger import in_reach

    return in_reach(staff)


def _running_doses(staff: Staff) -> object:
    """What the pause-and-stop bar shows on every page of whoever may pause: the bedside and those who sit with it."""
    from ataraxy.clinic.context import staff_context
    from ataraxy.clinic.treat.queries.running import running_doses

    return running_doses(staff_context(staff)) if staff.has_role(*CLINICAL) else []
