"""Packets of Bluetooth cuffs, oximeters and heart rate sensors, as reports of a monitor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.ble.measurement import Doubt, Measurement
from ataraxy.interop.ble.moment import as_moment
from ataraxy.interop.ble.packet import Joiner, PacketRefused
from ataraxy.interop.ble.report import to_report
from ataraxy.interop.ble.services import CUFF, HEART, LISTENED, SPOT, STREAM, read_measurement
from ataraxy.interop.ble.sfloat import Special, as_sfloat
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.interop.hl7v2.value import NotAvailable

HEARD = datetime(2026, 11, 23, 13, 0, 5, tzinfo=UTC)
TAKEN = datetime(2026, 11, 23, 13, 0, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
LOCAL = TAKEN.astimezone(ZONE)
Told = Decimal | Special | int | str


def sf(value: Told, exponent: int = 0) -> bytes:
    told = value if isinstance(value, Special) else Decimal(value)
    return as_sfloat(told, exponent).to_bytes(2, "little")


def cuff(
    *pressures: Told, kpa: bool = False, at: datetime | bytes | None = LOCAL, pulse: Told | None = 71,
    user: int | None = None, status: int | None = None,
) -> bytes:  # fmt: skip
    flags, body = int(kpa), b"".join(sf(p, -1 if kpa else 0) for p in pressures or (128, 76, 93))
    if at is not None:
        flags |= 2
        body += at if isinstance(at, bytes) else as_moment(at)
    if pulse is not None:
        flags |= 4
        body += sf(pulse)
    if user is not None:
        flags |= 8
        body += bytes([user])
    if status is not None:
        flags |= 16
        body += status.to_bytes(2, "little")
    return bytes([flags]) + body


def spot(
    saturation: Told = 97,
    pulse: Told = 63,
    at: datetime | None = LOCAL,
    status: int | None = None,
    more: int = 0,
) -> bytes:
    flags, body = more, sf(saturation) + sf(pulse)
    if at is not None:
        flags |= 1
        body += as_moment(at)
    if status is not None:
        flags |= 2
        body += status.to_bytes(2, "little")
    return bytes([flags]) + body


def stream(saturation: Told = 97, pulse: Told = 63, status: int | None = None, fast: bool = False) -> bytes:
    flags, body = int(fast), sf(saturation) + sf(pulse)
    if fast:
        body += sf(11) + sf(12)
    if status is not None:
        flags |= 4
        body += status.to_bytes(2, "little")
    return bytes([flags]) + body


def report(
    characteristic: int, data: bytes, *, user: int | None = None, location: int | None = None
) -> ParsedOru:
    measurement = read_measurement(characteristic, data, ZONE, location)
    return to_report(measurement, "C0:FF:EE:00:00:01", "b-1", HEARD, user=user)


def charted(told: ParsedOru) -> dict[Measure, Decimal]:
    return {v.measure: v.value for v in told.values if v.chartable and v.measure and v.value is not None}


def reasons(told: ParsedOru) -> list[NotAvailable | None]:
    return [v.not_available for v in told.values]


def test_a_cuff_tells_three_pressures_and_its_own_pulse_at_its_own_time() -> None:
    told = report(CUFF, cuff())
    assert charted(told) == {
        Measure.SYSTOLIC: 128,
        Measure.DIASTOLIC: 76,
        Measure.MEAN_PRESSURE: 93,
        Measure.PULSE_CUFF: 71,
    }
    assert {v.device_at for v in told.values} == {TAKEN}
    assert all(v.aperiodic for v in told.values)
    assert (told.sending_application, told.sending_facility) == (("BLUETOOTH",), ("C0:FF:EE:00:00:01",))


def test_kilopascals_are_converted_once_and_the_original_kept() -> None:
    told = report(CUFF, cuff("17.1", "10.1", "12.4", kpa=True))
    assert charted(told)[Measure.SYSTOLIC] == Decimal("128.3")
    assert (told.values[0].raw_value, told.values[0].raw_unit) == ("17.1", "265987^MDC_DIM_KILO_PASCAL^MDC")


@pytest.mark.parametrize("special", list(Special))
def test_a_special_value_is_never_a_pressure_and_its_neighbours_stand(special: Special) -> None:
    told = report(CUFF, cuff(128, 76, special, pulse=special))
    assert set(charted(told)) == {Measure.SYSTOLIC, Measure.DIASTOLIC}
    assert reasons(told)[2:] == [NotAvailable.WITHDRAWN] * 2


@pytest.mark.parametrize("special", list(Special))
def test_a_special_value_is_never_a_saturation(special: Special) -> None:
    assert charted(report(STREAM, stream(special, special))) == {}


def test_an_oximeter_tells_saturation_and_its_own_pulse() -> None:
    expected = {Measure.SPO2: 97, Measure.PULSE_OXIMETER: 63}
    assert charted(report(SPOT, spot())) == expected
    assert charted(report(STREAM, stream())) == expected
    assert charted(report(STREAM, stream(fast=True, status=0x0020))) == expected
    assert {v.device_at for v in report(STREAM, stream()).values} == {HEARD}


@pytest.mark.parametrize(
    ("status", "reason"),
    [(1 << 13, NotAvailable.WITHDRAWN), (1 << 15, NotAvailable.WITHDRAWN), (1 << 12, NotAvailable.WITHDRAWN)],
)
def test_what_the_oximeter_takes_back_is_not_charted(status: int, reason: NotAvailable) -> None:
    assert reasons(report(STREAM, stream(status=status))) == [reason] * 2
    assert reasons(report(SPOT, spot(status=status))) == [reason] * 2


@pytest.mark.parametrize("bit", [10, 11])
def test_a_demonstration_or_a_test_is_marked_as_simulated(bit: int) -> None:
    assert report(STREAM, stream(status=1 << bit)).simulated
    assert report(SPOT, spot(status=1 << bit)).simulated


def test_a_reading_out_of_the_devices_memory_needs_its_time() -> None:
    stored = 1 << 9
    assert charted(report(SPOT, spot(status=stored))) == {Measure.SPO2: 97, Measure.PULSE_OXIMETER: 63}
    assert charted(report(SPOT, spot(at=None, status=stored))) == {}
    assert charted(report(STREAM, stream(status=stored))) == {}


def test_a_time_that_nobody_set_leaves_the_age_unknown() -> None:
    assert charted(report(CUFF, cuff(at=b"\0" * 7))) == {}
    assert charted(report(SPOT, spot(more=16))) == {}
    assert charted(report(CUFF, cuff(at=None)))[Measure.SYSTOLIC] == 128  # of now, as far as anybody can know


def test_a_loose_cuff_or_a_moving_patient_is_flagged_and_still_told() -> None:
    for bit in (1, 2, 32):
        told = report(CUFF, cuff(status=bit))
        assert told.values[0].flags == ("QUES",) and charted(told)[Measure.SYSTOLIC] == 128
    assert report(CUFF, cuff(status=4)).values[0].flags == ()  # an irregular pulse is a finding, not a doubt


def test_a_cuff_set_to_another_user_names_somebody_else() -> None:
    assert report(CUFF, cuff(user=2), user=1).patient_id == "user 2 of the device"
    assert report(CUFF, cuff(user=1), user=1).patient_id == ""
    assert report(CUFF, cuff(user=0xFF), user=1).patient_id == ""
    assert report(CUFF, cuff(user=2)).patient_id == ""


@pytest.mark.parametrize(
    ("data", "location", "rate"),
    [
        (b"\x00\x48", 1, 72),
        (b"\x01\x2c\x01", 1, 300),
        (b"\x16\x48\x00\x04\x10\x04", 1, 72),
        (b"\x04\x48", 1, None),  # the strap is off
        (b"\x00\x48", 2, None),  # a wrist: a pulse, nobody says by what
        (b"\x00\x48", None, None),
    ],
)
def test_only_a_chest_strap_is_a_heart_rate(data: bytes, location: int | None, rate: int | None) -> None:
    told = charted(report(HEART, data, location=location))
    assert told == ({Measure.HEART_RATE_ECG: rate} if rate else {})


@given(
    data=st.binary(min_size=1, max_size=40),
    which=st.sampled_from(LISTENED),
    location=st.integers(0, 9) | st.none(),
)
def test_any_bytes_are_a_measurement_or_a_refusal_and_a_report_that_reads_back(
    data: bytes, which: object, location: int | None
) -> None:
    characteristic = which.characteristic  # type: ignore[attr-defined]
    try:
        told = report(characteristic, data, location=location)
    except PacketRefused as refused:
        assert refused.cause and refused.cure
        return
    assert parse_oru(render_oru(told)) == told
    for value in told.values:
        assert value.chartable == (value.value is not None)


# --- packets --------------------------------------------------------------------------------------


def joined(pieces: list[bytes], apart: timedelta = timedelta(0), which: int = 0) -> list[bytes | str]:
    joiner: Joiner = LISTENED[which].joiner()
    out: list[bytes | str] = []
    for i, piece in enumerate(pieces):
        out += [f if isinstance(f, bytes) else f.cause for f in joiner.feed(piece, HEARD + i * apart)]
    return out


@given(places=st.lists(st.integers(1, 17), max_size=4))
def test_a_measurement_cut_into_packets_is_one_measurement(places: list[int]) -> None:
    whole = cuff(user=1, status=0)
    edges = [0, *sorted(set(places)), len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(edges)]
    assert joined(pieces) == [whole]
    assert joined([*pieces, whole]) == [whole, whole]


@given(packets=st.lists(st.binary(max_size=24), max_size=6), which=st.integers(0, 3))
def test_any_packets_are_whole_measurements_or_refusals(packets: list[bytes], which: int) -> None:
    whole = [found for found in joined(packets, which=which) if isinstance(found, bytes)]
    assert sum(map(len, whole)) <= sum(map(len, packets))
    assert all(len(found) >= LISTENED[which].needed(found) for found in whole)


def test_a_half_without_its_other_half_is_refused_and_the_next_one_stands() -> None:
    whole = cuff()
    (refused, after) = joined([whole[:9], whole])
    assert "not its other half" in str(refused) and after == whole


def test_two_halves_that_are_apart_in_time_are_never_one_pressure() -> None:
    first, second = cuff(180, 110, 130), cuff(120, 70, 85)
    found = joined([first[:5], second[5:]], apart=timedelta(seconds=2))
    assert not any(isinstance(one, bytes) for one in found)


@pytest.mark.parametrize("pressures", [(76, 128, 93), (128, 76, 140), (128, 76, 60), (0, 0, 0)])
def test_pressures_that_contradict_each_other_are_refused(pressures: tuple[int, int, int]) -> None:
    with pytest.raises(PacketRefused, match="contradict"):
        report(CUFF, cuff(*pressures))


def test_a_packet_too_long_or_empty_is_refused() -> None:
    assert "longer than its flags say" in str(joined([cuff() + b"\0"])[0])
    assert "impossible length" in str(joined([b""])[0])
    assert joined([b"\x10\x48\x00\x04\x10\x04"], which=3) == [b"\x10\x48\x00\x04\x10\x04"]


def test_a_measurement_says_what_is_against_it() -> None:
    told: Measurement = read_measurement(STREAM, stream(status=1 << 14), ZONE)
    assert told.doubts == {Doubt.QUESTIONABLE}
