"""The chart's event types by name, and stored texts back to events."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any, get_args

from ataraxy.core.chart.events import ChartPayload
from ataraxy.core.record.codec import PayloadRefused, parse
from ataraxy.core.record.envelope import Envelope, Recorded

TYPES: MappingProxyType[str, type] = MappingProxyType(
    {kind.__name__: kind for kind in get_args(ChartPayload)}
)
ENVELOPE = ("id", "seq", "at", "recorded_at", "actor", "origin", "corrects")


def type_name(payload: ChartPayload) -> str:
    """The name under which a payload is stored."""
    return type(payload).__name__


def parse_chart_event(text: str) -> Recorded[ChartPayload]:
    """The event of a stored canonical text (``core.record.chain.event_text``).

    Raises:
        PayloadRefused: the text is not a chart event; says what was expected.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PayloadRefused(f"the text is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise PayloadRefused("an event is a JSON object")
    kind = TYPES.get(str(body.get("type")))
    if kind is None:
        raise PayloadRefused(f"{body.get('type')!r} is not a chart event")
    _refuse_version(kind, body.get("version"))
    envelope = parse(Envelope, {key: body.get(key) for key in ENVELOPE})
    payload: Any = parse(kind, body.get("payload"))
    return Recorded(envelope, payload)


def _refuse_version(kind: Any, version: object) -> None:
    if version != kind.VERSION:
        raise PayloadRefused(f"{kind.__name__} version {version!r} is not known: this is {kind.VERSION}")
