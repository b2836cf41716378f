"""The thirteen hazards of real monitors' messages, each from the wire to the record, in a clinic that is no demo.

Found in public device samples: see docs/reference/monitors.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ataraxy.core.protocol.types import Measure

MMHG, PERCENT = "266016^MDC_DIM_MMHG^MDC", "262688^MDC_DIM_PERCENT^MDC"
BEATS = "264864^MDC_DIM_BEAT_PER_MIN^MDC"
SYSTOLIC, DIASTOLIC = "150301^MDC_PRESS_CUFF_SYS^MDC", "150302^MDC_PRESS_CUFF_DIA^MDC"
SPO2 = "150456^MDC_PULS_OXIM_SAT_O2^MDC"
BED = "ICU^^5"


def stamp(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}{at:%z}"


def obx(
    code: str, value: str, unit: str, at: datetime | str | None = None, *, status: str = "R", flags: str = "",
    kind: str = "NM", mode: str = "",
) -> str:  # fmt: skip
    when = stamp(at) if isinstance(at, datetime) else at or ""
    return f"OBX|1|{kind}|{code}|1.1|{value}|{unit}|90^160|{flags}|||{status}|||{when}|||{mode}"


def pressures(at: datetime | str, systolic: str = "141", mode: str = "") -> tuple[str, str]:
    return obx(SYSTOLIC, systolic, MMHG, at, mode=mode), obx(DIASTOLIC, "84", MMHG, at, mode=mode)


@pytest.fixture
def ward(make_ward: Callable[..., Any]) -> Any:
    return make_ward(is_demo=False, name="Harbour Clinic")


@pytest.fixture
def room(ward: Any) -> Callable[..., Any]:
    """room(device) -> a session whose monitor, of this name, a person bound ten minutes ago."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.devices.actions import set_monitor
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import MonitorBound

    def make(device: str = "MON/WARD/ICU 5") -> Any:
        bed = ward.session(bound=False)
        set_monitor(ward.context(), device, f"Monitor {bed.name}", None)
        append_session(ward.context(ago=timedelta(minutes=10)), bed.session, Entry(MonitorBound(device)))
        return bed

    return make


@pytest.fixture
def tell(live: Any, call: Any) -> Callable[..., str]:
    """tell(row, row, ...) -> the code of the acknowledgement."""
    line, count = call(live), iter(range(1, 999))

    def send(
        *rows: str, kind: str = "ORU^R01", sent: str | None = None, bed: str = BED, patient: str = "",
        modes: str = "AL|NE", charset: str = "UNICODE UTF-8", ends: str = "\r", end_coding: str = "utf-8",
    ) -> str:  # fmt: skip
        at = stamp(datetime.now(UTC)) if sent is None else sent
        header = f"MSH|^~\\&|MON^0000AA^EUI-64|WARD|ATX|CLINIC|{at}||{kind}|c{next(count)}|P|2.6|||{modes}||{charset}"
        text = ends.join([header, f"PID|||{patient}", f"PV1||I|{bed}", f"OBR|1|||1^VITALS^X|||{at}", *rows])
        code: str = line.tell(text.encode(end_coding) + ends.encode())
        return code

    return send


def charted(bed: Any) -> dict[Measure, float]:
    return {r.measure: float(r.value) for event in bed.vitals() for r in event.payload.readings}


def absent(bed: Any) -> list[str]:
    return [sample.absent for sample in bed.samples()]


def aside() -> list[Any]:
    from ataraxy.clinic.treat.models import Quarantined

    return list(Quarantined.objects.order_by("id"))


def test_hazard_01_text_and_number_disagree(room: Any, tell: Any) -> None:
    bed, now = room(), datetime.now(UTC)
    wrong = [
        "150031^MDC_PRESS_CUFF_SYS^MDC",
        "150021^MDC_PRESS_BLD_ART_ABP_SYS^MDC",
        "150017^MDC_PRESS_BLD_NONINV_SYS^MDC",
        "8480-6^Diastolic blood pressure^LN",
        "0002-4182^HR_Pulse^MDIL",
    ]
    assert tell(*(obx(code, "141", MMHG, now) for code in wrong), obx(SPO2, "97", PERCENT, now)) == "CA"
    assert charted(bed) == {Measure.SPO2: 97}
    reasons = [row.reason for row in aside()]
    assert len(reasons) == len(wrong) and all("mean different things" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("-100", "R"),
        ("-999", "R"),
        ("-99.9", "R"),
        ("8388607", "X"),
        ("8388607", "R"),
        ("97", "X"),
        ("", "X"),
    ],
)
def test_hazard_02_sentinels(room: Any, tell: Any, told: str, status: str) -> None:
    bed, now = room(), datetime.now(UTC)
    tell(obx(SPO2, told, PERCENT, now, status=status))
    assert charted(bed) == {} and absent(bed) in (["sentinel"], ["withdrawn"])


