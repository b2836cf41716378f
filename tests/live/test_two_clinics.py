"""Two clinics in one house: a monitor's name, or an address, that both use gives nobody another's readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure

SPO2 = (Measure.SPO2, 97)
Say = Callable[..., None]


def aside() -> list[Any]:
    from ataraxy.clinic.treat.models import Quarantined

    return list(Quarantined.objects.order_by("id"))


@pytest.fixture
def here(make_ward: Any) -> Any:
    return make_ward()


@pytest.fixture
def there(make_ward: Any) -> Any:
    """Another clinic, whose first bed has a number of its own."""
    ward = make_ward(name="Another Clinic")
    ward.beds = 10
    return ward


@pytest.fixture
def say(own_database: str) -> Say:
    """say(raw, clinic_id=...) -> one message of one address, written."""
    from ataraxy.live.arrived import arrived
    from ataraxy.live.inbox import Inbox
    from ataraxy.live.writer import Writer

    writer = Writer(Inbox(), lambda answers, heard: None)

    def write(*raws: bytes, peer: str = "10.0.4.7", **more: Any) -> None:
        batch = [arrived(raw, peer, datetime.now(UTC), lambda *_: None) for raw in raws]
        assert writer.write([replace(message, **more) for message in batch]) == []

    return write


def also_in(ward: Any, bed: Any) -> None:
    """The other clinic has a monitor of the same name, and nobody has bound it."""
    from ataraxy.clinic.treat.models import Monitor

    Monitor.objects.create(clinic=ward.clinic, device=bed.device, label="Ours")


def test_a_name_two_clinics_use_speaks_for_neither_though_one_alone_has_bound_it(
    here: Any, there: Any, say: Say
) -> None:
    bed = here.session()
    say(bed.says(SPO2))  # the address is known by it
    also_in(there, bed)
    say(bed.says((Measure.SPO2, 88)))
    assert [s.value for s in bed.samples()] == [97]
    (row,) = aside()
    assert row.reason == "Two clinics have a monitor of this name." and row.clinic_id is None


def test_a_gateway_speaks_for_its_own_clinics_monitor_whoever_else_uses_the_name(
    here: Any, there: Any, say: Say
) -> None:
    bed = here.session()
    also_in(there, bed)
    say(bed.says(SPO2), clinic_id=here.clinic.id)
    assert len(bed.samples()) == 1 and not aside()
    say(bed.says((Measure.SPO2, 88)), clinic_id=there.clinic.id)
    assert len(bed.samples()) == 1
    (row,) = aside()
    assert row.clinic_id == there.clinic.id and "Nobody said" in row.reason


def test_a_gateway_never_speaks_for_a_monitor_of_another_clinic(here: Any, there: Any, say: Say) -> None:
    bed = here.session()
    say(bed.says(SPO2), clinic_id=there.clinic.id)
    assert not bed.samples()
    (row,) = aside()
    assert row.clinic_id == there.clinic.id and "known here" in row.reason


def test_what_names_no_monitor_is_shown_to_the_clinic_whose_monitors_alone_speak_from_there(
    here: Any, there: Any, say: Say
) -> None:
    bed, other = here.session(), there.session()
    stranger = {"sending_application": ("STRANGER",)}
    say(bed.says(SPO2))
    say(bed.says(SPO2, **stranger))
    say(other.says(SPO2), other.says(SPO2, **stranger))
    say(bed.says((Measure.SPO2, 96)), bed.says(SPO2, **stranger))  # the last heard does not make it theirs
    assert [row.clinic_id for row in aside()] == [here.clinic.id, None, None]
    say(other.says(SPO2), other.says(SPO2, **stranger), peer="10.0.4.8")
    assert aside()[-1].clinic_id == there.clinic.id


def test_a_link_is_called_by_the_name_the_monitor_has_in_this_clinic(here: Any, there: Any) -> None:
    from ataraxy.clinic.treat.models import Monitor
    from ataraxy.clinic.treat.queries.room import monitor_link
    from ataraxy.clinic.treat.record import state_of

    bed = here.session()
    now = datetime.now(UTC)
    also_in(there, bed)
    assert monitor_link(state_of(bed.session), bed.session, now).device == "Monitor 1"
    Monitor.objects.filter(clinic=here.clinic).update(label="By the window")  # and whichever row comes first
    assert monitor_link(state_of(bed.session), bed.session, now).device == "By the window"
    twin = there.session(bound=False)
    assert monitor_link(state_of(bed.session), twin.session, now).device == "Ours"
