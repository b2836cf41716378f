"""vital, side-effect, resolve, note."""

from __future__ import annotations

from typing import Any

import pytest

from ataraxy.core.protocol.types import Measure


@pytest.fixture(autouse=True)
def _on_time(clock: Any) -> None:
    clock(20)


def test_values_are_kept_with_unit_time_and_person(running: Any, nurse: Any, tell: Any, state: Any) -> None:
    assert tell(nurse, "vital", running, systolic="138", diastolic="84", spo2="97,5").status_code == 302
    high, spo2 = state(running).latest(Measure.SYSTOLIC), state(running).latest(Measure.SPO2)
    assert (str(high.value), high.unit, high.by) == ("138", "mmHg", nurse.id)
    assert str(spo2.value) == "97.5"


def test_what_is_left_empty_was_not_measured(running: Any, nurse: Any, tell: Any, state: Any) -> None:
    before = len(state(running).series[Measure.SPO2])
    tell(nurse, "vital", running, systolic="138", diastolic="84", spo2="")
    assert len(state(running).series[Measure.SPO2]) == before


def test_a_true_zero_is_a_value(running: Any, nurse: Any, tell: Any, state: Any) -> None:
    tell(nurse, "vital", running, dissociation="0", sedation="0")
    assert state(running).latest(Measure.SEDATION).value == 0


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"systolic": "abc"},
        {"systolic": "720"},
        {"spo2": "101"},
        {"spo2": "-3"},
        {"sedation": "4.5"},
        {"systolic": "80", "diastolic": "120"},
        {"systolic": "1e400"},
        {"systolic": "NaN"},
        {"systolic": "120", "when": "yesterday"},
        {"systolic": "120", "when": "2027-01-01T00:00"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    typed: dict[str, str], running: Any, nurse: Any, tell: Any, state: Any
) -> None:
    before = state(running).last_seq
    assert tell(nurse, "vital", running, **typed).status_code == 422
    assert state(running).last_seq == before


def test_back_charted_values_are_marked(running: Any, nurse: Any, tell: Any, ask: Any, state: Any) -> None:
    tell(nurse, "vital", running, systolic="131", diastolic="80", when="2026-11-23T04:12")
    value = next(v for v in state(running).series[Measure.SYSTOLIC] if v.value == 131)
    assert f"{value.at:%H:%M}" == "09:12"
    assert value.recorded_at > value.at
    assert "charted afterwards" in ask(nurse, "session", running).content.decode()


def test_a_side_effect_is_reported_and_is_over(running: Any, nurse: Any, tell: Any, state: Any) -> None:
    assert tell(nurse, "side-effect", running, effect="nausea", grade="moderate").status_code == 302
    (effect,) = state(running).open_side_effects
    assert tell(nurse, "resolve", running, report=str(effect.event)).status_code == 302
    assert state(running).open_side_effects == ()


@pytest.mark.parametrize(
    "typed",
    [
        {"effect": "nausea"},
        {"grade": "mild"},
        {"effect": "levitation", "grade": "mild"},
        {"effect": "other", "grade": "mild"},
        {"effect": "nausea", "grade": "awful"},
    ],
)
def test_half_a_side_effect_is_refused(typed: dict[str, str], running: Any, nurse: Any, tell: Any) -> None:
    assert tell(nurse, "side-effect", running, **typed).status_code == 422


@pytest.mark.parametrize("report", ["", "x", "00000000-0000-0000-0000-000000000001"])
def test_what_is_not_open_cannot_be_over(report: str, running: Any, nurse: Any, tell: Any) -> None:
    assert tell(nurse, "resolve", running, report=report).status_code == 422


def test_the_therapist_writes_a_note(running: Any, therapist: Any, tell: Any, state: Any) -> None:
    assert tell(therapist, "note", running, text="She speaks of the sea.").status_code == 302
    (note,) = state(running).notes
    assert (note.text, note.by) == ("She speaks of the sea.", therapist.id)


def test_an_empty_note_is_refused(running: Any, nurse: Any, tell: Any) -> None:
    assert tell(nurse, "note", running, text="   ").status_code == 422
