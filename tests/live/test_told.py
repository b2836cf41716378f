"""What one message says about one patient: on the clinic's clock, and nothing believed that must not be."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure
from ataraxy.core.session.events import Reading
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.pcd01 import observation, render_oru
from ataraxy.interop.hl7v2.value import NotAvailable
from ataraxy.live.arrived import device_name
from ataraxy.live.told import BEFORE_BINDING, fingerprint, tell, told_at

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STILL = timedelta(0)


def report(*values: object, **changes: object) -> ParsedOru:
    made = ParsedOru(
        "1",
        NOON,
        ("APP", "OID"),
        ("WARD",),
        "P",
        "2.6",
        "AL",
        "NE",
        "",
        "ICU 5",
        tuple(values),  # type: ignore[arg-type]
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def spo2(value: float = 97, at: datetime = NOON) -> object:
    return observation(Measure.SPO2, Decimal(str(value)), at)


@given(
    st.timedeltas(-timedelta(days=400), timedelta(days=400)),
    st.timedeltas(-timedelta(days=30), timedelta(days=30)),
)
def test_no_value_is_later_than_the_clinics_present_moment(drift: timedelta, offset: timedelta) -> None:
    now = NOON + offset
    (told,) = tell(report(spo2(at=NOON + drift)), NOON - timedelta(days=1000), now, offset)
    assert told.at <= now
    assert told.device_at == NOON + drift + offset  # what the device said is kept
    if drift <= STILL:
        assert told.at == told.device_at


def test_a_value_from_before_the_binding_is_kept_and_not_believed() -> None:
    before, after = tell(report(spo2(88, NOON - HOUR), spo2(97)), NOON - HOUR / 2, NOON, STILL)
    assert (before.value, before.absent, before.reading) == (None, BEFORE_BINDING, None)
    assert before.original.startswith("88 ")
    assert (after.value, after.absent) == (97, "")


@pytest.mark.parametrize(
    "measure", [Measure.RESPIRATORY_RATE, Measure.HEART_RATE_ECG, Measure.PULSE_OXIMETER]
)
def test_breathing_or_a_heart_that_stands_still_is_believed(measure: Measure) -> None:
    told = tell(report(observation(measure, Decimal(0), NOON)), NOON - HOUR, NOON, STILL)[0]
    assert told.reading == Reading(measure, Decimal(0), measure.unit)


def test_what_cannot_be_is_kept_and_not_believed() -> None:
    zero = tell(report(observation(Measure.TEMPERATURE, Decimal(0), NOON)), NOON - HOUR, NOON, STILL)[0]
    assert (zero.value, zero.absent) == (None, "impossible") and zero.original.startswith("0 ")


def test_a_code_nobody_knows_is_kept_with_its_text() -> None:
    wire = replace(
        observation(Measure.SPO2, Decimal(97), NOON),
        measure=None,
        value=None,
        raw_code="1^UNKNOWN\0^MDC",
        not_available=NotAvailable.CODE_UNKNOWN,
    )
    (told,) = tell(report(wire), NOON - HOUR, NOON, STILL)
    assert (told.measure, told.absent) == (None, "code-unknown")
    assert told.original.startswith("1^UNKNOWN\ufffd^MDC 97")


def test_a_converted_value_keeps_what_was_sent() -> None:
    text = render_oru(report(observation(Measure.TEMPERATURE, Decimal(98), NOON)))
    fahrenheit = text.replace("268192^MDC_DIM_DEGC", "266560^MDC_DIM_FAHR")
    assert fahrenheit != text
    (told,) = tell(parse_oru(fahrenheit), NOON - HOUR, NOON, STILL)
    assert told.value == Decimal("36.7")
    assert told.original.startswith("98 266560")


def test_a_message_stamped_anew_is_the_same_and_one_with_new_values_is_not() -> None:
    first = report(spo2())
    again = replace(first, sent_at=NOON + HOUR, version="2.5")
    assert fingerprint(again) == fingerprint(first) and told_at(again) == told_at(first) == NOON
    assert fingerprint(report(spo2(96))) != fingerprint(first)
    assert fingerprint(report(spo2(at=NOON + timedelta(seconds=1)))) != fingerprint(first)
    assert fingerprint(replace(first, patient_id="R-2")) != fingerprint(first)


def test_a_message_without_any_time_still_has_one_place() -> None:
    silent = report(replace(spo2(), device_at=None), sent_at=None)  # type: ignore[type-var]
    assert told_at(silent) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_monitor_is_named_by_application_facility_and_place() -> None:
    assert device_name(report()) == "APP/WARD/ICU 5"
    assert device_name(report(place="")) == "APP/WARD"
    assert device_name(report(sending_application=("",), sending_facility=("",), place="")) == ""
    assert len(device_name(report(place="x" * 500))) == 120


@given(
    st.lists(
        st.tuples(st.sampled_from(["97", "9'7", '"', "\\", "\u00e9\n"]), st.sampled_from([NOON, NOON + HOUR, None])),
        max_size=4,
    ),
    st.sampled_from(["", "R-1", "O'Hara"]),
)  # fmt: skip
def test_a_fingerprint_is_the_one_that_stands_in_old_records(
    told: list[tuple[str, datetime | None]], patient: str
) -> None:
    values = [replace(spo2(), raw_value=raw, device_at=at) for raw, at in told]  # type: ignore[type-var]
    said = [patient, "ICU 5"]
    for v in values:
        at = v.device_at.isoformat() if v.device_at else ""
        said += [v.raw_code, v.raw_value, v.raw_unit, v.sub_id, v.status.value, at]
    plain = hashlib.blake2b(repr(said).encode(), digest_size=16).digest()
    assert fingerprint(report(*values, patient_id=patient)) == plain


def test_the_same_number_written_otherwise_keeps_its_own_text() -> None:
    wires = [replace(spo2(), raw_value=raw, value=Decimal(raw)) for raw in ("97", "97.0", "97.00")]  # type: ignore[type-var]
    assert [str(t.value) for t in tell(report(*wires), NOON - HOUR, NOON, STILL)] == ["97", "97.0", "97.00"]
