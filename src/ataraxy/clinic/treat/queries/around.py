"""The care around the dose as the session's page shows it: orders, what was given, the pump, hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from ataraxy.clinic.treat.care_words import EMERGENCIES, care_words, things_words
from ataraxy.clinic.treat.queries.room import Seat


@dataclass(frozen=True, slots=True)
class CareLine:
    """``waits``: a verbal order that nobody countersigned yet."""

    at: datetime
    words: str
    by: str
    waits: bool


def around(at: Seat, names: Mapping[UUID, str]) -> dict[str, Any]:
    """What the page says beside the dose itself."""
    care = at.state.care
    lines = [CareLine(o.at, care_words(o.order), _name(names, o.by), o.is_open) for o in care.orders]
    lines += [CareLine(g.at, care_words(g.what), _name(names, g.by), False) for g in care.given]
    offer = care.offer
    mine = offer is not None and offer.to == at.ctx.actor_id
    return {
        "care_lines": sorted(lines, key=lambda line: line.at, reverse=True),
        "to_countersign": any(o.order.prescriber == at.ctx.actor_id for o in care.to_countersign),
        "pump": care.pump[-1] if care.pump else None,
        "emergency": care.emergency,
        "emergency_kinds": [(kind.value, words) for kind, words in EMERGENCIES.items()],
        "offer_to_me": mine,
        "offer_words": f"{things_words(offer.things)}. {offer.note}".strip() if offer and mine else "",
    }


def told_late(at: Seat) -> list[tuple[str, str]]:
    """The address and the words of each page that charts, after the end, what went in before it; empty until then.

    Hazard: an injection that was given is never charted, because no page leads there any more once the session is over.
    """
    dose = at.state.dose
    if at.state.ending is None:
        return []
    at_once = at.protocol.dose.duration_min is None
    found = [("start", "The dose went in all the same")] if dose is None and at_once else []
    found += [("spray", "A spray went in")] if dose is not None and dose.next_spray else []
    found += [("pump", "The pump's own count")] if dose is not None and dose.is_infusion else []
    found += [("bolus", "Supplemental ketamine went in")] if dose is not None or not at_once else []
    pages = [*found, ("give", "A medicine or oxygen was given"), ("vital", "Values were measured")]
    return [(reverse(f"treat:{verb}", args=[at.session.id]), words) for verb, words in pages]


def _name(names: Mapping[UUID, str], who: UUID | None) -> str:
    return names.get(who, "") if who else ""