def test_hazard_02_a_true_zero_is_kept(room: Any, tell: Any) -> None:
    """Breathing that stands still is a value, and the one that must be seen; nobody is at 0 degC."""
    bed, now = room(), datetime.now(UTC)
    tell(
        obx("151562^MDC_RESP_RATE^MDC", "0", "264928^MDC_DIM_RESP_PER_MIN^MDC", now),
        obx("147842^MDC_ECG_HEART_RATE^MDC", "0", BEATS, now),
        obx("150344^MDC_TEMP^MDC", "0", "268192^MDC_DIM_DEGC^MDC", now),
    )
    assert charted(bed) == {Measure.RESPIRATORY_RATE: 0, Measure.HEART_RATE_ECG: 0}
    (cold,) = [sample for sample in bed.samples() if sample.absent]
    assert (cold.measure, cold.absent) == ("temperature", "impossible") and cold.original.startswith("0 ")


def test_hazard_03_demo_in_the_status_flag_is_the_only_sign(room: Any, tell: Any) -> None:
    bed, now = room(), datetime.now(UTC)
    assert tell(obx(SPO2, "97", PERCENT, now, flags="DEMO")) == "CA"
    assert charted(bed) == {} and bed.samples() == []
    (row,) = aside()
    assert "simulated" in row.reason


@pytest.mark.parametrize("status", ["R", "F", ""])
def test_hazard_04_a_result_is_unverified_final_or_nothing(room: Any, tell: Any, status: str) -> None:
    bed = room()
    tell(obx(SPO2, "97", PERCENT, datetime.now(UTC), status=status))
    assert charted(bed) == {Measure.SPO2: 97}


def test_hazard_05_a_cuff_value_sent_again_with_its_old_time_is_one_of_that_age(room: Any, tell: Any) -> None:
    bed, taken = room(), datetime.now(UTC) - timedelta(minutes=4)
    for saturation in ("97", "98", "96"):
        tell(*pressures(taken, mode="^APERIODIC"), obx(SPO2, saturation, PERCENT, datetime.now(UTC)))
    cuffs = [e for e in bed.vitals() if any(r.measure is Measure.SYSTOLIC for r in e.payload.readings)]
    (only,) = cuffs
    assert only.envelope.at == taken.replace(microsecond=0)
    tell(*pressures(datetime.now(UTC), "150"))
    assert charted(bed)[Measure.SYSTOLIC] == 150


def test_hazard_05_the_age_comes_from_the_request_where_the_value_has_no_time(room: Any, tell: Any) -> None:
    bed, taken = room(), datetime.now(UTC) - timedelta(seconds=40)
    tell(obx(SYSTOLIC, "141", MMHG), obx(DIASTOLIC, "84", MMHG), sent=stamp(taken))
    (event,) = bed.vitals()
    assert event.envelope.at == taken.replace(microsecond=0)


@pytest.mark.parametrize("zone", ["+0000", "+0800", "+0530", ""])
def test_hazard_06_every_zone_is_the_same_moment(ward: Any, room: Any, tell: Any, zone: str) -> None:
    bed, taken = room(), datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=30)
    offset = timedelta(hours=int(zone[:3]), minutes=int(zone[3:])) if zone else None
    local = taken + offset if offset is not None else taken.astimezone(ZoneInfo(ward.clinic.zone))
    told = f"{local:%Y%m%d%H%M%S}{zone}"
    tell(*pressures(told), sent=told)
    (event,) = bed.vitals()
    assert event.envelope.at == taken and not aside()


@pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(minutes=-3)])
def test_hazard_06_a_drifting_clock_is_warned_of_and_nothing_is_of_the_future(
    room: Any, tell: Any, ahead: timedelta
) -> None:
    bed, told = room(), datetime.now(UTC) + ahead
    tell(*pressures(told), sent=stamp(told))
    (event,) = bed.vitals()
    assert event.envelope.at <= datetime.now(UTC)
    (row,) = aside()
    assert "more than 60 s" in row.reason
    assert {sample.device_at for sample in bed.samples()} == {told.replace(microsecond=0)}


@pytest.mark.parametrize(
    ("layout", "device"),
    [
        ("ICU^^5", "MON/WARD/ICU 5"),
        ("^^&24", "MON/WARD/24"),
        ("^^Doc1&5&1", "MON/WARD/Doc1 5 1"),
    ],
)
def test_hazard_07_a_patient_is_told_by_a_bed_alone(room: Any, tell: Any, layout: str, device: str) -> None:
    bed = room(device)
    assert tell(obx(SPO2, "97", PERCENT, datetime.now(UTC)), bed=layout, patient="^^^Hospital^PI") == "CA"
    assert charted(bed) == {Measure.SPO2: 97}


