"""What the screen tells without a sound: about the patient, and apart from it about the wires.

Priorities and their colours follow IEC 60601-1-8: high is red and flashes at 2 Hz, medium yellow at 0.6 Hz, low cyan and
steady. The bedside monitor is the alarm; nothing here makes a sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from ataraxy.clinic.people.models import Role
from ataraxy.clinic.treat.models import Monitor, Quarantined, Sample
from ataraxy.clinic.treat.queries.room import Link, Seat
from ataraxy.clinic.treat.queries.tiles import Tile
from ataraxy.clinic.treat.words import MEASURES, first_capital
from ataraxy.core.protocol.types import Phase
from ataraxy.core.session.verdict import Hold, Pause, Reason, Stop

SILENT_FOR = timedelta(seconds=60)  # a silent monitor is worth more than a word from here on; proposed
MARKS = {"high": "!!!", "medium": "!!", "low": "!"}


@dataclass(frozen=True, slots=True)
class Notice:
    """``priority`` is high, medium or low; ``line`` is the rule's own words, ``what`` what is so now."""

    priority: str
    line: str
    what: str
    at: datetime | None = None
    url: str = ""
    label: str = ""

    @property
    def mark(self) -> str:
        return MARKS[self.priority]


def physiological(at: Seat) -> list[Notice]:
    """What the protocol's rules say about the patient now; one notice a reading, the strongest first.

    Hazard: one cuff that breaks five lines fills the screen, and is no longer read.
    """
    groups: dict[object, list[tuple[str, Reason]]] = {}
    for priority, reason in _speaking(at):
        groups.setdefault(reason.value.event if reason.value else reason.line, []).append((priority, reason))
    found = [_gathered(group) for group in groups.values()]
    return sorted(found, key=lambda notice: list(MARKS).index(notice.priority))


def _speaking(at: Seat) -> Iterator[tuple[str, Reason]]:
    stance = at.decision.stance
    level = "high" if isinstance(stance, Stop) else "medium"
    if isinstance(stance, Stop | Pause) or (isinstance(stance, Hold) and at.state.dose is not None):
        yield from ((level, reason) for reason in stance.reasons if reason.value)
    yield from (("medium", reason) for reason in at.decision.escalate)
    yield from (("low", reason) for reason in at.decision.cautions)


def _gathered(group: list[tuple[str, Reason]]) -> Notice:
    """One reading: what is past its limit at the strongest line, and what every line but a mere caution asks for."""
    strongest = min((priority for priority, _ in group), key=list(MARKS).index)
    what = dict.fromkeys(_named(reason) for priority, reason in group if priority == strongest)
    lines = dict.fromkeys(reason.text for priority, reason in group if priority in (strongest, "medium"))
    return Notice(strongest, " ".join(lines), "; ".join(what), group[0][1].at)


def _named(reason: Reason) -> str:
    """What is so now, with the measure by the name it has on its tile."""
    if reason.value is None:
        return first_capital(reason.what)
    return first_capital(reason.what.replace(reason.value.measure.value, MEASURES[reason.value.measure], 1))


def technical(at: Seat, link: Link, tiles: Sequence[Tile]) -> list[Notice]:
    """What is wrong with the measuring, never with the patient."""
    if at.state.ending is not None:
        return []
    return [*_link(at, link), *_stale(link, tiles), *_quarantine(at)]


def _link(at: Seat, link: Link) -> Iterator[Notice]:
    bind = reverse("treat:bind", args=[at.session.id])
    if link.state == "none":
        if at.state.phase in (Phase.DOSING, Phase.OBSERVATION):
            words = "Every value is typed by hand, when it is due."
            yield Notice("low", "No monitor speaks for this patient", words, None, bind, "Bind a monitor")
        return
    if link.state != "quiet":
        return
    last = Sample.objects.filter(session_id=at.session.id).order_by("-received_at")
    heard = last.values_list("received_at", flat=True).first()
    silent = heard is None or at.ctx.now - heard > SILENT_FOR
    what = "Look at the monitor. If it is dead, bind another one, or type what is due by hand."
    unbind = reverse("treat:unbind", args=[at.session.id])
    yield Notice("medium" if silent else "low", link.words, what, heard, unbind, "Unbind it")


def _stale(link: Link, tiles: Sequence[Tile]) -> Iterator[Notice]:
    """One line for all that the monitor no longer tells, so that a probe fallen off is not ten notices."""
    lost = [tile.name for tile in tiles if tile.source == link.device and link.device and _is_lost(tile)]
    if lost and link.state == "receiving":
        yield Notice("low", "The monitor sends no new value", ", ".join(lost))


def _is_lost(tile: Tile) -> bool:
    return tile.at is not None and tile.state != "fresh" and tile.fresh_s < SILENT_FOR.total_seconds()


def _quarantine(at: Seat) -> Iterator[Notice]:
    monitors = Monitor.objects.filter(clinic=at.session.clinic_id, room=at.session.room_id)
    devices = list(monitors.values_list("device", flat=True))
    waiting = Quarantined.objects.filter(
        clinic=at.session.clinic_id, settled_at__isnull=True, device__in=devices
    ).count()
    if waiting:
        words = "1 message of this room" if waiting == 1 else f"{waiting} messages of this room"
        opens = at.ctx.signer().has_role(Role.NURSE, Role.DIRECTOR, Role.PRESCRIBER)
        url = reverse("treat:quarantine") if opens else ""
        yield Notice(
            "low", f"{words} could not be charted", "It waits in quarantine.", None, url, "Look at it"
        )
