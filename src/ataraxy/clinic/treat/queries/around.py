"""The care around the dose as the session's page shows it: orders, what was given, the pump, hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

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


def _name(names: Mapping[UUID, str], who: UUID | None) -> str:
    return names.get(who, "") if who else ""
