"""Stored texts back to events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args
from uuid import UUID

import pytest

from ataraxy.core.chart.events import ChartPayload, ScaleAnswered
from ataraxy.core.chart.registry import TYPES, parse_chart_event, type_name
from ataraxy.core.errors import RecordUnreadable
from ataraxy.core.record.chain import event_text
from ataraxy.core.record.envelope import Envelope, Origin

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ENVELOPE = Envelope(UUID(int=1), 1, NOW, NOW, UUID(int=2), Origin.PATIENT)
PAYLOAD = ScaleAnswered("gad7", "2006.1", (1, None, 3), Decimal("4.0"))
TEXT = event_text(UUID(int=3), UUID(int=4), "ScaleAnswered", 1, ENVELOPE, PAYLOAD)


def test_every_payload_has_its_name() -> None:
    assert set(TYPES.values()) == set(get_args(ChartPayload))
    assert all(TYPES[name].__name__ == name for name in TYPES)


def test_a_stored_text_gives_back_its_event() -> None:
    event = parse_chart_event(TEXT)
    assert (event.envelope, event.payload) == (ENVELOPE, PAYLOAD)
    assert type_name(event.payload) == "ScaleAnswered"


@pytest.mark.parametrize(
    "change", [{"type": "DoseStarted"}, {"version": 2}, {"payload": {"scale": "gad7"}}, {"at": "yesterday"}]
)
def test_a_text_that_is_no_chart_event_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(RecordUnreadable):
        parse_chart_event(json.dumps({**json.loads(TEXT), **change}))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "{", '"event"'])
def test_a_text_that_is_no_event_at_all_is_refused(text: str) -> None:
    with pytest.raises(RecordUnreadable):
        parse_chart_event(text)
