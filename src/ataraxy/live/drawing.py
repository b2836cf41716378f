"""A session's picture as the text of its event, drawn again only where something changed.

The same values as ``picture`` gives, put together from kept pieces: a tile is written anew when its value, freshness or
level changes; the decision is made anew when the record changes, at the very moment something falls due, and otherwise
every ``patience``. So a reading costs its own tile, and a ward of thousands can be shown.

A session that cannot be judged (its record holds what ``decide`` stumbles over) is drawn as that: its numbers go on, and it
says to hold and to work from the bedside monitor and the paper until it is mended.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ataraxy.core.protocol.types import Measure, Protocol
from ataraxy.core.session.believed import believed
from ataraxy.core.session.decide import decide
from ataraxy.core.session.due import Heard
from ataraxy.core.session.freshness import Freshness, freshness
from ataraxy.core.session.state import SessionState, Value
from ataraxy.core.session.verdict import Decision
from ataraxy.live.picture import (
    Signal,
    charted_freshness,
    charted_tile,
    judged,
    levels,
    live_tile,
    monitor,
    unjudged,
)
from ataraxy.live.told import Told

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=1)
MEASURES = tuple(Measure)


@dataclass(slots=True)
class _Tile:
    """One measure as it was drawn last, and what it was drawn from."""

    source: Told | Value
    label: str
    freshness: Freshness
    level: str
    text: str


@dataclass(slots=True)
class Drawing:
    """One session's kept pieces. ``trouble`` is why it cannot be judged; empty when it can."""

    session: str
    trouble: str = ""
    _state: SessionState | None = None
    _believed: SessionState | None = None
    _judged_at: datetime | None = None
    _again_at: datetime | None = None
    _levels: Mapping[Measure, str] = field(default_factory=dict)
    _words: str = ""
    _tiles: dict[Measure, _Tile] = field(default_factory=dict)

    def text(
        self,
        protocol: Protocol,
        state: SessionState,
        told: Mapping[Measure, Told],
        signal: Signal | None,
        now: datetime,
        patience: timedelta = PATIENCE,
        heard: Heard | None = None,
    ) -> str:
        """The event's JSON without ``now``: starts with a brace, and a brace ends it."""
        if state is not self._state or self._is_old(now):
            self._judge(protocol, state, now, patience, heard)
        assert self._believed is not None
        state, label = self._believed, signal.label if signal else ""
        known = [m for m in MEASURES if m in told or state.latest(m) is not None]  # an artefact alone is none
        tiles = ",".join([self._tile(m, state, told.get(m), signal, label, now) for m in known])
        return f'{{{self._words},"values":[{tiles}],"monitor":{_dumps(monitor(signal))}}}'

    def _is_old(self, now: datetime) -> bool:
        assert self._judged_at is not None and self._again_at is not None
        return not self._judged_at <= now < self._again_at

    def _judge(
        self,
        protocol: Protocol,
        state: SessionState,
        now: datetime,
        patience: timedelta,
        heard: Heard | None,
    ) -> None:
        try:
            self._believed = believed(state, now)
            decision = decide(protocol, self._believed, now, heard)
            words, self._levels = judged(self.session, state.last_seq, decision), levels(decision)
            self._again_at, self.trouble = _next(decision, now, now + patience), ""
        except Exception as error:  # whatever is in this record: its neighbours are shown on
            if not self.trouble:
                log.error("Session %s cannot be judged: %s.", self.session, type(error).__name__)
            self._believed, self._levels, self.trouble = state, {}, type(error).__name__
            words, self._again_at = unjudged(self.session, state.last_seq), now + patience
        self._state, self._judged_at = state, now
        self._words = _dumps(words)[1:-1]

    def _tile(
        self,
        measure: Measure,
        state: SessionState,
        live: Told | None,
        signal: Signal | None,
        label: str,
        now: datetime,
    ) -> str:
        """The newest of this measure, from the record or from the monitor."""
        charted, level = state.latest(measure), self._levels.get(measure, "")
        source: Told | Value
        if live is not None and (charted is None or live.at >= charted.at):
            source = live
            found = Freshness.ABSENT if live.absent else freshness(live.at, now, measure)
        else:
            assert charted is not None
            source, found = charted, charted_freshness(charted, now)
        kept = self._tiles.get(measure)
        if (
            kept
            and kept.source is source
            and (kept.label, kept.freshness, kept.level) == (label, found, level)
        ):
            return kept.text
        made = (
            live_tile(measure, source, signal, level, found)
            if isinstance(source, Told)
            else charted_tile(source, signal, level, found)
        )
        self._tiles[measure] = _Tile(source, label, found, level, text := _dumps(made))
        return text


def unreadable(session: str) -> str:
    """A session whose record cannot even be read."""
    return _dumps({**unjudged(session, 0), "values": [], "monitor": None})


def _next(decision: Decision, now: datetime, latest: datetime) -> datetime:
    """When to judge again: as soon as a prompt comes on or a measurement falls due."""
    moments = (at for due in decision.due for at in (due.prompt_at, due.due_at) if now < at < latest)
    return min(moments, default=latest)


_dumps = json.JSONEncoder(separators=(",", ":")).encode
