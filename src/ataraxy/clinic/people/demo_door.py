"""The log-in page of a demo: one button a role. Only where every clinic of the database is a demo."""

from __future__ import annotations

from ataraxy.clinic.people.models import Clinic, Staff

DEMO_DOMAIN = "stillwater.example"
# printed at every start; it guards nobody's data
DEMO_PASSWORD = "stillwater-demo-2026"  # noqa: S105  # nosec B105


def demo_door() -> list[Staff]:
    """The demo's staff, or nobody when a real clinic lives here."""
    if Clinic.objects.filter(is_demo=False).exists():
        return []
    staff = Staff.objects.filter(user__email__endswith=f"@{DEMO_DOMAIN}", active=True).select_related("user")
    return list(staff.order_by("name"))
