"""The chart's event types by name, and stored texts back to events."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from ataraxy.core.chart.events import ChartPayload
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.record.read import Lifts, read_event

TYPES: Mapping[str, type[ChartPayload]] = MappingProxyType(
    {kind.__name__: kind for kind in get_args(ChartPayload)}
)
# (type, from version) -> the payload one version later
LIFTS: Lifts = MappingProxyType({("DoseGiven", 1): lambda payload: payload})


def type_name(payload: ChartPayload) -> str:
    """The name under which a payload is stored."""
    return type(payload).__name__


def parse_chart_event(text: str) -> Recorded[ChartPayload]:
    """The event of a stored canonical text (``core.record.chain.event_text``).

    Raises:
        RecordUnreadable: the text is not a chart event, or a later release wrote it.
    """
    return read_event(text, TYPES, LIFTS)
