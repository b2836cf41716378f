"""The papers name what the rules ask for, and printing a patient's name is a read on record."""

from __future__ import annotations

import csv
import io
import uuid
from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def given(drawn: Any, session: Any, nurse: Any, context: Any) -> None:
    """One dose of 35 mg, drawn from a vial and charged to it."""
    from ataraxy.clinic.pharmacy.charging import charge_administration

    drawn("0.70")
    charge_administration(context(nurse), session.id, uuid.uuid4(), Decimal("35.0"))


def test_the_log_has_the_fields_of_the_rule_for_each_receipt_and_administration(
    given: None, patient: Any, nurse: Any, log_in: Any
) -> None:
    patient.address = "=7 Mill Lane"  # as a spreadsheet would run it
    patient.save()
    got = log_in(nurse).get("/pharmacy/papers/log.csv?from=2026-10-01&to=2026-11-30")
    rows = list(csv.DictReader(io.StringIO(got.content.decode())))
    came, gave = [next(r for r in rows if r["What"] == what) for what in ("Received", "Given")]
    assert came["Patient, or other registrant"] == "Harbor Wholesale"
    assert (came["Their DEA number"], came["Address"], came["Amount (mL)"]) == (
        "RH7654321",
        "9 Dock Road",
        "10.00",
    )
    assert gave["Patient, or other registrant"] == "Canary Quillfeather (R-1001)"
    assert gave["Address"] == "'=7 Mill Lane"
    assert (gave["Amount (mL)"], gave["Amount (mg)"], gave["By"]) == ("0.70", "35", nurse.name)
    assert gave["Form and strength"] == "injection, 50 mg/mL"
    assert "Drawn up" not in {r["What"] for r in rows}  # within our own walls


def test_the_log_names_who_gave_the_drug_not_who_charted_its_end(
    drawn: Any, session: Any, nurse: Any, colleague: Any, context: Any, log_in: Any
) -> None:
    from ataraxy.clinic.pharmacy.charging import charge_administration

    drawn("0.70")
    charge_administration(context(nurse), session.id, uuid.uuid4(), Decimal("35.0"), given_by=colleague.id)
    got = log_in(nurse).get("/pharmacy/papers/log.csv?from=2026-10-01&to=2026-11-30")
    (gave,) = [r for r in csv.DictReader(io.StringIO(got.content.decode())) if r["What"] == "Given"]
    assert gave["By"] == colleague.name
    assert gave["Manner"] == f"entered by {nurse.name}"


def test_the_log_puts_each_patient_it_names_on_record_as_read(
    given: None, patient: Any, nurse: Any, log_in: Any
) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    log_in(nurse).get("/pharmacy/papers/log/?from=2026-10-01&to=2026-11-30")
    assert (
        ChartRead.objects.filter(patient_id=patient.id, view="pharmacy:log", staff_id=nurse.id).count() == 1
    )


def test_days_outside_are_not_in_the_log(given: None, nurse: Any, log_in: Any) -> None:
    got = log_in(nurse).get("/pharmacy/papers/log.csv?from=2026-01-01&to=2026-01-31")
    assert len(got.content.decode().splitlines()) == 1


@pytest.mark.parametrize("name", ["log/", "discrepancies/"])
def test_the_papers_are_pdfs_that_nobody_keeps(name: str, given: None, nurse: Any, log_in: Any) -> None:
    got = log_in(nurse).get(f"/pharmacy/papers/{name}?from=not-a-day")
    assert got.content.startswith(b"%PDF-")
    assert got["Cache-Control"] == "no-store"


def test_an_inventory_is_what_two_people_found(
    given: None, location: Any, nurse: Any, colleague: Any, context: Any, log_in: Any
) -> None:
    from ataraxy.clinic.papers.ledger import inventory_paper, inventory_part
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.actions.count import to_count

    found = {(r.vial_id, r.place, r.holder): Decimal("9.00") for r in to_count(location)}
    count = actions.count(context(nurse), location, "biennial", found, colleague)  # type: ignore[arg-type]
    part = inventory_part(count)
    assert [row[-2:] for row in part.rows] == [["9.00", "450"]]
    paper = inventory_paper(context(nurse), count, part)
    assert ["Counted by", f"{nurse.name} and {colleague.name}"] in paper.facts
    assert "FS1234563" in paper.facts[0][1]
    assert paper.parts[0].rows == [["ketamine 50 mg/mL, 10 mL", "0", "9.00", "450"]]
    got = log_in(nurse).get(f"/pharmacy/papers/count/{count.id}/")
    assert got.content.startswith(b"%PDF-")
    rows = log_in(nurse).get(f"/pharmacy/papers/count/{count.id}/inventory.csv").content.decode()
    assert "9.00" in rows


def test_a_loss_report_gives_the_facts_and_says_it_is_not_the_form(
    given: None, location: Any, nurse: Any, colleague: Any, context: Any, log_in: Any
) -> None:
    from ataraxy.clinic.papers.ledger import loss_paper, values
    from ataraxy.clinic.pharmacy import actions
    from ataraxy.clinic.pharmacy.actions.count import to_count
    from ataraxy.clinic.pharmacy.models import Discrepancy

    found = {(r.vial_id, r.place, r.holder): Decimal("9.00") for r in to_count(location)}
    actions.count(context(nurse), location, "on demand", found, colleague)  # type: ignore[arg-type]
    row = Discrepancy.objects.get()
    told = values(context(nurse), loss_paper(context(nurse), row))
    assert "not DEA Form 106" in told["note"]
    assert ["Amount", "0.30 mL of ketamine"] in told["facts"]
    assert [line[1] for line in told["parts"][1]["rows"]] == ["Received", "Drawn up", "Given"]
    assert log_in(nurse).get(f"/pharmacy/discrepancy/{row.id}/loss-report/").content.startswith(b"%PDF-")
