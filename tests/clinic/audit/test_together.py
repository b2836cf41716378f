"""A batch of readings is written as the record is always written: chained, hashed, and only ever forward."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.db import transaction

from ataraxy.core.chart.events import EscortRecorded
from ataraxy.core.record.envelope import Origin


def _heads(nurse: Any, context: Any, count: int) -> tuple[Any, list[Any]]:
    from ataraxy.clinic.audit.append import open_stream
    from ataraxy.clinic.audit.models import StreamKind

    ctx = replace(context(nurse), origin=Origin.DEVICE, staff=None)
    return ctx, [open_stream(ctx, uuid.uuid4(), StreamKind.CLINIC) for _ in range(count)]


def _entry(name: str) -> Any:
    from ataraxy.clinic.audit.append import Entry

    return Entry(EscortRecorded(name, "555 1", "sister"))


def test_events_of_many_streams_are_chained_as_if_written_one_by_one(nurse: Any, context: Any) -> None:
    from ataraxy.clinic.audit.models import ChainHead, Event
    from ataraxy.clinic.audit.together import Together
    from ataraxy.core.record.chain import Link, first_break

    ctx, heads = _heads(nurse, context, 3)
    together = Together()
    with transaction.atomic():
        for name in ("Ada", "Bo", "Cy"):  # the streams in turns, as messages of a batch come
            for head in heads:
                together.add(ctx, head, [_entry(name), _entry(name + "2")])
        together.write("session")
    for head in heads:
        now = ChainHead.objects.get(id=head.id)
        rows = Event.objects.filter(stream_id=head.id).order_by("seq")
        links = [Link(e.seq, e.text, e.previous, e.hash) for e in rows]
        assert len(links) == 6 and first_break(links, now.seq, now.hash) is None
        assert now.human_seq == 0  # no form goes stale for a reading


def test_a_head_that_moved_meanwhile_refuses_the_whole_batch(nurse: Any, context: Any) -> None:
    from ataraxy.clinic.audit.append import append
    from ataraxy.clinic.audit.models import ChainHead, Event
    from ataraxy.clinic.audit.together import HeadMoved, Together

    ctx, (moved, still) = _heads(nurse, context, 2)
    together = Together()
    for head in (moved, still):
        together.add(ctx, head, [_entry("Ada")])
    append(context(nurse), ChainHead.objects.get(id=moved.id), [_entry("Eve")])
    with pytest.raises((HeadMoved, psycopg.errors.UniqueViolation)), transaction.atomic():
        together.write("session")
    assert Event.objects.filter(stream_id=still.id).count() == 0
    assert Event.objects.filter(stream_id=moved.id).count() == 1


def test_what_a_person_writes_is_refused_here(nurse: Any, context: Any) -> None:
    from ataraxy.clinic.audit.together import Together

    ctx, (head,) = _heads(nurse, context, 1)
    with pytest.raises(ValueError, match="append"):
        Together().add(replace(ctx, origin=Origin.STAFF), head, [_entry("Ada")])
