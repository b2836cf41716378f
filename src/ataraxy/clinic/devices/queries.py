"""The clinic's monitors and gateways, and what was heard of devices nobody knows."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Value

from ataraxy.clinic.context import Context
from ataraxy.clinic.devices.actions import BEGINS, digest_of
from ataraxy.clinic.devices.models import Gateway
from ataraxy.clinic.treat.models import Binding, Monitor, Quarantined, Sample
from ataraxy.clinic.treat.words import MEASURES
from ataraxy.core.protocol.types import Measure

A_MINUTE = timedelta(minutes=1)
LATELY = timedelta(minutes=5)
REASONS = {
    "code-unknown": "unmapped: no row of the code tables",
    "code-conflict": "its number and its name disagree",
    "code-incomplete": "only its number or its name is told",
    "not-charted": "known, and not charted",
    "unit-unknown": "its unit is not known or not told",
    "unit-unfit": "its unit does not measure this",
    "withdrawn": "the device says it has no value",
    "sentinel": "the device's sign for no value",
    "before-binding": "measured before the binding",
    "time-unreadable": "its time cannot be read",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A monitor, its room, and for whom it speaks now (a record number; empty: nobody)."""

    device: str
    label: str
    room: str
    bound_to: str
    bound_at: datetime | None


def monitors(ctx: Context) -> list[Known]:
    """Every monitor of the clinic, by room."""
    rows = Monitor.objects.filter(clinic=ctx.clinic).select_related("room").order_by("room_id", "label", "id")
    open_ = Binding.objects.filter(clinic=ctx.clinic, unbound_at__isnull=True).select_related(
        "session__patient"
    )
    bound = {binding.monitor_id: binding for binding in open_}
    return [_known(row, bound.get(row.id)) for row in rows]


def _known(row: Monitor, binding: Binding | None) -> Known:
    return Known(
        row.device,
        row.label,
        row.room.name if row.room else "",
        binding.session.patient.record_number if binding else "",
        binding.bound_at if binding else None,
    )


def heard_and_unknown(ctx: Context) -> list[str]:
    """Names of devices whose messages wait in quarantine and that nobody added."""
    known = Monitor.objects.filter(clinic=ctx.clinic).values("device")
    rows = Quarantined.objects.filter(clinic=ctx.clinic, settled_at__isnull=True).exclude(device="")
    return sorted(set(rows.exclude(device__in=known).values_list("device", flat=True).distinct()[:50]))


@dataclass(frozen=True, slots=True)
class NotCharted:
    """Values a bound monitor told lately and nobody charts: ``what`` is its own code or our measure."""

    label: str
    what: str
    reason: str
    count: int


def not_charted(ctx: Context) -> list[NotCharted]:
    """What the bound monitors told in the last minutes and could not be charted, so that a gap has its reason."""
    open_ = Binding.objects.filter(clinic=ctx.clinic, unbound_at__isnull=True)
    told = (
        Sample.objects.filter(
            clinic_id=ctx.clinic.id,
            session_id__in=open_.values("session_id"),
            received_at__gte=ctx.now - LATELY,
        )
        .exclude(absent="")
        .annotate(
            code=Func(F("original"), Value(" "), Value(1), function="split_part", output_field=CharField())
        )
        .values("monitor_id", "measure", "absent", "code")
        .annotate(count=Count("id"))
    )
    labels = dict(Monitor.objects.filter(clinic=ctx.clinic).values_list("id", "label"))
    found: dict[tuple[str, str, str], int] = {}
    for row in told:
        what = MEASURES[Measure(row["measure"])] if row["measure"] else row["code"].replace("^", " ")
        key = (labels.get(row["monitor_id"], ""), what, REASONS.get(row["absent"], row["absent"]))
        found[key] = found.get(key, 0) + row["count"]
    return [NotCharted(*key, count) for key, count in sorted(found.items())]


def gateways(ctx: Context) -> QuerySet[Gateway]:
    return Gateway.objects.filter(clinic=ctx.clinic).select_related("created_by", "revoked_by")


def gateway_of(token: str, now: datetime) -> Gateway | None:
    """The gateway a token belongs to, unless it was revoked; its use is noted to the minute."""
    kind, _, rest = token.partition("-")
    gateway = Gateway.objects.filter(prefix=rest.split("-", 1)[0], revoked_at__isnull=True).first()
    if kind != BEGINS or gateway is None or not hmac.compare_digest(bytes(gateway.digest), digest_of(token)):
        return None
    stale = Q(used_at__isnull=True) | Q(used_at__lt=now - A_MINUTE)
    Gateway.objects.filter(stale, id=gateway.id).update(used_at=now)
    return gateway
