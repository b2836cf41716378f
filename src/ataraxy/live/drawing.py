"""A session's picture as the text of its event, drawn again only where something changed.

The same values as ``picture`` gives, put together from kept pieces: a tile is written anew when its value, freshness or
level changes; the decision is made anew when the record changes, and at the very moment at which the protocol would say
otherwise of the same record. So a reading costs its own tile, and a ward of thousands can be shown. What will be said
from that moment on is worked out some seconds ahead: a whole ward that comes to it together holds up no number.

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
AHEAD = timedelta(seconds=20)
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


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the protocol says of a record, and what is drawn of that. ``kept`` is None where it could not be judged."""

    state: SessionState
    at: datetime
    kept: Lasting | None
    words: str
    levels: Mapping[Measure, str]
    charted: Mapping[Measure, Value]
    trouble: str = ""

    def holds(self, state: SessionState, now: datetime, heard: Heard | None) -> bool:
        """Whether it is what would be said ``now``, of this ``state``."""
        if state is not self.state:
            return False
        if self.kept is None:
            return self.at <= now < self.at + TRIED_AGAIN
        return self.kept.holds(now, heard)


@dataclass(slots=True)
class Drawing:
    """One session's kept pieces."""

    session: str
    _now: _Judged | None = None
    _next: _Judged | None = None
    _tiles: dict[Measure, _Tile] = field(default_factory=dict)

    @property
    def trouble(self) -> str:
        """Why the session cannot be judged; empty when it can."""
        return self._now.trouble if self._now else ""

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
        verdict = self._verdict(protocol, state, now, heard)
        charted, label = verdict.charted, signal.label if signal else ""
        tiles = [
            self._tile(m, charted.get(m), told.get(m), signal, label, verdict.levels.get(m, ""), now)
            for m in MEASURES
            if m in told or m in charted
        ]
        return f'{{{verdict.words},"values":[{",".join(tiles)}],"monitor":{_monitor(signal)}}}'

    def unread(self, seq: int, told: Mapping[Measure, Told], signal: Signal | None, now: datetime) -> str:
        """The same, of a record that can no longer be read: what the monitor says, and that nothing is judged."""
        words, label = _dumps(unjudged(self.session, seq))[1:-1], signal.label if signal else ""
        tiles = [self._tile(m, None, told[m], signal, label, "", now) for m in MEASURES if m in told]
        return f'{{{words},"values":[{",".join(tiles)}],"monitor":{_monitor(signal)}}}'

    def look_ahead(self, protocol: Protocol, state: SessionState, now: datetime, heard: Heard) -> bool:
        """Work out what will be said when this verdict ends, if that is soon; returns whether there was work to do.

        It is used only if the record and what is heard are then what they are taken to be here: the monitor goes on.
        """
        kept = self._now.kept if self._now and self._now.state is state else None
        if kept is None:
            return False
        left = kept.until - now
        if not timedelta(0) < left < AHEAD or (self._next and self._next.at == kept.until):
            return False
        then = {measure: at + left for measure, at in heard.items()}
        self._next = self._judge(protocol, state, kept.until, then)
        return True

    def _verdict(
        self, protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None
    ) -> _Judged:
        if self._now is not None and self._now.holds(state, now, heard):
            return self._now
        if self._next is not None and self._next.kept and self._next.holds(state, now, heard):
            made = self._next
        else:
            made = self._judge(protocol, state, now, heard)
            if made.trouble and not self.trouble:
                log.error("Session %s cannot be judged: %s.", self.session, made.trouble)
        self._now, self._next = made, None
        return made

    def _judge(self, protocol: Protocol, state: SessionState, now: datetime, heard: Heard | None) -> _Judged:
        trouble, marked = "", dict[Measure, str]()
        try:
            kept = decide_lasting(protocol, state, now, heard)
            shown, words = kept.state, judged(self.session, state.last_seq, kept.decision)
            marked = levels(kept.decision)
        except Exception as error:  # whatever is in this record: its neighbours are shown on
            trouble, kept, shown = type(error).__name__, None, state
            words = unjudged(self.session, state.last_seq)
        latest = ((m, shown.latest(m)) for m in MEASURES)
        charted = {m: value for m, value in latest if value is not None}  # an artefact alone is none
        return _Judged(state, now, kept, _dumps(words)[1:-1], marked, charted, trouble)

    def _tile(
        self,
        measure: Measure,
        charted: Value | None,
        live: Told | None,
        signal: Signal | None,
        label: str,
        level: str,
        now: datetime,
    ) -> str:
        """The newest of this measure, from the record or from the monitor."""
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
