"""The care around the dose: who covers, what was drawn up, ordered, given, handed over, doubted or moved."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ataraxy.core.errors import InputRefused, NotPermitted
from ataraxy.core.protocol.types import EmergencyKind, Measure
from ataraxy.core.session.care import (
    BolusGiven,
    MedicineGiven,
    OrderGiven,
    OrderKind,
    SyringePrepared,
    Thing,
    Way,
)


@pytest.fixture
def second_nurse(clinic: Any, employ: Any) -> Any:
    return employ(clinic, "nurse", name="Nurse Two")


# --- who is there ----------------------------------------------------------------------------------


def test_nobody_covers_a_session_with_a_certificate_that_has_expired(
    session: Any, at: Any, prescriber: Any, nurse: Any
) -> None:
    from ataraxy.clinic.treat import actions

    nurse.credentials.filter(kind="rescue").update(expires_on=date(2026, 11, 22))
    with pytest.raises(InputRefused, match="no valid rescue certificate"):
        actions.name_cover(at(1), session.id, prescriber.id, nurse.id)


def test_a_nurse_is_not_the_prescriber_on_site(session: Any, at: Any, nurse: Any) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused, match="is no prescriber"):
        actions.name_cover(at(1), session.id, nurse.id, nurse.id)


def test_a_licence_that_runs_out_after_it_was_named_holds_the_start(
    ready: Any, start: Any, prescriber: Any
) -> None:
    prescriber.credentials.filter(kind="prescribing").update(expires_on=date(2026, 11, 22))
    with pytest.raises(InputRefused, match="no valid prescribing licence"):
        start(ready, 10)


def test_one_rescuer_stands_by_one_room_where_a_dose_runs(
    running: Any, book: Any, at: Any, prescriber: Any, nurse: Any, now: Any
) -> None:
    from datetime import timedelta

    from ataraxy.clinic.plan.models import Session
    from ataraxy.clinic.treat import actions

    other = book(2, now + timedelta(days=3))
    assert Session.objects.get(id=running.id).phase == "dosing"
    with pytest.raises(InputRefused, match="is the rescuer of Room 1"):
        actions.name_cover(at(12), other.id, prescriber.id, nurse.id)


@pytest.mark.parametrize("broken", [False, True])
def test_no_dose_starts_without_todays_signed_check_of_the_equipment(
    broken: bool, ready: Any, start: Any, at: Any
) -> None:
    from ataraxy.clinic.audit.models import Event
    from ataraxy.clinic.day.equipment import ITEMS, sign_equipment

    if not broken:
        with pytest.raises(InputRefused, match="not signed"):
            start(ready, 60 * 24 - 60)  # tomorrow: nobody has looked yet, and every check is of another day
        return
    sign_equipment(at(9), [item for item in ITEMS if item != "suction"], "no suction")
    assert Event.objects.filter(type="EquipmentChecked").count() == 2
    with pytest.raises(InputRefused, match="does not work: suction"):
        start(ready, 10)


# --- what was drawn up -----------------------------------------------------------------------------

SYRINGE = SyringePrepared(
    Decimal(36), Decimal(50), Decimal("0.72"), "saline", Decimal("35.28"), Decimal(36), Decimal(1)
)


def test_nothing_is_drawn_up_before_an_escort_is_named(session: Any, at: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.arrive(at(0), session.id)
    with pytest.raises(InputRefused, match="No escort is named"):
        actions.prepare_syringe(at(1), session.id, SYRINGE)


def test_who_drew_it_up_does_not_check_it(session: Any, at: Any, prescriber: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.escort(at(1), session.id, "Robin Quillfeather", "555 0112", present=False)
    made = actions.prepare_syringe(at(2), session.id, SYRINGE)[0].envelope.id
    with pytest.raises(InputRefused, match="Who drew it up"):
        actions.check_syringe(at(3), session.id, made)
    assert not state(session).care.syringe.is_checked
    actions.check_syringe(at(3, prescriber), session.id, made)
    assert state(session).care.syringe.checked_by == prescriber.id


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"final_ml": Decimal(40)}, "are not 40 mL"),
        ({"concentration_mg_per_ml": Decimal(2)}, "mg/mL, not 2"),
        ({"mg": Decimal(50)}, "not 50 mg"),
        ({"diluent": ""}, "A diluent has a name"),
        ({"stock_mg_per_ml": Decimal(100)}, "mg/mL, not 1"),
    ],
)
def test_a_label_that_does_not_add_up_is_refused(
    wrong: dict[str, Any], cause: str, session: Any, at: Any
) -> None:
    from dataclasses import replace

    from ataraxy.clinic.treat import actions

    actions.escort(at(1), session.id, "Robin Quillfeather", "555 0112", present=False)
    with pytest.raises(InputRefused, match=cause):
        actions.prepare_syringe(at(2), session.id, replace(SYRINGE, **wrong))


def test_a_syringe_of_another_strength_holds_the_start(
    ready: Any, start: Any, at: Any, prescriber: Any
) -> None:
    from ataraxy.clinic.treat import actions

    twice = SyringePrepared(
        Decimal(36), Decimal(50), Decimal("0.72"), "saline", Decimal("17.28"), Decimal(18), Decimal(2)
    )
    made = actions.prepare_syringe(at(9), ready.id, twice)[0].envelope.id
    actions.check_syringe(at(9, prescriber), ready.id, made)
    with pytest.raises(InputRefused, match="2 mg/mL, and 1 mg/mL is planned"):
        start(ready, 10)


# --- the pump --------------------------------------------------------------------------------------


def test_a_pump_more_than_5_per_cent_away_is_explained(running: Any, at: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.pause(at(30), running.id)  # 18 of 36 mL by rate and time
    with pytest.raises(InputRefused, match="more than 5 % apart"):
        actions.read_pump(at(31), running.id, Decimal("15.0"), True)
    actions.read_pump(at(31), running.id, Decimal("17.5"), True)
    actions.read_pump(at(32), running.id, Decimal("15.0"), True, "the line was primed")
    assert [str(one.infused_ml) for one in state(running).care.pump] == ["17.5", "15.0"]


def test_after_a_pause_the_pump_is_looked_at(running: Any, at: Any, infusion: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.decide import decide

    actions.pause(at(30), running.id)
    asked = decide(infusion, state(running), at(30).now).next_action
    assert asked.kind == "confirm-pump" and asked.text.startswith("Stop the pump, then confirm")
    actions.read_pump(at(31), running.id, None, True)
    assert decide(infusion, state(running), at(31).now).next_action.kind != "confirm-pump"


def test_a_slower_rate_is_taken_and_a_faster_one_than_planned_needs_an_order(
    running: Any, at: Any, state: Any, vitals: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.change_rate(at(20), running.id, Decimal("0.45"), "nausea")
    assert state(running).dose.mg_at(at(30).now) == Decimal("13.50")  # 10 min at 0.9, 10 at 0.45
    vitals(running, 30)
    with pytest.raises(InputRefused, match="faster than the planned"):
        actions.change_rate(at(31), running.id, Decimal("1.2"), "too slow")
    actions.change_rate(at(31), running.id, Decimal("0.9"), "back to plan")
    assert state(running).dose.rate_mg_per_min == Decimal("0.9")


def test_a_faster_rate_is_refused_while_a_rule_speaks(running: Any, at: Any, vitals: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.change_rate(at(20), running.id, Decimal("0.45"), "nausea")
    vitals(running, 30, systolic=184)
    with pytest.raises(InputRefused, match="184"):
        actions.change_rate(at(31), running.id, Decimal("0.9"), "back to plan")


def test_what_would_be_refused_is_said_on_the_first_step(
    running: Any, nurse: Any, prescriber: Any, clock: Any, tell: Any, seen: Any, vitals: Any, at: Any
) -> None:
    """Hazard: the pump is turned up, or the syringe emptied, on the first step, and the second is refused."""
    from ataraxy.clinic.treat import actions

    actions.change_rate(at(12), running.id, Decimal("0.45"), "nausea")
    wanted = ordered(prescriber, kind=OrderKind.KETAMINE, medicine="ketamine", way=Way.INTRAMUSCULAR)
    order = actions.order(at(13, prescriber), running.id, wanted)[0].envelope.id
    vitals(running, 14, systolic=184)
    clock(15)
    typed = {"rate": "54", "unit": "mL/h", "reason": "better", "seen": seen(running)}
    faster = tell(nurse, "rate", running, **typed)
    assert faster.status_code == 422 and b"184" in faster.content and b"Yes, set" not in faster.content
    more = tell(nurse, "bolus", running, order=str(order), mg="4")
    assert more.status_code == 422 and b"cap is" in more.content and b"Yes, give" not in more.content


def test_a_faster_rate_is_shown_once_more_in_both_units(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any, seen: Any, vitals: Any, at: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.change_rate(at(12), running.id, Decimal("0.45"), "nausea")
    vitals(running, 14)
    clock(15)
    typed = {"rate": "54", "unit": "mL/h", "reason": "better", "seen": seen(running)}
    page = tell(nurse, "rate", running, **typed)
    assert page.status_code == 200
    assert "0.9000 mg/min = 54.0 mL/h" in page.content.decode()
    assert state(running).dose.rate_mg_per_min == Decimal("0.45")
    assert tell(nurse, "rate", running, **typed, confirmed="yes").status_code == 302
    assert state(running).dose.rate_mg_per_min == Decimal("0.9")


# --- orders ----------------------------------------------------------------------------------------


def ordered(prescriber: Any, **more: Any) -> OrderGiven:
    told = {
        "kind": OrderKind.RESCUE,
        "medicine": "ondansetron",
        "amount": Decimal(4),
        "unit": "mg",
        "way": Way.INTRAVENOUS,
        "reason": "nausea",
        "prescriber": prescriber.id,
    }
    return OrderGiven(**(told | more))


def test_a_verbal_order_is_read_back_and_countersigned_by_who_gave_it(
    running: Any, at: Any, prescriber: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused, match="read back"):
        actions.order(at(20), running.id, ordered(prescriber))
    told = actions.order(at(20), running.id, ordered(prescriber, read_back=True))[0].envelope.id
    assert state(running).care.to_countersign[0].order.verbal
    with pytest.raises(NotPermitted):
        actions.countersign(at(21), running.id, told)
    actions.countersign(at(22, prescriber), running.id, told)
    assert state(running).care.to_countersign == ()


def test_an_order_comes_from_a_prescriber(running: Any, at: Any, nurse: Any) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused, match="prescriber with a valid licence"):
        actions.order(at(20), running.id, ordered(nurse, read_back=True))


def test_what_went_in_is_charted_ordered_or_not(running: Any, at: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions

    given = MedicineGiven("oxygen", Decimal(6), "L/min", Way.INHALED)
    actions.give_medicine(at(20), running.id, given)
    assert state(running).care.given[0].what == given


def test_supplemental_ketamine_needs_an_order_and_stays_under_the_cap(
    running: Any, at: Any, prescriber: Any, state: Any, vitals: Any
) -> None:
    from ataraxy.clinic.treat import actions

    bolus = BolusGiven(Decimal(5), Way.INTRAMUSCULAR, uuid.UUID(int=1))
    with pytest.raises(InputRefused, match="needs a prescriber's order"):
        actions.give_bolus(at(20), running.id, bolus)
    wanted = ordered(
        prescriber,
        kind=OrderKind.KETAMINE,
        medicine="ketamine",
        amount=Decimal(5),
        way=Way.INTRAMUSCULAR,
    )
    order = actions.order(at(21, prescriber), running.id, wanted)[0].envelope.id
    with pytest.raises(InputRefused, match="cap is"):
        actions.give_bolus(at(22), running.id, BolusGiven(Decimal(5), Way.INTRAMUSCULAR, order))
    actions.stop(at(30), running.id)  # 18 of 36 mg in: a supplement fits again
    with pytest.raises(InputRefused, match="newer than 15 min"):
        actions.give_bolus(at(31), running.id, BolusGiven(Decimal(5), Way.INTRAMUSCULAR, order))
    vitals(running, 30)
    actions.give_bolus(at(31), running.id, BolusGiven(Decimal(5), Way.INTRAMUSCULAR, order))
    assert state(running).mg_given(at(40).now) == Decimal("23.00")
    with pytest.raises(InputRefused, match="0 mg of this order are left"):
        actions.give_bolus(at(32), running.id, BolusGiven(Decimal(1), Way.INTRAMUSCULAR, order))


def test_a_spray_waits_for_its_rest(running: Any, at: Any, prescriber: Any, vitals: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.stop(at(20), running.id)
    told = ordered(
        prescriber, kind=OrderKind.KETAMINE, medicine="ketamine", amount=Decimal(10), way=Way.NASAL
    )
    order = actions.order(at(21, prescriber), running.id, told)[0].envelope.id
    vitals(running, 21)
    spray = BolusGiven(Decimal(5), Way.NASAL, order, sprays=1)
    actions.give_bolus(at(22), running.id, spray)
    with pytest.raises(InputRefused, match="less than 5 min ago"):
        actions.give_bolus(at(26), running.id, spray)
    assert actions.give_bolus(at(27), running.id, spray)


def test_a_supplement_that_is_in_already_is_charted_whatever_speaks_against_it(
    running: Any, at: Any, prescriber: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    told = ordered(prescriber, kind=OrderKind.KETAMINE, medicine="ketamine", amount=Decimal(5), way=Way.NASAL)
    order = actions.order(at(21, prescriber), running.id, told)[0].envelope.id
    planned = state(running).dose.planned.mg
    went_in = BolusGiven(Decimal(6), Way.NASAL, order, sprays=1, already_in=True)
    key = str(uuid.uuid4())
    for _ in range(2):
        actions.give_bolus(at(24), running.id, went_in, at=at(22).now, key=key, seen=0)
    actions.give_bolus(at(25), running.id, went_in, at=at(24).now)
    assert [g.at for g in state(running).care.boluses] == [at(22).now, at(24).now]
    first, second = (one.reason for one in state(running).irregular)
    assert "5 mg of this order are left" in first and "cap is" in first and "apart" not in first
    assert "less than 5 min apart" in second
    assert state(running).mg_given(at(70).now) == planned + 12
    with pytest.raises(InputRefused, match="above zero"):
        actions.give_bolus(at(26), running.id, replace(went_in, mg=Decimal(0)))


def test_a_supplement_within_everything_that_is_in_already_is_not_irregular(
    running: Any, at: Any, prescriber: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.stop(at(20), running.id)
    told = ordered(prescriber, kind=OrderKind.KETAMINE, medicine="ketamine", amount=Decimal(5), way=Way.NASAL)
    order = actions.order(at(21, prescriber), running.id, told)[0].envelope.id
    actions.give_bolus(at(24), running.id, BolusGiven(Decimal(5), Way.NASAL, order, already_in=True))
    assert state(running).irregular == ()


def test_a_supplement_told_after_the_end_counts(observed: Any, at: Any, prescriber: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.LEFT_AGAINST_ADVICE, note="Left on foot.")
    before = state(observed).mg_given(at(300).now)
    went_in = BolusGiven(Decimal(5), Way.INTRAMUSCULAR, None, already_in=True)
    actions.give_bolus(at(190), observed.id, went_in, at=at(40).now)
    actions.give_bolus(at(191), observed.id, went_in)
    assert state(observed).mg_given(at(300).now) == before + 10
    early, late = (one.reason for one in state(observed).irregular)
    assert "needs a prescriber's order" in early and "had ended" not in early
    assert "The session had ended." in late


def test_the_page_charts_what_went_in_already_with_its_time(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any, at: Any
) -> None:
    clock(30)
    typed = {"order": "none", "mg": "5", "way": "intramuscular", "already_in": "on"}
    when = at(25).now.astimezone(ZoneInfo(nurse.clinic.zone)).strftime("%Y-%m-%dT%H:%M")
    assert tell(nurse, "bolus", running, **(typed | {"already_in": ""}), confirmed="yes").status_code == 422
    shown = tell(nurse, "bolus", running, **typed, when=when)
    assert shown.status_code == 200
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.content.decode()))
    assert tell(nurse, "bolus", running, **hidden).status_code == 302
    (given,) = state(running).care.boluses
    assert given.what.already_in and given.what.order is None
    assert abs((given.at - at(25).now).total_seconds()) < 60


def test_the_protocols_own_drug_is_no_other_medicine(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any
) -> None:
    clock(30)
    typed = {
        "medicine": "other",
        "other": "Ketamine i.m.",
        "amount": "20",
        "unit": "mg",
        "way": "intramuscular",
    }
    answer = tell(nurse, "give", running, **typed)
    assert answer.status_code == 422
    assert "Chart it as supplemental ketamine" in answer.content.decode()
    assert state(running).care.given == ()


# --- emergencies -----------------------------------------------------------------------------------


def test_an_emergency_is_one_tap_from_a_stale_page_with_no_key_and_two_taps_are_one(
    running: Any, therapist: Any, clock: Any, log_in: Any, state: Any
) -> None:
    clock(20)
    for _ in range(2):
        answer = log_in(therapist).post(f"/treat/session/{running.id}/emergency/", {"kind": "airway"})
        assert answer.status_code == 302
    assert [one.kind for one in state(running).care.emergencies] == [EmergencyKind.AIRWAY]


def test_an_emergency_has_its_card_its_parts_its_log_and_what_goes_with_the_ambulance(
    running: Any,
    nurse: Any,
    prescriber: Any,
    clock: Any,
    tell: Any,
    ask: Any,
    state: Any,
    at: Any,
    infusion: Any,
) -> None:
    from ataraxy.core.session.decide import decide

    clock(20)
    tell(nurse, "emergency", running, kind="seizure")
    emergency = state(running).care.emergency.event
    asked = decide(infusion, state(running), at(20).now).next_action
    assert asked.text == "Emergency: stop the dose, then follow the card."
    page = ask(nurse, "emergency", running).content.decode()
    assert "put nothing between the teeth" in page and "For the ambulance" in page
    which = {"emergency": str(emergency)}
    assert tell(nurse, "emergency-log", running, **which, step=1, what="Stopped.").status_code == 302
    assert tell(nurse, "emergency-log", running, **which, role="leads", what="Dr P").status_code == 302
    assert tell(nurse, "emergency-log", running, **which, what="").status_code == 422
    ended = {**which, "what": "awake after 2 min", "end": "yes"}
    assert tell(nurse, "emergency-log", running, **ended).status_code == 302
    one = state(running).care.emergencies[0]
    assert one.steps_done == {1} and one.roles == (("leads", "Dr P"),) and one.outcome == "awake after 2 min"
    assert tell(nurse, "emergency-review", running, **which, words="x").status_code == 403
    assert tell(prescriber, "emergency-review", running, **which, words="well led").status_code == 302
    assert state(running).care.emergencies[0].review == "well led"
    assert "awake after 2 min" in ask(nurse, "emergency", running).content.decode()


def test_nobody_goes_home_while_an_emergency_runs(observed: Any, at: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    started = actions.start_emergency(at(179), observed.id, EmergencyKind.VOMITING)[0].envelope.id
    with pytest.raises(InputRefused, match="emergency still runs"):
        actions.end(at(180), observed.id, EndReason.DISCHARGED)
    actions.end_emergency(at(180), observed.id, started, "better")
    assert actions.end(at(181), observed.id, EndReason.DISCHARGED)


# --- hand-over -------------------------------------------------------------------------------------


def test_a_hand_over_holds_once_it_is_accepted_by_name(
    running: Any, at: Any, nurse: Any, second_nurse: Any, prescriber: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    offered = actions.offer(at(20), running.id, second_nurse.id, list(Thing), "slow pulse")[0].envelope.id
    assert state(running).care.keeper(Thing.PUMP) is None
    with pytest.raises(InputRefused, match="offered to somebody else"):
        actions.accept(at(21, prescriber), running.id, offered, None)
    actions.accept(at(21, second_nurse), running.id, offered, Decimal("9.9"))
    assert state(running).care.keeper(Thing.PUMP) == second_nurse.id
    assert state(running).care.offer is None
    with pytest.raises(InputRefused, match="not offered any more"):
        actions.accept(at(22, second_nurse), running.id, offered, None)


# --- doubts ----------------------------------------------------------------------------------------


def test_an_artefact_is_marked_and_the_rule_goes_on_speaking(
    running: Any, nurse: Any, clock: Any, tell: Any, state: Any, vitals: Any, infusion: Any, at: Any, ask: Any
) -> None:
    from ataraxy.core.session.decide import decide
    from ataraxy.core.session.verdict import Stop

    vitals(running, 20, systolic=190)
    event = state(running).latest(Measure.SYSTOLIC).event
    clock(21)
    answer = tell(nurse, "artefact", running, event=str(event), measures=["systolic"], reason="arm was bent")
    assert answer.status_code == 302
    assert isinstance(decide(infusion, state(running), at(22).now).stance, Stop)
    assert "held to be an artefact: arm was bent" in ask(nurse, "session", running).content.decode()
    vitals(running, 23)
    assert not isinstance(decide(infusion, state(running), at(23).now).stance, Stop)


def test_an_entry_on_the_wrong_patient_is_moved_and_both_keep_it(
    running: Any, book: Any, at: Any, vitals: Any, state: Any, now: Any
) -> None:
    from datetime import timedelta

    from ataraxy.clinic.treat import actions

    other = book(2, now + timedelta(days=3))
    vitals(running, 20, systolic=131)
    wrong = state(running).latest(Measure.SYSTOLIC).event
    key = str(uuid.uuid4())
    moved = actions.move_entry(at(25), running.id, wrong, other.id, "two tablets", key=key)
    assert len(moved) == 3
    assert actions.move_entry(at(26), running.id, wrong, other.id, "two tablets", key=key) == []
    there, here = state(other), state(running)
    assert there.latest(Measure.SYSTOLIC).at == at(20).now
    assert there.care.moved[0].session == running.id and there.care.moved[0].original == wrong
    assert here.latest(Measure.SYSTOLIC).at == at(8).now
    assert [o.event.envelope.id for o in here.out_of_effect] == [wrong]
    assert any(e.envelope.id == wrong for e in here.log)


def test_what_was_written_on_paper_keeps_its_time_and_says_so(
    running: Any, nurse: Any, clock: Any, tell: Any, ask: Any, state: Any
) -> None:
    clock(60)
    typed = {"sheet": "P-7", "written_by": "N. Urse", "systolic": "133", "diastolic": "82", "note": "calm"}
    local = state(running).dose.started_at.astimezone(ZoneInfo("America/New_York")).strftime("%Y-%m-%dT%H:%M")
    key = str(uuid.uuid4())
    for _ in range(2):
        assert tell(nurse, "paper", running, **typed, when=local, key=key).status_code == 302
    care = state(running).care
    assert len(care.paper) == 2 and {p.sheet for p in care.paper.values()} == {"P-7"}
    assert "from paper, sheet P-7, N. Urse" in ask(nurse, "session", running).content.decode()


# --- two people ------------------------------------------------------------------------------------


def test_two_nurses_at_two_screens_lose_nothing_and_double_nothing(
    running: Any, nurse: Any, second_nurse: Any, clock: Any, tell: Any, state: Any, seen: Any
) -> None:
    clock(20)
    before = seen(running)
    first = {"rate": "0.4", "unit": "mg/min", "reason": "nausea", "seen": before}
    assert tell(nurse, "rate", running, **first).status_code == 302
    late = tell(second_nurse, "rate", running, **(first | {"rate": "0.3"}))
    assert late.status_code == 409 and "Somebody else wrote here" in late.content.decode()
    assert state(running).dose.rate_mg_per_min == Decimal("0.4")
    assert tell(second_nurse, "pause", running, seen=before).status_code == 302
    assert state(running).dose.status == "paused"


def test_every_page_of_care_opens(running: Any, nurse: Any, prescriber: Any, clock: Any, ask: Any) -> None:
    clock(20)
    verbs = "people syringe rate pump order give bolus emergency artefact move paper hand-over accept check-syringe"
    for verb in verbs.split():
        assert ask(nurse, verb, running).status_code == 200, verb
    for verb in ("countersign", "emergency-review"):
        assert ask(prescriber, verb, running).status_code == 200, verb


def test_a_shared_tablet_goes_to_another_person_and_the_session_goes_on(
    running: Any, nurse: Any, clock: Any, log_in: Any, state: Any
) -> None:
    clock(20)
    client, page = log_in(nurse), f"/treat/session/{running.id}/"
    drawn = client.get(page).content.decode()
    back = f"/account/login/?next=%2Ftreat%2Fsession%2F{running.id}%2F"
    assert f'name="next" value="{back}"' in drawn
    answer = client.post("/account/logout/", {"next": back})
    assert answer.status_code == 302 and answer.url == back
    assert client.get(page).status_code == 302
    assert state(running).dose.status == "running"
