"""What a gateway hands in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Measure
from ataraxy.interop.handed_in import HANDED, read_handed_in
from ataraxy.interop.hl7v2.oru import parse_oru
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.interop.hl7v2.value import NotAvailable

SENT = "2026-11-23T13:00:05Z"


def message(*readings: dict[str, Any], **more: Any) -> bytes:
    told = {"id": "m-1", "device": "cuff 2", "sent_at": SENT, "readings": list(readings)} | more
    return json.dumps(told).encode()


def reading(measure: str = "systolic", value: Any = "128", unit: str = "mmHg", **more: Any) -> dict[str, Any]:
    at = {} if measure in ("spo2", "pulse-oximeter") else {"at": "2026-11-23T13:00:00Z"}
    return {"measure": measure, "value": value, "unit": unit} | at | more


def read(*readings: dict[str, Any], **more: Any) -> Any:
    return read_handed_in(message(*readings, **more), "GATEWAY-ab12")


def test_a_cuff_pressure_is_handed_in_with_its_own_time() -> None:
    report = read(reading(), reading("diastolic", 76), reading("spo2", 97, "%"))
    assert [(v.measure, v.value, v.aperiodic) for v in report.values] == [
        (Measure.SYSTOLIC, Decimal(128), True),
        (Measure.DIASTOLIC, Decimal(76), True),
        (Measure.SPO2, Decimal(97), False),
    ]
    assert report.values[0].device_at == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert report.values[2].device_at == report.sent_at == datetime(2026, 11, 23, 13, 0, 5, tzinfo=UTC)
    assert (report.sending_application, report.sending_facility) == (("GATEWAY-ab12",), ("cuff 2",))


def test_units_are_converted_once_and_sentinels_and_demo_are_what_they_are_of_a_monitor() -> None:
    kpa, absent, none, demo = (
        read(reading(value="17.1", unit="kPa")).values[0],
        read(reading(value=-100)).values[0],
        read(reading(value=None, not_available=True)).values[0],
        read(reading(), demo=True),
    )
    assert (kpa.value, kpa.raw_value, kpa.raw_unit) == (Decimal("128.3"), "17.1", "kPa")
    assert absent.not_available is NotAvailable.SENTINEL
    assert none.not_available is NotAvailable.WITHDRAWN
    assert demo.simulated


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"id": NaN}', "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "no JSON object"),
        (message(reading(), id=""), "id is missing"),
        (message(reading(), id=["7"]), "id is missing"),
        (message(reading(), device="x" * 61), "device is missing"),
        (message(reading(), device="a\nb"), "device is missing"),
        (message(reading(), sent_at="2026-11-23T13:00:05"), "no time with a zone"),
        (message(reading(), sent_at="yesterday"), "no time with a zone"),
        (message(reading(), extra=1), "nobody reads"),
        (message(reading(), demo="yes"), "neither true nor false"),
        (message(), "1 to 50"),
        (message(*[reading()] * 51), "1 to 50"),
        (message(reading(), readings="x"), "1 to 50"),
        (message("x"), "no JSON object"),  # type: ignore[arg-type]
        (message(reading("sedation")), "not measured by a device"),
        (message(reading(value="1e3x")), "no plain number"),
        (message(reading(value="NaN")), "no plain number"),
        (message(reading(value=True)), "no plain number"),
        (message(reading(value=None)), "no plain number"),
        (message(reading(value="1" * 30)), "no plain number"),
        (message(reading(unit="stone")), "is not known"),
        (message({"measure": "systolic", "value": "128", "unit": "mmHg"}), "no time of its own"),
    ],
)
def test_what_is_wrong_is_told_with_its_cure(body: bytes, words: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_handed_in(body, "GATEWAY-ab12")
    assert words in refused.value.cause and refused.value.cure


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
almost = st.fixed_dictionaries(
    {
        "id": json_values | st.just("m"),
        "device": json_values | st.just("d"),
        "sent_at": json_values | st.just(SENT),
    },
    optional={
        "readings": st.lists(
            st.fixed_dictionaries(
                {
                    "measure": st.sampled_from(sorted(HANDED)) | json_values,
                    "value": json_values | st.decimals(allow_nan=True).map(str),
                    "unit": st.sampled_from(["mmHg", "kPa", "%", "/min", "degF"]) | json_values,
                    "at": st.just(SENT) | json_values,
                }
            ),
            max_size=4,
        )
        | json_values,
        "patient": json_values,
    },
)


@given(
    body=st.binary(max_size=200)
    | json_values.map(json.dumps).map(str.encode)
    | almost.map(json.dumps).map(str.encode)
)
def test_any_body_is_a_report_that_reads_back_or_a_refusal(body: bytes) -> None:
    try:
        report = read_handed_in(body, "GATEWAY-ab12")
    except InputRefused as refused:
        assert refused.cause and refused.cure
        return
    assert parse_oru(render_oru(report)) == report
