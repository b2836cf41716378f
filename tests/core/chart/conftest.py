"""A chart written entry by entry, with a clock that the test holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ataraxy.core.chart.chart import Chart
from ataraxy.core.chart.fold import fold_chart
from ataraxy.core.record.envelope import Envelope, Origin, Recorded

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


@dataclass
class Pen:
    """Writes events in order; ``write`` returns the id of the entry."""

    events: list[Recorded[Any]] = field(default_factory=list)

    def write(self, payload: Any, *, at: datetime | None = None, corrects: UUID | None = None) -> UUID:
        seq = len(self.events) + 1
        now = START + timedelta(minutes=seq)
        envelope = Envelope(UUID(int=seq), seq, at or now, now, UUID(int=999), Origin.STAFF, corrects)
        self.events.append(Recorded(envelope, payload))
        return envelope.id

    @property
    def chart(self) -> Chart:
        return fold_chart(self.events)


@pytest.fixture
def pen() -> Pen:
    return Pen()


@pytest.fixture
def start() -> datetime:
    return START
