"""What a Bluetooth device measured: the same values as a monitor's, from the packets of three services.

Source: Bluetooth SIG: Blood Pressure Service (0x1810), Pulse Oximeter Service (0x1822), Heart Rate Service (0x180D)
and the GATT specification supplement. Recalled, not read: checked against the devices of the tests alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import IntFlag, StrEnum

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.ble.moment import take_moment
from ataraxy.interop.ble.packet import Cursor, PacketRefused
from ataraxy.interop.ble.sfloat import Special, sfloat

KILOPASCAL, MILLIMETRES = "kPa", "mmHg"
UNKNOWN_USER = 0xFF


class Doubt(StrEnum):
    """What the device says against its own value. The first three take the value back."""

    UNAVAILABLE = "unavailable"
    INVALID = "invalid"
    CALIBRATING = "calibrating"
    QUESTIONABLE = "questionable"
    SIMULATED = "simulated"
    AGE_UNKNOWN = "age-unknown"  # from the device's memory, without a time


@dataclass(frozen=True, slots=True)
class Measured:
    """One value. ``value`` Special: the device says there is none. ``measure`` None: a pulse, nobody says by what."""

    measure: Measure | None
    value: Decimal | Special
    unit: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One packet. ``at`` is the device's clock (UTC), None where it told no usable time; ``aperiodic``: one inflation.

    ``user`` is the device's own number of the person it believes it measured; it proves nobody.
    """

    values: tuple[Measured, ...]
    at: datetime | None
    timed: bool  # a time stamp was there, readable or not
    user: int | None
    doubts: frozenset[Doubt]
    aperiodic: bool


class CuffFlag(IntFlag):
    KILOPASCAL = 1
    TIME = 2
    PULSE = 4
    USER = 8
    STATUS = 16


class CuffStatus(IntFlag):
    MOVEMENT = 1
    LOOSE = 2
    IRREGULAR_PULSE = 4
    POSITION = 32


class SpotFlag(IntFlag):
    TIME = 1
    STATUS = 2
    DEVICE = 4
    AMPLITUDE = 8
    CLOCK_NOT_SET = 16


class StreamFlag(IntFlag):
    FAST = 1
    SLOW = 2
    STATUS = 4
    DEVICE = 8
    AMPLITUDE = 16


class OximeterStatus(IntFlag):
    FROM_MEMORY = 1 << 9
    DEMONSTRATION = 1 << 10
    TESTING = 1 << 11
    CALIBRATING = 1 << 12
    UNAVAILABLE = 1 << 13
    QUESTIONABLE = 1 << 14
    INVALID = 1 << 15


class HeartFlag(IntFlag):
    SIXTEEN_BITS = 1
    IN_CONTACT = 2
    CONTACT_TOLD = 4
    ENERGY = 8
    INTERVALS = 16


CHEST = 1  # body sensor location (0x2A38): the only one that means electrodes


def cuff_length(data: bytes) -> int:
    """How long a blood pressure measurement is that begins so."""
    flags = CuffFlag(data[0] & 0x1F)
    more = ((CuffFlag.TIME, 7), (CuffFlag.PULSE, 2), (CuffFlag.USER, 1), (CuffFlag.STATUS, 2))
    return 7 + sum(octets for flag, octets in more if flag in flags)


def spot_length(data: bytes) -> int:
    flags = SpotFlag(data[0] & 0x1F)
    more = ((SpotFlag.TIME, 7), (SpotFlag.STATUS, 2), (SpotFlag.DEVICE, 3), (SpotFlag.AMPLITUDE, 2))
    return 5 + sum(octets for flag, octets in more if flag in flags)


def stream_length(data: bytes) -> int:
    flags = StreamFlag(data[0] & 0x1F)
    more = (
        (StreamFlag.FAST, 4),
        (StreamFlag.SLOW, 4),
        (StreamFlag.STATUS, 2),
        (StreamFlag.DEVICE, 3),
        (StreamFlag.AMPLITUDE, 2),
    )
    return 5 + sum(octets for flag, octets in more if flag in flags)


def heart_length(data: bytes) -> int:
    flags = HeartFlag(data[0] & 0x1F)
    return 2 + (HeartFlag.SIXTEEN_BITS in flags) + 2 * (HeartFlag.ENERGY in flags)


