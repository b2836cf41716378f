"""What of a bound monitor's message a person must know of, though the rest of it is charted.

A value whose number and name disagree, a unit that fits nothing, a time nobody can read, a clock that is wrong: told in
the quarantine once a binding, not every second. The values themselves are all kept as samples, with their reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from ataraxy.clinic.treat.models import Quarantined
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.value import NotAvailable
from ataraxy.live.bindings import Bound, Trouble
from ataraxy.live.quarantine import LENGTH, keep_aside
from ataraxy.live.samples import Placed

DRIFT = timedelta(seconds=60)
CLOCK = Trouble(
    "The monitor's clock is more than 60 s from ours, or its messages come late.",
    "Set the monitor's clock and its time zone. Its values are charted at the time it tells, never later than now.",
)
SERVICE = "Tell whoever services the monitor. Its other values are charted."
SAYS = {
    NotAvailable.CODE_CONFLICT: ("its number and its name mean different things", SERVICE),
    NotAvailable.CODE_INCOMPLETE: ("only its number or only its name is told", SERVICE),
    NotAvailable.UNIT_UNKNOWN: ("its unit is not known here, or not told", "Set the monitor to tell its units."),
    NotAvailable.UNIT_UNFIT: ("its unit does not measure this", SERVICE),
    NotAvailable.TIME_UNREADABLE: ("its time cannot be read, so its age is not known", "Set the monitor's clock."),
}  # fmt: skip


def doubts(report: ParsedOru, received_at: datetime) -> tuple[Trouble, ...]:
    """What a person must know of, each once. ``received_at`` is by the wall's clock, as the monitor's is."""
    found: dict[Trouble, None] = {}
    if report.sent_at is not None and abs(report.sent_at - received_at) > DRIFT:
        found[CLOCK] = None
    for value in report.values:
        if value.not_available in SAYS:
            why, cure = SAYS[value.not_available]
            found[Trouble(f"Not charted: {value.raw_code[:100]}: {why}."[:LENGTH], cure)] = None
    return tuple(found)


def tell_doubts(one: Placed, report: ParsedOru) -> None:
    """Keep the message aside for each doubt its binding has not been told of; in the caller's transaction.

    Args:
        report: the message as the clinic's zone reads it; a time without a zone is no wrong clock.
    """
    for trouble in doubts(report, one.message.received_at):
        if trouble.cause in one.bound.doubts_told:
            continue
        if not _on_record(one.bound, trouble):
            keep_aside(one.message, trouble, one.bound.clinic.id, one.offset)
        transaction.on_commit(partial(one.bound.doubts_told.add, trouble.cause))


def _on_record(bound: Bound, trouble: Trouble) -> bool:
    rows = Quarantined.objects.filter(
        clinic=bound.clinic, device=bound.device, reason=trouble.cause, received_at__gte=bound.bound_at
    )
    return rows.exists()
