"""``ataraxy verify`` and ``ataraxy rebuild`` as a clinic runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg


def test_a_sound_record_holds(founded: dict[str, Any], told: Callable[..., Any]) -> None:
    code, document = told("verify")
    assert (code, document["ok"], document["streams"], document["events"]) == (0, True, 1, 1)


def test_a_broken_link_is_named_and_exits_with_three(
    founded: dict[str, Any], told: Callable[..., Any], ataraxy: Callable[..., Any], environ: dict[str, str]
) -> None:
    with psycopg.connect(environ["ATARAXY_OWNER_URL"]) as owner:
        owner.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE audit_event DROP CONSTRAINT event_hash_covers_text")
        owner.execute("UPDATE audit_event SET text = replace(text, 'director', 'nurse')")
    code, document = told("verify")
    assert code == 3
    (fault,) = document["faults"]
    assert (fault["stream"], fault["seq"]) == (founded["clinic"], 1)
    assert "changed after it was written" in fault["reason"]
    assert "The record is broken" in ataraxy("verify").stdout


def test_a_missing_file_of_outside_anchors_fails(founded: dict[str, Any], told: Callable[..., Any]) -> None:
    from ataraxy.clinic.audit.anchors import drop_anchor
    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.models import Clinic

    assert drop_anchor(system_context(Clinic.objects.get()), None) is not None
    code, document = told("verify")
    assert code == 3
    assert "the copy outside the database is not there" in document["faults"][0]["reason"]


def test_rebuild_finds_a_projection_that_was_changed_by_hand_and_mends_it(
    founded: dict[str, Any], told: Callable[..., Any]
) -> None:
    from ataraxy.clinic.people.models import ChartSummary

    patient = a_patient(UUID(founded["clinic"]))
    assert told("rebuild") == (0, {"ok": True, "streams": 1, "dry_run": False, "differences": []})
    ChartSummary.objects.filter(patient_id=patient).update(stage="closed")
    expected = {
        "kind": "chart",
        "stream": str(patient),
        "column": "stage",
        "was": "closed",
        "should_be": "screen",
    }
    assert told("rebuild", "--dry-run")[1]["differences"] == [expected]
    assert ChartSummary.objects.get(patient_id=patient).stage == "closed"
    code, document = told("rebuild")
    assert (code, document["differences"]) == (1, [expected])
    assert ChartSummary.objects.get(patient_id=patient).stage == "screen"
    assert told("rebuild")[0] == 0


def a_patient(clinic_id: UUID) -> UUID:
    from datetime import date

    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.chart import open_chart
    from ataraxy.clinic.people.models import Clinic, Patient
    from ataraxy.core.chart.events import ChartOpened

    clinic = Clinic.objects.get(id=clinic_id)
    patient = Patient.objects.create(
        clinic=clinic,
        record_number="1",
        given_name="A",
        family_name="B",
        birth_date=date(1980, 1, 1),
        sex="other",
    )
    open_chart(system_context(clinic), patient, ChartOpened("Dr Lane", "anxiety"))
    return patient.id