def read_cuff(data: bytes, zone: tzinfo) -> Measurement:
    """A blood pressure measurement (0x2A35): one inflation.

    Raises:
        PacketRefused: it is shorter than its flags say, or its pressures contradict each other.
    """
    cursor = Cursor(data)
    flags = CuffFlag(cursor.take(1) & 0x1F)
    unit = KILOPASCAL if CuffFlag.KILOPASCAL in flags else MILLIMETRES
    pressures = (Measure.SYSTOLIC, Measure.DIASTOLIC, Measure.MEAN_PRESSURE)
    values = [Measured(measure, sfloat(cursor.take(2)), unit) for measure in pressures]
    _insist_on_order(*(one.value for one in values))
    at = take_moment(cursor, zone) if CuffFlag.TIME in flags else None
    if CuffFlag.PULSE in flags:
        values.append(Measured(Measure.PULSE_CUFF, sfloat(cursor.take(2)), "/min"))
    user = cursor.take(1) if CuffFlag.USER in flags else UNKNOWN_USER
    status = CuffStatus(cursor.take(2) & 0x27) if CuffFlag.STATUS in flags else CuffStatus(0)
    wrong = CuffStatus.MOVEMENT | CuffStatus.LOOSE | CuffStatus.POSITION
    return Measurement(
        tuple(values),
        at,
        CuffFlag.TIME in flags,
        None if user == UNKNOWN_USER else user,
        frozenset({Doubt.QUESTIONABLE}) if status & wrong else frozenset(),
        aperiodic=True,
    )


def read_spot(data: bytes, zone: tzinfo) -> Measurement:
    """One oximeter reading taken on its own (0x2A5E).

    Raises:
        PacketRefused: it is shorter than its flags say.
    """
    cursor = Cursor(data)
    flags = SpotFlag(cursor.take(1) & 0x1F)
    values = _saturation_and_pulse(cursor)
    at = take_moment(cursor, zone) if SpotFlag.TIME in flags else None
    if SpotFlag.CLOCK_NOT_SET in flags:
        at = None
    doubts = _oximeter_doubts(cursor.take(2)) if SpotFlag.STATUS in flags else frozenset()
    if at is not None:
        doubts -= {Doubt.AGE_UNKNOWN}
    return Measurement(values, at, SpotFlag.TIME in flags, None, doubts, aperiodic=False)


def read_stream(data: bytes, zone: tzinfo) -> Measurement:
    """What an oximeter says without pause (0x2A5F). It carries no time: it is of now, unless it is from memory.

    Raises:
        PacketRefused: it is shorter than its flags say.
    """
    cursor = Cursor(data)
    flags = StreamFlag(cursor.take(1) & 0x1F)
    values = _saturation_and_pulse(cursor)
    for flag in (StreamFlag.FAST, StreamFlag.SLOW):
        if flag in flags:
            cursor.take(4)
    doubts = _oximeter_doubts(cursor.take(2)) if StreamFlag.STATUS in flags else frozenset()
    return Measurement(values, None, False, None, doubts, aperiodic=False)


def read_heart(data: bytes, location: int | None) -> Measurement:
    """A heart rate (0x2A37). Only a sensor that says it sits on the chest hears the heart; others feel a pulse.

    Raises:
        PacketRefused: it is shorter than its flags say.
    """
    cursor = Cursor(data)
    flags = HeartFlag(cursor.take(1) & 0x1F)
    rate = Decimal(cursor.take(2 if HeartFlag.SIXTEEN_BITS in flags else 1))
    measure = Measure.HEART_RATE_ECG if location == CHEST else None
    off = HeartFlag.CONTACT_TOLD in flags and HeartFlag.IN_CONTACT not in flags
    doubts = frozenset({Doubt.UNAVAILABLE}) if off else frozenset()
    return Measurement((Measured(measure, rate, "/min"),), None, False, None, doubts, aperiodic=False)


def _insist_on_order(
    systolic: Decimal | Special, diastolic: Decimal | Special, mean: Decimal | Special
) -> None:
    """Systolic above diastolic, the mean between: two halves of two measurements seldom keep this."""
    told = [p for p in (systolic, mean, diastolic) if isinstance(p, Decimal)]
    if told != sorted(told, reverse=True) or (len(told) > 1 and told[0] == told[-1]):
        raise PacketRefused("The pressures of a Bluetooth cuff contradict each other.", "Measure again.")


def _saturation_and_pulse(cursor: Cursor) -> tuple[Measured, ...]:
    return (
        Measured(Measure.SPO2, sfloat(cursor.take(2)), "%"),
        Measured(Measure.PULSE_OXIMETER, sfloat(cursor.take(2)), "/min"),
    )


def _oximeter_doubts(raw: int) -> frozenset[Doubt]:
    status = OximeterStatus(raw & 0xFE00)
    simulated = OximeterStatus.DEMONSTRATION | OximeterStatus.TESTING
    says = (
        (OximeterStatus.UNAVAILABLE, Doubt.UNAVAILABLE),
        (OximeterStatus.INVALID, Doubt.INVALID),
        (OximeterStatus.CALIBRATING, Doubt.CALIBRATING),
        (OximeterStatus.QUESTIONABLE, Doubt.QUESTIONABLE),
        (simulated, Doubt.SIMULATED),
        (OximeterStatus.FROM_MEMORY, Doubt.AGE_UNKNOWN),
    )
    return frozenset(doubt for bits, doubt in says if status & bits)
