"""A session's picture as the text of its event, drawn again only where something changed.

The same values as ``picture`` gives, put together from kept pieces: a tile is written anew when its value, freshness or
level changes; the decision is made anew when the record changes, and at the very moment at which the protocol would say
otherwise of the same record. So a reading costs its own tile, and a ward of thousands can be shown.

A session that cannot be judged (its record holds what ``decide`` stumbles over) is drawn as that: its numbers go on, and it
says to hold and to work from the bedside monitor and the paper until it is mended.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from ataraxy.core.protocol.types import Measure, Protocol
from ataraxy.core.record.envelope import Origin
from ataraxy.core.session.due import Heard
from ataraxy.core.session.freshness import FOR_EVER, Freshness, changes_at, freshness
from ataraxy.core.session.lasting import Lasting, decide_lasting
from ataraxy.core.session.state import SessionState, Value
from ataraxy.live.picture import (
    Signal,
    charted_freshness,
    charted_tile,
    iso,
    judged,
    levels,
    live_tile,
    unjudged,
)
from ataraxy.live.told import Told

log = logging.getLogger(__name__)

TRIED_AGAIN = timedelta(seconds=1)  # what could not be judged
MEASURES = tuple(Measure)
ANY, NAMELESS = datetime(2000, 1, 1, tzinfo=UTC), "-"  # stand in for a tile's moment and monitor


@dataclass(slots=True)
class _Tile:
    """One measure as it was drawn last, what it was drawn from, and how long it stays as it is."""

    source: Told | Value
    label: str
    level: str
    since: datetime
    until: datetime
    text: str


@dataclass(slots=True)
class Drawing:
    """One session's kept pieces. ``trouble`` is why it cannot be judged; empty when it can."""

    session: str
    trouble: str = ""
    _state: SessionState | None = None
    _kept: Lasting | None = None
    _judged_at: datetime | None = None
    _levels: Mapping[Measure, str] = field(default_factory=dict)
    _words: str = ""
    _charted: Mapping[Measure, Value] = field(default_factory=dict)
    _tiles: dict[Measure, _Tile] = field(default_factory=dict)

    def text(
        self,
        protocol: Protocol,
        state: SessionState,
        told: Mapping[Measure, Told],
        signal: Signal | None,
        now: datetime,
        heard: Heard | None = None,
    ) -> str:
        """The event's JSON without ``now``: starts with a brace, and a brace ends it."""
        if state is not self._state or not self._holds(now, heard):
            self._judge(protocol, state, now, heard)
        charted, label = self._charted, signal.label if signal else ""
        tiles = [
            self._tile(m, charted.get(m), told.get(m), signal, label, now)
            for m in MEASURES
            if m in told or m in charted
        ]
        return f'{{{self._words},"values":[{",".join(tiles)}],"monitor":{_monitor(signal)}}}'

    def _holds(self, now: datetime, heard: Heard | None) -> bool:
        if self._kept is not None:
            return self._kept.holds(now, heard)
        assert self._judged_at is not None
        return self._judged_at <= now < self._judged_at + TRIED_AGAIN

    def _judge(self, protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None) -> None:
        try:
            self._kept = decide_lasting(protocol, state, now, heard)
            decision, shown = self._kept.decision, self._kept.state
            words, self._levels = judged(self.session, state.last_seq, decision), levels(decision)
            self.trouble = ""
        except Exception as error:  # whatever is in this record: its neighbours are shown on
            if not self.trouble:
                log.error("Session %s cannot be judged: %s.", self.session, type(error).__name__)
            self._kept, self._levels, self.trouble, shown = None, {}, type(error).__name__, state
            words = unjudged(self.session, state.last_seq)
        self._state, self._judged_at = state, now
        latest = ((m, shown.latest(m)) for m in MEASURES)
        self._charted = {m: value for m, value in latest if value is not None}  # an artefact alone is none
        self._words = _dumps(words)[1:-1]

    def _tile(
        self,
        measure: Measure,
        charted: Value | None,
        live: Told | None,
        signal: Signal | None,
        label: str,
        now: datetime,
    ) -> str:
        """The newest of this measure, from the record or from the monitor."""
        level = self._levels.get(measure, "")
        source: Told | Value
        if live is not None and (charted is None or live.at >= charted.at):
            source = live
        else:
            assert charted is not None
            source = charted
        kept = self._tiles.get(measure)
        if (
            kept is not None
            and kept.source is source
            and kept.since <= now < kept.until
            and kept.label == label
            and kept.level == level
        ):
            return kept.text
        made = _draw(measure, source, signal, level, now)
        self._tiles[measure] = _Tile(source, label, level, now, _until(source, now, measure), made)
        return made


def _draw(measure: Measure, source: Told | Value, signal: Signal | None, level: str, now: datetime) -> str:
    if isinstance(source, Value):
        return _dumps(charted_tile(source, signal, level, charted_freshness(source, now)))
    found = Freshness.ABSENT if source.absent else freshness(source.at, now, measure)
    value = "" if source.value is None else f"{source.value:f}"
    before, between, after = _frame(measure, value, source.absent, found, level)
    return f"{before}{iso(source.at)}{between}{_dumps(signal.label if signal else '')}{after}"


def _until(source: Told | Value, now: datetime, measure: Measure) -> datetime:
    """Up to when a tile stays as it is drawn."""
    if isinstance(source, Told):
        return FOR_EVER if source.absent else changes_at(source.at, now, measure)
    return changes_at(source.at, now, source.measure, by_hand=source.origin is not Origin.DEVICE)


@lru_cache(maxsize=4096)
def _frame(measure: Measure, value: str, absent: str, found: Freshness, level: str) -> tuple[str, str, str]:
    """A tile but for its moment and its monitor's name: the same few values come again and again."""
    told = Told(measure, Decimal(value) if value else None, "", ANY, None, False, absent)
    drawn = live_tile(measure, told, Signal(NAMELESS, ANY, 0), level, found)
    before, rest = _dumps(drawn).split(f'"at":"{iso(ANY)}"')
    between, after = rest.split(f'"source":"{NAMELESS}"')
    return f'{before}"at":"', f'"{between}"source":', after


def _monitor(signal: Signal | None) -> str:
    if signal is None:
        return "null"
    return (
        f'{{"label":{_dumps(signal.label)},"heard_at":"{iso(signal.heard_at)}",'
        f'"clock_ahead_s":{signal.clock_ahead_s}}}'
    )


def unreadable(session: str) -> str:
    """A session whose record cannot even be read."""
    return _dumps({**unjudged(session, 0), "values": [], "monitor": None})


_dumps = json.JSONEncoder(separators=(",", ":")).encode
