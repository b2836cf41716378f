"""Session events and their texts: what was written once is read for ever."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import RecordUnreadable
from ataraxy.core.protocol.types import Phase
from ataraxy.core.record.chain import event_text
from ataraxy.core.record.read import lift
from ataraxy.core.session.fold import fold_session
from ataraxy.core.session.registry import TYPES, parse_session_event, type_name

STREAM, CLINIC = UUID(int=7), UUID(int=8)
GOLDEN = Path(__file__).parent / "golden"
RELEASES = ("2026.1", "2026.2", "2026.3")


def text_of(event):
    payload = event.payload
    return event_text(STREAM, CLINIC, type_name(payload), payload.VERSION, event.envelope, payload)


@given(st.data())
def test_an_event_reads_back_as_it_was_written(histories, data):
    for event in data.draw(histories).events:
        assert parse_session_event(text_of(event)) == event


@given(st.data())
def test_a_session_read_back_is_the_same_session(histories, data):
    events = data.draw(histories).events
    assert fold_session(parse_session_event(text_of(ev)) for ev in events) == fold_session(events)


def test_every_payload_is_registered_under_its_own_name():
    assert all(name == kind.__name__ and kind.VERSION >= 1 for name, kind in TYPES.items())
    assert len(TYPES) == 39


# --- golden events -------------------------------------------------------------------------------


def golden(release="2026.1"):
    return (GOLDEN / f"{release}.jsonl").read_text(encoding="utf-8").splitlines()


def test_the_golden_events_hold_one_of_every_type():
    assert {json.loads(line)["type"] for release in RELEASES for line in golden(release)} == set(TYPES)


@pytest.mark.parametrize("release", RELEASES)
def test_the_golden_events_parse_and_replay(release):
    state = fold_session(parse_session_event(line) for line in golden(release))
    assert state.phase is Phase.ENDED
    assert state.irregular == ()
    assert len(state.log) == len(golden(release))
    assert str(state.dose.mg_at(state.ending.at)) == {"2026.3": "30"}.get(release, "35.0")


def test_a_golden_session_with_care_around_its_dose_replays_all_of_it():
    care = fold_session(parse_session_event(line) for line in golden("2026.2")).care
    assert care.syringe.is_checked and care.cover is not None
    assert [e.is_running for e in care.emergencies] == [False] and care.emergencies[0].review
    assert care.to_countersign == () and len(care.orders) == 2
    assert care.offer is None and len(care.given) == 2
    assert len(care.pump) == 1 and len(care.artefacts) == 1 and len(care.paper) == 1 and len(care.moved) == 1


def test_a_golden_dose_by_nose_replays_spray_by_spray_and_its_screen_item_by_item():
    state = fold_session(parse_session_event(line) for line in golden("2026.3"))
    assert [len(state.dose.sprayed_at), state.dose.next_spray] == [3, None]
    assert state.checks["suicide-screen"].answers == (1, 0, 0, 0, 0, 0)


def test_a_session_ended_before_why_was_a_code_says_none():
    endings = [json.loads(line) for line in golden("2026.1") if json.loads(line)["type"] == "SessionEnded"]
    assert {one["version"] for one in endings} == {1}
    state = fold_session(parse_session_event(line) for line in golden("2026.1"))
    assert state.ending.why is None


@pytest.mark.parametrize("release", RELEASES)
def test_the_golden_events_of_today_are_written_the_same_way_again(release):
    for line in golden(release):
        body = json.loads(line)
        event = parse_session_event(line)
        again = event_text(
            UUID(body["stream"]),
            UUID(body["clinic"]),
            body["type"],
            event.payload.VERSION,
            event.envelope,
            event.payload,
        )
        if body["version"] == event.payload.VERSION:
            assert again == line


# --- other releases ------------------------------------------------------------------------------


def change(line, **fields):
    return json.dumps({**json.loads(line), **fields})


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{", "not an event"),
        ("[]", "not an event"),
        ('{"type":"NoteWritten"}', "not an event"),
        (change(golden()[0], type="DreamDreamt"), "No event of type"),
        (change(golden()[0], version=2), "knows up to 1"),
        (change(golden()[0], version=0), "knows up to 1"),
        (change(golden()[0], version=True), "knows up to 1"),
        (change(golden()[0], payload={}), "does not fit"),
        (change(golden()[0], payload=[]), "does not fit"),
        (change(golden()[0], at="yesterday"), "not an event"),
    ],
)
def test_what_cannot_be_read_is_refused_with_cause_and_cure(text, cause):
    with pytest.raises(RecordUnreadable) as refused:
        parse_session_event(text)
    assert cause in refused.value.cause
    assert refused.value.cure


def test_an_old_payload_is_lifted_one_version_at_a_time():
    lifts = {
        ("Seen", 1): lambda payload: {**payload, "by": "nurse"},
        ("Seen", 2): lambda payload: {**payload, "by": payload["by"].upper()},
    }
    assert lift("Seen", 1, {"what": "x"}, 3, lifts) == {"what": "x", "by": "NURSE"}
    assert lift("Seen", 3, {"what": "x"}, 3, lifts) == {"what": "x"}


def test_a_dropped_step_is_told():
    with pytest.raises(RecordUnreadable, match="cannot be read any more"):
        lift("Seen", 1, {}, 2, {})
