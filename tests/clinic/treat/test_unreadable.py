"""A session that does not fold: a page that says so and what to do by hand, never a bare failure."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def unreadable(running: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A running session whose record the fold stumbles over."""
    from ataraxy.clinic.treat.queries import room

    read = room.state_of

    def stumble(session_id: Any) -> Any:
        if session_id == running.id:
            raise ValueError("Canary Quillfeather")
        return read(session_id)

    monkeypatch.setattr(room, "state_of", stumble)
    return running


@pytest.mark.parametrize("verb", ["session", "vital", "start", "flow-sheet", "end", "emergency"])
def test_its_pages_say_so_and_what_to_do_now(
    unreadable: Any, ask: Any, nurse: Any, clock: Any, verb: str
) -> None:
    clock(20)
    answer = ask(nurse, verb, unreadable)
    page = answer.content.decode()
    assert answer.status_code == 503
    for words in ("cannot be read", "stop the pump by hand", "call the ambulance", "Open the airway"):
        assert words in page


@pytest.mark.parametrize("verb", ["pause", "stop", "emergency"])
def test_a_tap_that_was_not_written_says_so_and_its_bar_stays(
    unreadable: Any, tell: Any, nurse: Any, clock: Any, verb: str
) -> None:
    clock(20)
    answer = tell(nurse, verb, unreadable)
    assert answer.status_code == 503  # a page that keeps taps goes on keeping this one
    assert b"What you sent was not written" in answer.content


def test_the_log_names_no_patient(
    unreadable: Any, ask: Any, nurse: Any, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    clock(20)
    ask(nurse, "session", unreadable)
    assert str(unreadable.id) in caplog.text and "Quillfeather" not in caplog.text


@pytest.fixture
def broken(running: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same for whoever reads it: its events do not come out of the record at all."""
    from ataraxy.clinic.treat import read

    events = read.session_events

    def stumble(session_id: Any) -> Any:
        if session_id == running.id:
            raise ValueError("Canary Quillfeather")
        return events(session_id)

    monkeypatch.setattr(read, "session_events", stumble)
    return running


def test_the_pack_its_page_sends_to_is_printed_all_the_same(broken: Any, at: Any) -> None:
    from ataraxy.clinic.papers.downtime_pack import downtime_pack, pack_values

    own, blank = pack_values(at(20))["sheets"]
    assert dict(own["patient"])["Name"] == "Canary Quillfeather"
    assert dict(own["dose"])["Planned"] == "its record cannot be read: ask the prescriber"
    assert own["limits"] == blank["limits"] and dict(blank["dose"])["Planned"] == ""
    assert downtime_pack(at(20)).startswith(b"%PDF-")


def test_the_closing_page_names_it_and_lets_nobody_off(
    running: Any, request: Any, at: Any, clock: Any, log_in: Any, nurse: Any, prescriber: Any
) -> None:
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import EmergencyKind

    actions.start_emergency(at(20), running.id, EmergencyKind.AIRWAY)
    request.getfixturevalue("broken")
    clock(30)
    assert log_in(nurse).get("/day/closing/").status_code == 200
    found = [one for one in still_open(at(30)) if one.name == "Emergency"]
    assert [one.what for one in found] == [
        "Canary Quillfeather: the record of session 1 cannot be read, whether its emergency is reviewed is not known"
    ]
    assert "Quillfeather" not in found[0].noted


def test_the_huddle_shows_everybody_else(
    broken: Any, book: Any, at: Any, log_in: Any, nurse: Any, clock: Any
) -> None:
    from datetime import timedelta

    book(2, broken.during[0] + timedelta(hours=5))
    clock(20)
    page = log_in(nurse).get("/day/").content.decode()
    assert page.count("Canary Quillfeather") >= 2 and "cannot be read" in page


# --- its neighbours ------------------------------------------------------------------------------------


@pytest.fixture
def neighbour(running: Any, clinic: Any, now: Any) -> Any:
    """Another patient's booking in another room, with the same two people as the running dose next door."""
    import uuid
    from datetime import timedelta

    from ataraxy.clinic.people.models import Room
    from ataraxy.clinic.plan.models import Session

    room = Room.objects.create(clinic=clinic, name="Room 2")
    return Session(id=uuid.uuid4(), clinic=clinic, room=room, during=(now, now + timedelta(hours=4)))


def test_its_rescuer_is_not_free_for_another_room_and_everybody_else_is(
    broken: Any, neighbour: Any, at: Any, prescriber: Any, nurse: Any
) -> None:
    """Hazard: the one person who can save an airway counts twice; or no other room can start any more."""
    from ataraxy.clinic.treat.cover import cover_gap
    from ataraxy.clinic.treat.read import last_cover

    named = last_cover(broken.id)
    assert named is not None
    gap = cover_gap(at(20), neighbour, named.prescriber, named.rescuer)
    assert "may be the rescuer of Room 1" in gap
    others = {prescriber.id, nurse.id} - {named.rescuer}
    assert all("rescuer of Room 1" not in cover_gap(at(20), neighbour, named.prescriber, o) for o in others)


def test_the_patients_course_waits_and_their_pages_open(
    broken: Any, book: Any, at: Any, now: Any, log_in: Any, prescriber: Any, ask: Any, nurse: Any
) -> None:
    from ataraxy.clinic.treat.course import holds_of_course

    holds = holds_of_course(broken.course)
    assert [one.line for one in holds if one.line == "record"] and "cannot be read" in holds[-1].what
    for path in (f"/plan/{broken.patient_id}/", f"/plan/{broken.patient_id}/prediction/"):
        answer = log_in(prescriber).get(path)
        assert answer.status_code in (200, 404), path


def test_nothing_is_drawn_up_for_it_and_what_is_wasted_is_written(
    broken: Any, at: Any, coordinator: Any
) -> None:
    from ataraxy.clinic.pharmacy.actions.draw import Filling, _check_rest, draw
    from ataraxy.clinic.pharmacy.models import Syringe
    from ataraxy.core.errors import InputRefused

    context = at(20)
    with pytest.raises(InputRefused, match="cannot be read"):
        draw(context, broken, Filling(None, None, None), context.signer())  # type: ignore[arg-type]
    _check_rest(Syringe(session_id=broken.id), coordinator)


def test_a_protocol_text_that_cannot_be_parsed_leaves_everybody_elses_paper(
    session: Any, activated: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: the network is down, and the pack that was to be printed before is an error."""
    from ataraxy.clinic.papers import downtime_pack as pack

    def stumble(row: Any) -> Any:
        raise ValueError("a line nobody knows")

    monkeypatch.setattr(pack, "protocol_of", stumble)
    values = pack.pack_values(at(0))
    (own,) = values["sheets"]
    assert "cannot be read" in own["protocol"] and dict(own["dose"])["Planned"].startswith("its protocol")
    assert dict(own["patient"])["Name"] == "Canary Quillfeather" and own["limits"] == []
    assert values["unreadable"] == [f"{activated.protocol_id}, version {activated.version}"]
    assert pack.downtime_pack(at(0)).startswith(b"%PDF-")
