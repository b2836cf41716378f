"""What of a bound monitor's message a person must know of, though the rest is charted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure

SPO2 = (Measure.SPO2, 97)


def aside() -> list[Any]:
    from ataraxy.clinic.treat.models import Quarantined

    return list(Quarantined.objects.order_by("id"))


def mistold(message: bytes) -> bytes:
    return message.replace(b"150301^MDC_PRESS_CUFF_SYS", b"150031^MDC_PRESS_CUFF_SYS")


def test_a_code_and_a_name_that_disagree_are_quarantined_once_and_the_rest_is_charted(
    ward: Any, live: Any, call: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    for _ in range(4):
        assert monitor.tell(mistold(bed.says(SPO2, *bed.cuff(141, 84)))) == "CA"
    (row,) = aside()
    assert "150031^MDC_PRESS_CUFF_SYS" in row.reason and "mean different things" in row.reason
    assert row.clinic_id == ward.clinic.id and row.device == bed.device and bytes(row.raw)
    measures = {r.measure for event in bed.vitals() for r in event.payload.readings}
    assert measures == {Measure.SPO2, Measure.DIASTOLIC}
    assert sum(sample.absent == "code-conflict" for sample in bed.samples()) == 4


def test_another_binding_is_told_again(ward: Any, live: Any, call: Any) -> None:
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.treat.record import append_session
    from ataraxy.core.session.events import MonitorBound, MonitorUnbound

    bed, monitor = ward.session(), call(live)
    monitor.tell(mistold(bed.says(*bed.cuff(141, 84))))
    append_session(ward.context(), bed.session, Entry(MonitorUnbound(bed.device)))
    append_session(ward.context(), bed.session, Entry(MonitorBound(bed.device)))
    for _ in range(2):
        monitor.tell(mistold(bed.says(*bed.cuff(142, 85))))
    assert len(aside()) == 2


@pytest.mark.parametrize(
    "off", [timedelta(minutes=5), timedelta(hours=-8), timedelta(seconds=61), -timedelta(seconds=62)]
)
def test_a_clock_more_than_a_minute_from_ours_is_told(
    ward: Any, live: Any, call: Any, off: timedelta
) -> None:
    bed, monitor = ward.session(), call(live)
    for _ in range(2):
        now = datetime.now(UTC) + off
        assert monitor.tell(bed.says(SPO2, at=now, sent_at=now)) == "CA"
    (row,) = aside()
    assert "more than 60 s from ours" in row.reason and "time zone" in row.cure


@pytest.mark.parametrize("off", [timedelta(0), timedelta(seconds=50), timedelta(seconds=-50)])
def test_a_clock_within_a_minute_is_nobodys_business(ward: Any, live: Any, call: Any, off: timedelta) -> None:
    bed, monitor = ward.session(), call(live)
    now = datetime.now(UTC) + off
    monitor.tell(bed.says(SPO2, at=now, sent_at=now))
    assert not aside()


def test_a_time_without_a_zone_is_the_clinics_and_no_wrong_clock(ward: Any, live: Any, call: Any) -> None:
    from zoneinfo import ZoneInfo

    bed, monitor = ward.session(), call(live)
    local = datetime.now(UTC).astimezone(ZoneInfo(ward.clinic.zone))
    message = bed.says(SPO2, at=local, sent_at=local)
    for zoned in (f"{local:%z}", "+0000"):
        message = message.replace(zoned.encode(), b"")
    stamp = f"{datetime.now(UTC):%Y%m%d%H}".encode()
    message = message.replace(stamp, f"{local:%Y%m%d%H}".encode())
    monitor.tell(message)
    assert not aside() and [sample.absent for sample in bed.samples()] == [""]


def test_a_wrong_zone_is_told_and_old_values_never_look_new(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    late = datetime.now(UTC) - timedelta(hours=5, minutes=30)
    monitor.tell(bed.says(*bed.cuff(141, 84, late), at=late, sent_at=late))
    assert len(aside()) == 1 and not bed.vitals()
    assert {sample.absent for sample in bed.samples()} == {"before-binding"}


def test_a_pressure_without_a_unit_is_told(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    monitor.tell(bed.says(*bed.cuff(141, 84)).replace(b"266016^MDC_DIM_MMHG^MDC", b""))
    assert {"its unit is not known here" in row.reason for row in aside()} == {True}
    assert not bed.vitals()


def test_what_is_unmapped_stands_on_the_page_of_the_monitors(ward: Any, live: Any, call: Any) -> None:
    from ataraxy.clinic.devices.queries import not_charted

    bed, monitor = ward.session(), call(live)
    message = bed.says(SPO2, *bed.cuff(141, 84))
    for _ in range(3):
        monitor.tell(message.replace(b"150301^MDC_PRESS_CUFF_SYS^MDC", b"77^NEW_THING^99MAKER"))
        message = bed.says(SPO2, *bed.cuff(141, 84))
    found = [(one.label, one.what, one.reason, one.count) for one in not_charted(ward.context())]
    assert found == [
        (f"Monitor {bed.name}", "77 NEW_THING 99MAKER", "unmapped: no row of the code tables", 3)
    ]