def test_hazard_07_another_patient_or_another_bed_is_nobodys(room: Any, tell: Any) -> None:
    bed, now = room(), datetime.now(UTC)
    tell(obx(SPO2, "97", PERCENT, now), patient="R-9999")
    tell(obx(SPO2, "96", PERCENT, now), bed="ICU^^6")
    assert charted(bed) == {} and [row.named for row in aside()] == ["R-9999", ""]


def test_hazard_08_heart_rate_and_both_pulses_stay_three_things(room: Any, tell: Any) -> None:
    bed, now = room(), datetime.now(UTC)
    tell(
        obx("147842^MDC_ECG_HEART_RATE^MDC", "71", BEATS, now),
        obx("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "72", BEATS, now),
        obx("149546^MDC_PULS_RATE_NON_INV^MDC", "73", BEATS, now),
        obx("149522^MDC_PULS_RATE^MDC", "74", BEATS, now),
    )
    assert charted(bed) == {Measure.HEART_RATE_ECG: 71, Measure.PULSE_OXIMETER: 72, Measure.PULSE_CUFF: 73}
    assert absent(bed).count("not-charted") == 1


def test_hazard_09_units_are_converted_once_and_the_original_kept(room: Any, tell: Any) -> None:
    bed, now = room(), datetime.now(UTC)
    tell(
        obx(SYSTOLIC, "18.8", "kPa", now),
        obx(DIASTOLIC, "84", MMHG, now),
        obx("150344^MDC_TEMP^MDC", "98.6", "266560^MDC_DIM_FAHR^MDC", now),
        obx("150344^MDC_TEMP^MDC", "98.6", "268160^MDC_DIM_FAHR^MDC", now),
    )
    assert charted(bed) == {Measure.SYSTOLIC: 141.0, Measure.DIASTOLIC: 84, Measure.TEMPERATURE: 37.0}
    kept = {sample.original for sample in bed.samples()}
    assert "18.8 kPa" in kept and "98.6 266560^MDC_DIM_FAHR^MDC" in kept
    assert absent(bed).count("unit-unknown") == 1  # the number of another unit under this name


@pytest.mark.parametrize(
    ("modes", "codes"),
    [("|", ["AA"]), ("AL|NE", ["CA"]), ("NE|AL", ["AA"]), ("AL|AL", ["CA", "AA"]), ("ER|NE", [])],
)
def test_hazard_10_each_mode_gets_the_acknowledgement_it_asks_for(
    room: Any, live: Any, call: Any, until: Any, modes: str, codes: list[str]
) -> None:
    bed, line, now = room(), call(live), stamp(datetime.now(UTC))
    header = f"MSH|^~\\&|MON^0000AA^EUI-64|WARD|ATX|CLINIC|{now}||ORU^R01|c1|P|2.6|||{modes}"
    line.send("\r".join([header, f"PV1||I|{BED}", obx(SPO2, "97", PERCENT, now)]).encode())
    assert [line.answer()[0] for _ in codes] == codes
    until(lambda: charted(bed) == {Measure.SPO2: 97})


@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize(
    ("named", "coding", "name"),
    [
        ("UNICODE UTF-8", "utf-8", "Müller"),
        ("8859/5", "iso8859-5", "Иванов"),
        ("GB 18030-2000", "gb18030", "王小明"),
    ],
)
def test_hazard_11_line_ends_and_character_sets(
    room: Any, tell: Any, ends: str, named: str, coding: str, name: str
) -> None:
    bed, now = room(), datetime.now(UTC)
    note = f"NTE|1||{name}"
    assert tell(obx(SPO2, "97", PERCENT, now), note, charset=named, ends=ends, end_coding=coding) == "CA"
    assert charted(bed) == {Measure.SPO2: 97}


def test_hazard_12_questions_and_admissions_on_the_same_socket_are_answered(room: Any, tell: Any) -> None:
    bed, now = room(), datetime.now(UTC)
    query = f"QRD|20261123|R|I|Q1||||{bed.record_number}|RES"
    assert tell(query, kind="QRY^R02", modes="|") == "AA"
    assert tell("EVN|A08|20261123", kind="ADT^A08", modes="|") == "AA"
    assert tell(query, kind="QRY^A19", modes="|") == "AA"
    assert tell(obx(SPO2, "97", PERCENT, now)) == "CA"
    assert charted(bed) == {Measure.SPO2: 97} and not aside()


def test_hazard_13_curves_between_the_numbers_are_skipped(room: Any, tell: Any) -> None:
    bed, now = room(), datetime.now(UTC)
    curve = obx("131329^MDC_ECG_ELEC_POTL_I^MDC", "^".join(["80"] * 2000), "", now, kind="NA")
    for saturation in ("97", "96"):
        assert tell(curve, kind="ORU^W01") == "CA"
        assert tell(curve, obx(SPO2, saturation, PERCENT, now)) == "CA"
    assert charted(bed)[Measure.SPO2] == 97 and not aside()
    assert [s.value for s in bed.samples() if s.measure == "spo2"] == [97, 96]
