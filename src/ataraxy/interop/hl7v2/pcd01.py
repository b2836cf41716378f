"""Writing an IHE PCD-01 ORU^R01, as a bedside monitor does. Used by the demo monitor and by tests.

``parse_oru(render_oru(x)) == x`` for every report made of ``observation`` values.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from ataraxy.catalog.codes_table import CodeTable, load_mdc
from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.moment import render_moment
from ataraxy.interop.hl7v2.oru import ParsedOru
from ataraxy.interop.hl7v2.row import SIMULATED_FLAGS
from ataraxy.interop.hl7v2.split import STANDARD, escape
from ataraxy.interop.hl7v2.value import ResultStatus, TimeFrom, WireValue

PROFILE = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"


def observation(
    measure: Measure,
    value: Decimal,
    at: datetime,
    *,
    sub_id: str = "",
    flags: tuple[str, ...] = (),
    aperiodic: bool = False,
    table: CodeTable | None = None,
) -> WireValue:
    """A value as a device would tell it: our first code of the measure, in our unit."""
    codes = table or load_mdc()
    code, unit = codes.for_measure(measure), codes.unit_for(measure)
    return WireValue(
        code=code.number,
        ref_id=code.ref_id,
        raw_code=f"{code.number}^{code.ref_id}^MDC",
        raw_value=f"{value:f}",
        raw_unit=f"{unit.number}^{unit.ref_id}^MDC",
        measure=measure,
        value=value,
        unit=measure.unit,
        device_at=at.astimezone(UTC),
        time_from=TimeFrom.OBSERVATION,
        status=ResultStatus.UNVERIFIED,
        not_available=None,
        sub_id=sub_id,
        flags=flags,
        aperiodic=aperiodic,
        simulated=bool(SIMULATED_FLAGS & set(flags)),
    )


def render_oru(report: ParsedOru) -> str:
    """The message text, segments ended by CR. ``place`` is sent as the bed (PV1-3.3)."""
    lines = [
        _msh(report),
        ["PID", "", "", f"{escape(report.patient_id)}^^^^PI", "", "^^^^^^U"],
        ["PV1", "", "U", f"^^{escape(report.place)}" if report.place else ""],
        _obr(report),
        *(_obx(position, value) for position, value in enumerate(report.values, start=1)),
    ]
    return "".join("|".join(line).rstrip("|") + "\r" for line in lines)


def _msh(report: ParsedOru) -> list[str]:
    return [
        "MSH",
        STANDARD.encoding,
        _components(report.sending_application),
        _components(report.sending_facility),
        "",
        "",
        render_moment(report.sent_at) if report.sent_at else "",
        "",
        "ORU^R01^ORU_R01",
        escape(report.control_id),
        escape(report.processing_id),
        escape(report.version),
        "",
        "",
        report.accept_ack,
        report.application_ack,
        "",
        "UNICODE UTF-8",
        "",
        "",
        PROFILE,
    ]


def _obr(report: ParsedOru) -> list[str]:
    order = f"{escape(report.control_id)}^{escape(report.sending_application[0])}"
    at = render_moment(report.sent_at) if report.sent_at else ""
    return ["OBR", "1", order, order, "182777000^monitoring of patient^SCT", "", "", at]


def _obx(position: int, value: WireValue) -> list[str]:
    at = render_moment(value.device_at) if value.device_at else ""
    return [
        "OBX",
        str(position),
        "NM",
        value.raw_code,
        escape(value.sub_id),
        escape(value.raw_value),
        value.raw_unit,
        "",
        "~".join(escape(flag) for flag in value.flags),
        "",
        "",
        value.status.value,
        "",
        "",
        at,
        "",
        "",
        "^APERIODIC" if value.aperiodic else "",
    ]


def _components(parts: tuple[str, ...]) -> str:
    return "^".join(escape(part) for part in parts)
