"""The opening page says what each patient lacks; the closing page lets nobody go home before everybody is discharged."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused


@pytest.fixture
def closing_page(nurse: Any, log_in: Any) -> Any:
    return lambda: log_in(nurse).get("/day/closing/").content.decode()


@pytest.fixture
def opening_page(nurse: Any, log_in: Any) -> Any:
    return lambda: log_in(nurse).get("/day/").content.decode()


def test_the_huddle_names_what_is_missing(session: Any, clock: Any, opening_page: Any) -> None:
    clock(-30)
    page = opening_page()
    assert "Canary Quillfeather" in page
    assert "Escort" in page and "nobody is named" in page
    assert "Check and sign" in page


def test_the_huddle_leads_each_person_to_where_they_may_mend_it(
    session: Any, patient: Any, clock: Any, nurse: Any, coordinator: Any, log_in: Any
) -> None:
    from django.urls import reverse

    clock(-30)
    at_the_bedside = log_in(nurse).get("/day/").content.decode()
    assert reverse("treat:escort", args=[session.id]) in at_the_bedside
    assert f'<a href="{reverse("treat:session", args=[session.id])}">' in at_the_bedside
    at_the_desk = log_in(coordinator).get("/day/").content.decode()
    assert f'<a href="{reverse("people:escort", args=[patient.id])}">' in at_the_desk
    assert reverse("treat:escort", args=[session.id]) not in at_the_desk


def test_a_withdrawn_consent_is_seen_in_the_morning(
    session: Any, patient: Any, clock: Any, context: Any, nurse: Any, opening_page: Any, now: Any
) -> None:
    from ataraxy.clinic.consent.actions import withdraw_consent
    from ataraxy.core.chart.events import GrantKind

    withdraw_consent(context(nurse, now - timedelta(hours=1)), patient, [GrantKind.TREATMENT], "not now")
    clock(-30)
    assert "Consent" in opening_page()


def test_who_is_not_here_after_their_time_is_late(session: Any, clock: Any, opening_page: Any) -> None:
    clock(10)
    assert "late</span>" not in opening_page()
    clock(16)
    assert "16 min late" in opening_page()


def test_with_nothing_missing_the_clinic_is_ready(
    ready: Any, nurse: Any, clock: Any, context: Any, now: Any, opening_page: Any
) -> None:
    from ataraxy.clinic.day.equipment import ITEMS, sign_equipment

    sign_equipment(context(nurse, now), ITEMS)
    clock(9)
    page = opening_page()
    assert "The clinic is ready." in page
    assert nurse.name in page


def test_the_desk_sees_the_huddle_and_no_links_into_charts(
    session: Any, coordinator: Any, clock: Any, log_in: Any
) -> None:
    clock(-30)
    page = log_in(coordinator).get("/day/").content.decode()
    assert "Canary Quillfeather" in page
    assert f"/treat/session/{session.id}/" not in page


def test_nobody_closes_over_a_patient_who_is_still_here(
    running: Any, nurse: Any, clock: Any, at: Any, closing_page: Any
) -> None:
    from ataraxy.clinic.day.actions import close_day

    clock(30)
    assert "is not discharged" in closing_page()
    with pytest.raises(InputRefused, match="is not discharged"):
        close_day(at(30), nurse, "555 0199", "all well")


def test_a_patient_left_from_yesterday_still_blocks(running: Any, nurse: Any, at: Any) -> None:
    from ataraxy.clinic.day.actions import close_day

    with pytest.raises(InputRefused, match="is not discharged"):
        close_day(at(60 * 24), nurse, "555 0199", "all well")


def test_an_unsigned_record_is_left_open_by_name_or_signed(
    observed: Any, nurse: Any, prescriber: Any, clock: Any, at: Any, closing_page: Any
) -> None:
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.day.actions import close_day, sign_record
    from ataraxy.clinic.day.queries.closing import closed_today, still_open
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    clock(190)
    assert "the record is not signed" in closing_page()
    with pytest.raises(InputRefused, match="left open"):
        close_day(at(190), nurse, "555 0199")
    close_day(at(191), nurse, "555 0199", "Dr P. signs tomorrow at nine.")
    closed = closed_today(at(192))
    assert closed is not None and closed.on_call == nurse.name
    assert "R-1001, session 1: record not signed" in closed.left_open  # by number, never by name
    assert "1 difference in the books is open" in closed.left_open  # this dose came from no vial
    assert not any("Quillfeather" in words for words in closed.left_open)

    observed.refresh_from_db()
    seq = ChainHead.objects.get(id=observed.id).seq
    sign_record(at(193, prescriber), observed, seq)
    assert [one.name for one in still_open(at(194))] == ["Books"]


def test_a_note_after_the_signature_asks_for_another_one(observed: Any, prescriber: Any, at: Any) -> None:
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.day.actions import sign_record
    from ataraxy.clinic.day.queries.closing import unsigned_records
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    observed.refresh_from_db()
    sign_record(at(182, prescriber), observed, ChainHead.objects.get(id=observed.id).seq)
    assert unsigned_records(at(183)) == []
    actions.note(at(184), observed.id, "Called back: well.")
    assert unsigned_records(at(185)) == [observed]


def test_a_record_somebody_wrote_in_meanwhile_is_not_signed_unread(
    observed: Any, prescriber: Any, at: Any
) -> None:
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.day.actions import sign_record
    from ataraxy.clinic.treat import actions
    from ataraxy.core.errors import StaleSession
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    seen = ChainHead.objects.get(id=observed.id).seq
    actions.note(at(182), observed.id, "One more thing.")
    observed.refresh_from_db()
    with pytest.raises(StaleSession):
        sign_record(at(183, prescriber), observed, seen)


def test_a_session_that_goes_on_is_not_signed(running: Any, prescriber: Any, at: Any) -> None:
    from ataraxy.clinic.day.actions import sign_record

    with pytest.raises(InputRefused, match="has not ended"):
        sign_record(at(20, prescriber), running, 3)


def test_who_never_came_is_asked_for_before_the_lights_go_out(
    session: Any, clock: Any, closing_page: Any
) -> None:
    clock(300)
    page = closing_page()
    assert "did not come or was not recorded" in page
    assert f"/treat/session/{session.id}/call-off/" in page


def test_tomorrows_calls_name_each_patient_once(observed: Any, at: Any) -> None:
    from ataraxy.clinic.day.queries.closing import calls_tomorrow
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    calls = calls_tomorrow(at(200))
    assert [one.patient_id for one in calls] == [observed.patient_id]


def test_the_record_is_signed_on_its_page_with_the_own_password(
    observed: Any,
    prescriber: Any,
    nurse: Any,
    clock: Any,
    at: Any,
    log_in: Any,
    fill: Any,
    clinic: Any,
    events: Any,
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    clock(190)
    url = f"/day/record/{observed.id}/sign/"
    assert log_in(nurse).get(url).status_code == 403
    assert fill(log_in(prescriber), url, password="wrong").status_code == 422
    assert fill(log_in(prescriber), url, password=True).status_code == 302
    (signed,) = events(clinic.id, "RecordSigned")
    assert signed["session"] == str(observed.id) and len(signed["link"]) == 64


def test_the_equipment_is_signed_on_its_page(
    nurse: Any, clinic: Any, log_in: Any, fill: Any, events: Any
) -> None:
    some = fill(log_in(nurse), "/day/equipment/", works=["oxygen"], note="", password=True)
    assert some.status_code == 422
    nurse.user.refresh_from_db()  # the first signature renewed the hash of the password
    everything = ["oxygen", "suction", "bag-mask", "defibrillator"]
    whole = fill(log_in(nurse), "/day/equipment/", works=everything, note="", password=True)
    assert whole.status_code == 302
    assert events(clinic.id, "EquipmentChecked")[-1]["faults"] == []


def test_the_day_is_closed_on_its_page(nurse: Any, clinic: Any, log_in: Any, fill: Any, events: Any) -> None:
    answer = fill(
        log_in(nurse), "/day/closing/", on_call=str(nurse.id), phone="555 0199", note="", password=True
    )
    assert answer.status_code == 302
    (closed,) = events(clinic.id, "DayClosed")
    assert closed["on_call_phone"] == "555 0199"
    nurse.user.refresh_from_db()
    assert "Closed at" in log_in(nurse).get("/day/closing/").content.decode()


def test_an_emergency_that_runs_stands_first_at_opening_and_closing_and_nobody_closes_over_it(
    observed: Any, nurse: Any, coordinator: Any, at: Any, clock: Any, closing_page: Any, log_in: Any
) -> None:
    """Hazard: "an emergency is not reviewed", at the foot of a list, while it runs."""
    from ataraxy.clinic.day.actions import close_day
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import EmergencyKind
    from ataraxy.core.session.events import EndReason

    card = f"/treat/session/{observed.id}/emergency/"
    started = actions.start_emergency(at(170), observed.id, EmergencyKind.VOMITING)[0].envelope.id
    clock(171)
    first = still_open(at(171))[0]
    assert (first.name, first.blocks, first.url) == ("Emergency", True, card)
    assert first.what == "An emergency runs: Canary Quillfeather in Room 1"
    assert "Quillfeather" not in first.noted
    for page in (closing_page(), log_in(nurse).get("/day/").content.decode()):
        following = page[page.index('class="next-action') :][:600]
        assert 'class="next-action stop"' in following and card in following
    at_the_desk = log_in(coordinator).get("/day/").content.decode()
    assert "An emergency runs in Room 1" in at_the_desk and card not in at_the_desk
    with pytest.raises(InputRefused, match="An emergency runs"):
        close_day(at(172), nurse, "555 0199", "all well")

    actions.end(
        at(173), observed.id, EndReason.TRANSFERRED, note="By ambulance."
    )  # it runs on until somebody says so
    assert still_open(at(174))[0].what.startswith("An emergency runs")
    actions.end_emergency(at(175), observed.id, started, "better")
    left = [one for one in still_open(at(176)) if one.name == "Emergency"]
    assert [(one.what, one.blocks) for one in left] == [
        ("Canary Quillfeather: an emergency is not reviewed", False)
    ]


def test_why_sessions_did_not_happen_is_counted_over_all_that_were_booked(
    session: Any, book: Any, at: Any, clock: Any, closing_page: Any, now: Any
) -> None:
    from ataraxy.clinic.day.queries.not_held import COUNTED_DAYS, Reason, not_held
    from ataraxy.clinic.treat.actions.call_off import call_off
    from ataraxy.core.session.events import CalledOff

    def counted(ctx: Any) -> Any:
        found = not_held(ctx)
        return found.called_off, found.booked, found.reasons

    late, coming = book(2, now + timedelta(hours=4)), book(3, now + timedelta(days=2))
    assert counted(at(20)) == (0, 2, ())
    call_off(at(20), session.id, CalledOff.NO_SHOW, drawn=False)
    assert counted(at(21)) == (1, 2, (Reason("Did not come", 1),))
    call_off(at(22), coming.id, CalledOff.OTHER, drawn=False, note="Moved house.")  # its day has not come
    assert counted(at(23))[:2] == (1, 2)
    call_off(at(300), late.id, CalledOff.NO_VEIN, drawn=False)
    assert counted(at(301)) == (2, 2, (Reason("Did not come", 1), Reason("No cannula could be placed", 1)))
    clock(301)
    page = closing_page()
    assert "<b>2</b> of 2 sessions booked for today and the 90 days before" in page
    assert "Called off: Did not come" in page
    assert counted(at(60 * 24 * (COUNTED_DAYS + 1))) == (1, 1, (Reason("Another reason", 1),))


def test_what_was_called_off_without_a_code_or_cannot_be_read_is_counted_too(
    session: Any, book: Any, at: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ataraxy.clinic.day.queries import not_held as query
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(20), session.id, EndReason.CANCELLED, note="Did not come.")
    assert query.not_held(at(21)).reasons == (query.Reason(query.NO_CODE, 1),)
    monkeypatch.setattr(query, "state_if_readable", lambda _: None)
    assert query.not_held(at(21)).reasons == (query.Reason(query.UNREADABLE, 1),)


def test_a_pump_nobody_read_is_asked_for_until_the_record_is_signed_without_it(
    observed: Any, nurse: Any, prescriber: Any, director: Any, at: Any, state: Any
) -> None:
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.day.actions import sign_record
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    def asked(minute: float, by: Any = nurse) -> list[tuple[str, str]]:
        return [(one.what, one.url) for one in still_open(at(minute, by)) if one.name == "Pump"]

    assert asked(180) == []  # the patient is here: the session itself asks
    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    assert state(observed).is_estimate
    words = "Canary Quillfeather, session 1: the pump was not read at the end, the mg are an estimate"
    assert asked(182) == [(words, f"/treat/session/{observed.id}/pump/")]
    assert asked(182, director) == [(words, "")]
    observed.refresh_from_db()
    sign_record(at(183, prescriber), observed, ChainHead.objects.get(id=observed.id).seq)
    assert asked(184) == []


def test_a_pump_that_was_read_is_not_asked_for(observed: Any, at: Any) -> None:
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    assert "Pump" in [one.name for one in still_open(at(182))]
    actions.read_pump(at(185), observed.id, Decimal("36.0"), True)
    assert "Pump" not in [one.name for one in still_open(at(190))]
