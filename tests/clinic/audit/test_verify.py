"""With the owner's power, and the guards switched off, whatever is done to the record shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import transaction

from ataraxy.core.chart.events import ChartOpened, EscortRecorded


@pytest.fixture
def chart(own_database: str) -> UUID:
    """A chart of five events, anchored after the fourth."""
    from ataraxy.clinic.audit.anchors import drop_anchor
    from ataraxy.clinic.audit.append import Entry, append, lock_head, open_stream
    from ataraxy.clinic.audit.models import StreamKind
    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.models import Clinic, Patient

    clinic = Clinic.objects.create(name="C", zone="UTC")
    ctx = system_context(clinic)
    patient = Patient.objects.create(
        clinic=clinic,
        record_number="1",
        given_name="A",
        family_name="B",
        birth_date=date(1980, 1, 1),
        sex="other",
    )
    with transaction.atomic():
        append(ctx, open_stream(ctx, patient.id, StreamKind.CHART), [Entry(ChartOpened("x", "y"))])
        for name in ("Ada", "Bea", "Cyd"):
            append(ctx, lock_head(ctx, patient.id), [Entry(EscortRecorded(name, "1", "friend"))])
    drop_anchor(ctx, None)
    with transaction.atomic():
        append(ctx, lock_head(ctx, patient.id), [Entry(EscortRecorded("Dee", "1", "friend"))])
    return patient.id


@pytest.fixture
def tamper(server: Any, own_database: str) -> Callable[..., None]:
    """tamper(sql, ...): run statements as the owner with every guard off."""

    def run(*statements: str) -> None:
        with psycopg.connect(server.url("ataraxy_owner", own_database)) as connection:
            for table in ("audit_event", "audit_chainhead", "audit_anchor", "people_patient"):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.execute("ALTER TABLE audit_event DROP CONSTRAINT IF EXISTS event_hash_covers_text")
            for statement in statements:
                connection.execute(statement)

    return run


def _faults() -> list[Any]:
    from ataraxy.clinic.audit.verify import verify

    return verify()


def test_an_untouched_record_has_no_fault(chart: UUID) -> None:
    assert _faults() == []


def test_an_edited_text_is_found(chart: UUID, tamper: Callable[..., None]) -> None:
    tamper("UPDATE audit_event SET text = replace(text, 'Bea', 'Eve') WHERE seq = 3")
    (fault,) = _faults()
    assert (fault.stream, fault.seq) == (chart, 3)
    assert "changed after it was written" in fault.reason


def test_an_edited_text_with_a_fresh_hash_is_found(chart: UUID, tamper: Callable[..., None]) -> None:
    tamper(
        "UPDATE audit_event SET text = replace(text, 'Bea', 'Eve') WHERE seq = 3",
        "UPDATE audit_event SET hash = encode(sha256(convert_to(previous || chr(10) || text, 'UTF8')), 'hex')"
        " WHERE seq = 3",
    )
    (fault,) = _faults()
    assert (fault.stream, fault.seq) == (chart, 4)
    assert "does not follow" in fault.reason


def test_a_whole_rewritten_tail_is_found_by_the_anchor(chart: UUID, tamper: Callable[..., None]) -> None:
    rehash = [
        f"UPDATE audit_event e SET previous = (SELECT hash FROM audit_event p WHERE p.seq = {seq} - 1) WHERE seq = {seq};"
        "UPDATE audit_event SET hash = encode(sha256(convert_to(previous || chr(10) || text, 'UTF8')), 'hex')"
        f" WHERE seq = {seq}"
        for seq in (3, 4, 5)
    ]
    tamper(
        "UPDATE audit_event SET text = replace(text, 'Bea', 'Eve') WHERE seq = 3",
        *rehash,
        "UPDATE audit_chainhead SET hash = (SELECT hash FROM audit_event WHERE seq = 5)",
    )
    (fault,) = _faults()
    assert (fault.stream, fault.seq) == (chart, 4)
    assert "anchor 1 saw event 4" in fault.reason


def test_a_removed_row_is_found(chart: UUID, tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM audit_event WHERE seq = 2")
    assert [(f.stream, f.seq) for f in _faults()] == [(chart, 2)]


def test_two_swapped_rows_are_found(chart: UUID, tamper: Callable[..., None]) -> None:
    tamper(
        "UPDATE audit_event SET seq = 99 WHERE seq = 2",
        "UPDATE audit_event SET seq = 2 WHERE seq = 3",
        "UPDATE audit_event SET seq = 3 WHERE seq = 99",
    )
    assert [(f.stream, f.seq) for f in _faults()] == [(chart, 2)]


def test_a_tail_cut_off_is_found(chart: UUID, tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM audit_event WHERE seq = 5")
    (fault,) = _faults()
    assert "ends at event 4" in fault.reason


def test_a_tail_cut_off_together_with_its_head_is_found_by_the_anchor(
    chart: UUID, tamper: Callable[..., None]
) -> None:
    tamper(
        "DELETE FROM audit_event WHERE seq >= 4",
        "UPDATE audit_chainhead SET seq = 3, hash = (SELECT hash FROM audit_event WHERE seq = 3)",
    )
    (fault,) = _faults()
    assert "anchor 1 saw event 4" in fault.reason


def test_a_dropped_chart_is_found_by_its_patient_and_by_the_anchor(
    chart: UUID, tamper: Callable[..., None]
) -> None:
    tamper("DELETE FROM audit_event", "DELETE FROM audit_chainhead")
    reasons = " ".join(f.reason for f in _faults())
    assert "its whole record is gone" in reasons
    assert "anchor 1 saw event 4" in reasons


def test_columns_that_contradict_their_text_are_found(chart: UUID, tamper: Callable[..., None]) -> None:
    tamper(f"UPDATE audit_event SET actor_id = '{uuid4()}' WHERE seq = 2")
    (fault,) = _faults()
    assert "'actor'" in fault.reason


@pytest.mark.parametrize("column", ["at", "recorded_at"])
def test_a_column_of_time_that_contradicts_its_text_is_found(
    column: str, chart: UUID, tamper: Callable[..., None]
) -> None:
    tamper(f"UPDATE audit_event SET {column} = {column} - interval '1 hour' WHERE seq = 2")
    (fault,) = _faults()
    assert f"'{column}'" in fault.reason


def test_a_copy_outside_that_was_cut_short_is_told_and_does_not_end_the_walk(
    chart: UUID, tmp_path: Path
) -> None:
    from ataraxy.clinic.audit.models import Anchor
    from ataraxy.clinic.audit.verify import verify

    anchor = Anchor.objects.get()
    outside = tmp_path / "anchors.log"
    line = f"{datetime.now(UTC).isoformat()} {anchor.clinic_id} {anchor.number} {anchor.hash}\n"
    outside.write_text(f"{line}2026-11-23T09:0")
    (fault,) = verify(outside)
    assert "line 2" in fault.reason


def test_dropped_anchors_are_found_by_the_copy_outside(
    chart: UUID, tamper: Callable[..., None], tmp_path: Path
) -> None:
    from ataraxy.clinic.audit.models import Anchor
    from ataraxy.clinic.audit.verify import verify

    anchor = Anchor.objects.get()
    outside = tmp_path / "anchors.log"
    outside.write_text(f"{datetime.now(UTC).isoformat()} {anchor.clinic_id} {anchor.number} {anchor.hash}\n")
    assert verify(outside) == []
    tamper("DELETE FROM audit_anchor")
    (fault,) = verify(outside)
    assert "copy outside the database" in fault.reason


@pytest.mark.parametrize("left", [None, "", "\n"])
def test_a_copy_outside_that_is_gone_is_told_apart_from_a_clinic_that_has_just_begun(
    own_database: str, chart: UUID, tmp_path: Path, left: str | None
) -> None:
    """Hazard: who can rewrite the database can often remove a file too."""
    from ataraxy.clinic.audit.models import Anchor
    from ataraxy.clinic.audit.verify import verify

    outside = tmp_path / "anchors.log"
    if left is not None:
        outside.write_text(left)
    (fault,) = verify(outside)
    assert fault.kind == "anchor"
    assert ("is not there" if left is None else "is empty") in fault.reason
    anchor = Anchor.objects.get()
    outside.write_text(f"2026-11-23T08:00:00+00:00 {anchor.clinic_id} {anchor.number} {anchor.hash}\n")
    assert verify(outside) == []


def test_a_clinic_without_an_anchor_needs_no_copy_outside(own_database: str, tmp_path: Path) -> None:
    from ataraxy.clinic.audit.verify import verify

    assert verify(tmp_path / "anchors.log") == []
