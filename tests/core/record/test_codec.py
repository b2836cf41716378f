"""Payloads to text and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.record.codec import PayloadRefused, canonical, instant, parse, render


class Mood(StrEnum):
    CALM = "calm"
    TENSE = "tense"


@dataclass(frozen=True, slots=True)
class Inner:
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Payload:
    """One field of every kind the record knows."""

    text: str
    count: int
    yes: bool
    amount: Decimal
    at: datetime
    day: date
    id: UUID
    mood: Mood
    inner: Inner
    many: tuple[Inner, ...]
    scores: tuple[int | None, ...]
    table: dict[str, Decimal]
    moods: dict[Mood, int]
    maybe: Decimal | None = None


DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
MOMENTS = st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=30)))))
INNERS = st.builds(Inner, DECIMALS, st.text())
PAYLOADS = st.builds(
    Payload,
    text=st.text(),
    count=st.integers(),
    yes=st.booleans(),
    amount=DECIMALS,
    at=MOMENTS,
    day=st.dates(),
    id=st.uuids(),
    mood=st.sampled_from(Mood),
    inner=INNERS,
    many=st.lists(INNERS, max_size=3).map(tuple),
    scores=st.lists(st.none() | st.integers(), max_size=3).map(tuple),
    table=st.dictionaries(st.text(), DECIMALS, max_size=3),
    moods=st.dictionaries(st.sampled_from(Mood), st.integers()),
    maybe=st.none() | DECIMALS,
)


@given(PAYLOADS)
def test_a_payload_reads_back_as_it_was_written(payload):
    assert parse(Payload, render(payload)) == payload


@given(PAYLOADS)
def test_it_reads_back_through_its_canonical_text_too(payload):
    text = canonical(render(payload))
    assert parse(Payload, json.loads(text)) == payload
    assert canonical(json.loads(text)) == text


@given(DECIMALS)
def test_a_decimal_keeps_its_last_noughts(value):
    assert str(parse(Decimal, render(value))) == str(value)


@given(st.dictionaries(st.text(), st.integers()))
def test_canonical_text_does_not_depend_on_the_order_of_keys(table):
    assert canonical(table) == canonical(dict(reversed(table.items())))


@given(MOMENTS)
def test_a_moment_is_written_in_utc_with_microseconds(at):
    written = instant(at)
    assert written.endswith("+00:00") and len(written) == len("2026-11-23T09:00:00.000000+00:00")
    assert datetime.fromisoformat(written) == at


@pytest.mark.parametrize("value", [0.5, object(), {1, 2}, b"x", datetime(2026, 11, 23)])
def test_what_has_no_place_in_the_record_is_refused(value):
    with pytest.raises(PayloadRefused):
        render(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Decimal, "NaN"),
        (Decimal, "Infinity"),
        (Decimal, "half"),
        (Decimal, 1),
        (Decimal, 0.5),
        (int, True),
        (int, "1"),
        (bool, 1),
        (str, None),
        (date, "23.11.2026"),
        (datetime, "2026-11-23T09:00:00"),
        (UUID, "1"),
        (Mood, "cross"),
        (Inner, {"value": "1"}),
        (Inner, {"value": "1", "unit": "mg", "extra": 1}),
        (Inner, []),
        (tuple[int, ...], {"0": 1}),
    ],
)
def test_what_does_not_fit_its_type_is_refused(kind, value):
    with pytest.raises(PayloadRefused):
        parse(kind, value)


def test_a_refusal_names_the_place():
    with pytest.raises(PayloadRefused, match=r"Inner\.value"):
        parse(Inner, {"value": 1, "unit": "mg"})
