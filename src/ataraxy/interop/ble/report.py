"""A Bluetooth measurement as the report a bedside monitor would send, so that it goes the same way into the record.

``parse_oru(render_oru(x)) == x`` for every report made here.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ataraxy.catalog.codes_table import load_mdc
from ataraxy.interop.ble.measurement import Doubt, Measured, Measurement
from ataraxy.interop.hl7v2.oru import ParsedOru, parse_oru
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.interop.hl7v2.split import escape
from ataraxy.interop.hl7v2.value import ResultStatus, TimeFrom, WireValue

SENDER = "BLUETOOTH"
PULSE_UNTOLD = "149522"  # a pulse, and nobody says by what: known, never charted
UNITS_SENT = {"kPa": "kPa", "mmHg": "mm[Hg]", "%": "%", "/min": "{beat}/min"}
FLAGS = {
    Doubt.UNAVAILABLE: "NAV",
    Doubt.INVALID: "INV",
    Doubt.CALIBRATING: "CAL",
    Doubt.QUESTIONABLE: "QUES",
    Doubt.SIMULATED: "DEMO",
    Doubt.AGE_UNKNOWN: "INV",
}


def to_report(
    measurement: Measurement, address: str, control_id: str, heard_at: datetime, *, user: int | None = None
) -> ParsedOru:
    """One measurement as a report of the device at ``address``.

    Args:
        heard_at: when it arrived, with a zone; the time of a measurement that carries none.
        user: the person this device is to measure, by the device's own number; another's is marked as such, and
            the record keeps it aside. None: whoever it is.
    """
    another = user is not None and measurement.user is not None and measurement.user != user
    draft = ParsedOru(
        control_id=control_id,
        sent_at=heard_at,
        sending_application=(SENDER,),
        sending_facility=(address,),
        processing_id="P",
        version="2.6",
        accept_ack="AL",
        application_ack="NE",
        patient_id=f"user {measurement.user} of the device" if another else "",
        place="",
        values=tuple(_value(one, measurement, heard_at) for one in measurement.values),
    )
    return parse_oru(render_oru(draft))  # judged once, by the same rules as every monitor's


def _value(one: Measured, measurement: Measurement, heard_at: datetime) -> WireValue:
    table = load_mdc()
    code = table.for_measure(one.measure) if one.measure else table.by_number[PULSE_UNTOLD]
    unit = table.units_by_ucum[UNITS_SENT[one.unit]]
    given = one.value if isinstance(one.value, Decimal) else None
    return WireValue(
        code=code.number,
        ref_id=code.ref_id,
        raw_code=f"{code.number}^{code.ref_id}^MDC",
        raw_value="" if given is None else f"{given:f}",
        raw_unit=f"{unit.number}^{unit.ref_id}^MDC",
        measure=code.measure,
        value=None,
        unit="",
        device_at=measurement.at or heard_at,
        time_from=TimeFrom.OBSERVATION,
        status=ResultStatus.UNVERIFIED if given is not None else ResultStatus.UNAVAILABLE,
        not_available=None,
        flags=_flags(measurement),
        aperiodic=measurement.aperiodic,
    )


def _flags(measurement: Measurement) -> tuple[str, ...]:
    """As a monitor writes them. A time that cannot be read leaves the age unknown: an old pressure would look new."""
    doubts = measurement.doubts
    if measurement.timed and measurement.at is None:
        doubts |= {Doubt.AGE_UNKNOWN}
    return tuple(sorted({FLAGS[doubt] for doubt in doubts}))


def refused_report(
    characteristic: int, packet: bytes, cause: str, address: str, control_id: str, heard_at: datetime
) -> ParsedOru:
    """Bytes that are no measurement, sent on as a value nobody charts: nothing a device says is dropped."""
    value = WireValue(
        code=f"{characteristic:04x}",
        ref_id=cause,
        raw_code=f"{characteristic:04x}^{escape(cause)}^99BLUETOOTH",
        raw_value=packet.hex()[:80],
        raw_unit="",
        measure=None,
        value=None,
        unit="",
        device_at=heard_at,
        time_from=TimeFrom.OBSERVATION,
        status=ResultStatus.UNVERIFIED,
        not_available=None,
    )
    draft = ParsedOru(
        control_id=control_id,
        sent_at=heard_at,
        sending_application=(SENDER,),
        sending_facility=(address,),
        processing_id="P",
        version="2.6",
        accept_ack="AL",
        application_ack="NE",
        patient_id="",
        place="",
        values=(value,),
    )
    return parse_oru(render_oru(draft))
