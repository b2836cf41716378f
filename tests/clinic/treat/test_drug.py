"""What went into the patient is in the ledger, whoever stopped it and whatever the pump said later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def accounted(session: Any) -> list[tuple[int, Decimal]]:
    from ataraxy.clinic.pharmacy.models import Administration

    rows = Administration.objects.filter(session=session).order_by("number")
    return [(row.number, row.mg) for row in rows]


def test_a_stopped_dose_without_a_vial_is_charted_and_opens_a_discrepancy(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    from ataraxy.clinic.pharmacy.models import Discrepancy

    clock(12)
    assert accounted(running) == []  # nothing is certain while it runs
    assert tell(nurse, "stop", running).status_code == 302
    dose = state(running).dose
    ((number, mg),) = accounted(running)
    assert (number, mg) == (1, dose.mg_at(dose.ended_at))
    assert mg > 0
    assert Discrepancy.objects.get().mg == mg


def test_the_pumps_own_count_after_the_end_is_what_counts(
    running: Any, at: Any, clock: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.actions.pump import read_pump

    actions.stop(at(12), running.id)
    dose = state(running).dose
    infused = (dose.mg_at(dose.ended_at) / dose.planned.concentration_mg_per_ml + 1).quantize(Decimal("0.1"))
    read_pump(at(13), running.id, infused, True, "The line was flushed with it.")
    assert accounted(running)[-1] == (2, infused * dose.planned.concentration_mg_per_ml)


def test_a_dose_that_is_taken_back_is_taken_back_in_the_ledger(
    running: Any, at: Any, nurse: Any, clock: Any
) -> None:
    from dataclasses import replace

    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.drug import charge_what_went_in
    from ataraxy.clinic.treat.record import state_of
    from ataraxy.core.session.events import EventRetracted

    actions.stop(at(12), running.id)
    assert accounted(running)[-1][1] > 0
    never = replace(state_of(running.id), dose=None)  # as the fold has it once the start is retracted
    charge_what_went_in(at(13), running.id, never, [Entry(EventRetracted("Wrong patient."))])
    assert accounted(running)[-1] == (2, Decimal(0))


def test_a_therapists_stop_reaches_the_ledger_too(
    running: Any, therapist: Any, clock: Any, tell: Any
) -> None:
    clock(12)
    tell(therapist, "stop", running)
    assert len(accounted(running)) == 1


def test_who_began_the_dose_gave_it_whoever_stopped_the_pump(
    running: Any, nurse: Any, therapist: Any, clock: Any, tell: Any, clinic: Any
) -> None:
    from ataraxy.clinic.audit.append import texts
    from ataraxy.clinic.pharmacy.book import ledger_stream
    from ataraxy.clinic.pharmacy.models import Administration
    from ataraxy.core.pharmacy.events import DoseAccounted
    from ataraxy.core.pharmacy.registry import parse_ledger_event

    clock(12)
    tell(therapist, "stop", running)
    assert Administration.objects.get(session=running).given_by == nurse
    told = [parse_ledger_event(text).payload for text in texts(ledger_stream(clinic.id))]
    assert [one.given_by for one in told if isinstance(one, DoseAccounted)] == [nurse.id]


def test_a_count_read_at_a_pause_is_not_the_ends(running: Any, at: Any, vitals: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.actions.pump import read_pump
    from ataraxy.core.session.permit_care import expected_ml

    actions.pause(at(12), running.id)
    read_pump(at(13), running.id, expected_ml(state(running), at(13).now), True, "")
    vitals(running, 14)
    actions.resume(at(15), running.id)
    actions.stop(at(30), running.id)
    dose = state(running).dose
    assert accounted(running)[-1][1] == dose.mg_at(dose.ended_at)


def test_more_than_was_planned_is_charged_as_it_was(running: Any, at: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.actions.pump import read_pump

    actions.finish(at(50), running.id)
    planned = state(running).dose.planned
    much = (planned.mg / planned.concentration_mg_per_ml * 2).quantize(Decimal("0.1"))
    read_pump(at(51), running.id, much, True, "The pump was set wrongly.")
    assert accounted(running)[-1][1] == much * planned.concentration_mg_per_ml > planned.mg


def test_a_stop_stands_whatever_fails_in_the_ledger(
    running: Any, at: Any, state: Any, monkeypatch: Any, caplog: Any
) -> None:
    from ataraxy.clinic.pharmacy import charging
    from ataraxy.clinic.treat import actions

    def broken(*told: Any) -> None:
        raise KeyError("a fault nobody thought of")

    monkeypatch.setattr(charging, "open_book", broken)
    actions.stop(at(12), running.id)
    assert state(running).dose.status == "stopped"
    assert "the ledger did not take a dose: KeyError" in caplog.text
