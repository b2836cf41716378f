"""The papers of a session hold what the record holds, and claim nothing more."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def seat_at(prescriber: Any, at: Any) -> Any:
    from ataraxy.clinic.treat.queries.room import seat
    from ataraxy.clinic.treat.views.reach import ROWS

    return lambda session, minute: seat(at(minute, prescriber), ROWS.get(id=session.id))


@pytest.mark.parametrize("verb", ["session-record", "monitoring-form"])
@pytest.mark.parametrize("stage", ["session", "running", "observed"])
def test_each_paper_is_a_pdf_at_every_stage(
    verb: str, stage: str, request: Any, nurse: Any, clock: Any, ask: Any
) -> None:
    clock(190)
    answer = ask(nurse, verb, request.getfixturevalue(stage))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "Quillfeather" not in answer["Content-Disposition"]


def test_the_session_record_holds_every_event_also_what_was_taken_back(
    observed: Any, at: Any, seat_at: Any, state: Any
) -> None:
    from ataraxy.clinic.papers.session_record import record_values
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import Measure

    wrong = state(observed).latest(Measure.SYSTOLIC).event
    actions.retract(at(181), observed.id, wrong, "another patient's cuff")
    values = record_values(seat_at(observed, 190))
    log = state(observed).log
    assert [one["seq"] for one in values["events"]] == [str(n) for n in range(1, len(log) + 1)]
    assert sum(one["out"] for one in values["events"]) == 1
    assert any("another patient's cuff" in one["words"] for one in values["events"])
    assert values["chain"]["length"] == len(log)


def test_the_record_carries_the_same_picture_as_the_screen(
    observed: Any, nurse: Any, clock: Any, ask: Any, seat_at: Any
) -> None:
    from ataraxy.clinic.papers.session_record import record_values

    clock(190)
    page = ask(nurse, "flow-sheet", observed).content.decode()
    screen = page[page.index('class="fig fig-wide"') :]
    screen = screen[: screen.index("</svg>")]  # the one for a telephone stands beside it
    paper = record_values(seat_at(observed, 190))["sheet"]
    carets = 'class="pressure"'
    assert screen.count(carets) == paper.count(carets) > 2
    assert paper.count('class="note-mark"') == screen.count('class="note-mark"')


def test_a_paper_shows_who_signed(observed: Any, at: Any, prescriber: Any, seat_at: Any) -> None:
    from ataraxy.clinic.audit.models import ChainHead
    from ataraxy.clinic.day.actions import sign_record
    from ataraxy.clinic.day.queries.closing import signatures_of
    from ataraxy.clinic.papers.session_record import record_values, signed_words
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(181), observed.id, EndReason.DISCHARGED)
    observed.refresh_from_db()
    sign_record(at(182, prescriber), observed, ChainHead.objects.get(id=observed.id).seq)
    here = seat_at(observed, 190)
    people = {prescriber.id: prescriber.name}
    values = record_values(here, signed_words(here, signatures_of(here.ctx, here.session), people))
    assert [one["who"] for one in values["signed"]] == [prescriber.name]


def test_the_monitoring_form_claims_no_programme() -> None:
    from ataraxy.clinic.papers import source

    words = source("monitoring_form")
    assert "not part of that programme or of any REMS" in words
    assert "sent to nobody" in words


def test_the_monitoring_form_has_the_fields_of_its_model(observed: Any, seat_at: Any) -> None:
    """Facts of the esketamine form: patient, setting, five groups of medicines, times, pressures, events."""
    from ataraxy.clinic.papers.monitoring_form import form_values

    values = form_values(seat_at(observed, 190))
    assert [name for name, _ in values["patient"]] == ["Name", "Date of birth", "Sex"]
    assert [name for name, _ in values["medicines"]] == [
        "Benzodiazepines",
        "Non-benzodiazepine sedative-hypnotics",
        "Psychostimulants",
        "Monoamine oxidase inhibitors",
        "Opioids",
    ]
    assert {words for _, words in values["medicines"]} == {"no"}
    vitals = dict(values["vitals"])
    assert vitals["Blood pressure before the dose"].startswith("122/78 mmHg")
    assert vitals["Blood pressure before monitoring ended"].startswith("122/78 mmHg")
    events = {row[0].partition(" (")[0]: row[1:] for row in values["events"]}
    assert events["Sedation"] == ["yes", "20 min", "166 min"]
    assert events["Dissociation"][0] == "yes"
    assert events["Serious adverse event"][0] == "none reported"


def test_what_nobody_measured_is_not_recorded_rather_than_no(running: Any, seat_at: Any) -> None:
    from ataraxy.clinic.papers.monitoring_form import form_values

    values = form_values(seat_at(running, 15))
    assert dict(values["vitals"])["Blood pressure at about 40 minutes"] == "not recorded"
    assert {row[1] for row in values["events"][:2]} == {"not recorded"}
    assert dict(values["dose"])["Minutes to readiness, had there been no shortest time"] == "not reached"


def test_readiness_is_told_apart_from_the_shortest_time(observed: Any, seat_at: Any) -> None:
    from ataraxy.clinic.papers.monitoring_form import form_values

    told = dict(form_values(seat_at(observed, 190))["dose"])
    assert told["Minutes to readiness, had there been no shortest time"] == "166"


def test_the_downtime_pack_has_todays_patients_and_a_blank_form(session: Any, at: Any) -> None:
    from ataraxy.clinic.papers.downtime_pack import downtime_pack, pack_values

    values = pack_values(at(-60))
    prefilled, blank = values["sheets"]
    assert prefilled["patient"][0] == ["Name", "Canary Quillfeather"]
    assert dict(prefilled["dose"])["Planned"] == "0.5 mg/kg"
    assert {words for _, words in blank["patient"]} == {""}
    assert prefilled["rows"][0]["minute"] == "before" and all(prefilled["rows"][0]["due"])
    assert downtime_pack(at(-60)).startswith(b"%PDF-")


def test_the_form_on_paper_asks_what_the_protocol_asks(session: Any, at: Any, infusion: Any) -> None:
    from ataraxy.clinic.papers.downtime_pack import COLUMNS, pack_values

    sheet = pack_values(at(-60))["sheets"][0]
    assert sheet["arrival"] == [line.text for line in infusion.arrival]
    assert sheet["discharge"] == [line.text for line in infusion.discharge]
    minutes = [row["minute"] for row in sheet["rows"]]
    assert {"10", "20", "30", "40"} <= set(minutes)  # a pressure every 10 minutes of the infusion
    watched = [
        words for measure, words in COLUMNS if any(measure in one.measures for one in infusion.monitoring)
    ]
    assert sheet["columns"] == watched and {"Nausea", "Orient."} <= set(watched) and "60" in minutes
    done = {words: action for action, words in sheet["limits"]}
    assert done["Systolic pressure at or above 180 mmHg"] == "stop, call the prescriber"
    assert any(action == "look, measure again" and "than before the dose" in w for w, action in done.items())


def test_printing_the_pack_is_a_read_of_each_chart_in_it(
    session: Any, nurse: Any, clock: Any, log_in: Any
) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    clock(-60)
    assert log_in(nurse).get("/day/downtime-pack/").status_code == 200
    read = ChartRead.objects.latest("id")
    assert (read.patient_id, read.view) == (session.patient_id, "day:downtime-pack")


def test_a_dose_by_nose_on_paper_says_how_much_a_spray_is_how_many_and_how_long_between(
    session: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace
    from decimal import Decimal

    from ataraxy.clinic.papers import downtime_pack as pack
    from ataraxy.core.protocol.types import Route

    def sprayed(version: Any) -> Any:
        protocol = read(version)
        dose = replace(
            protocol.dose,
            route=Route.NASAL,
            duration_min=None,
            infusion_mg_per_ml=None,
            spray_mg=Decimal(10),
            cap_mg=Decimal(65),
        )
        return replace(protocol, dose=dose)

    read = pack.protocol_of
    monkeypatch.setattr(pack, "protocol_of", sprayed)
    for sheet in pack.pack_values(at(-60))["sheets"]:
        way = dict(sheet["dose"])["Way"]
        assert way.endswith("sprays of 10 mg, at most 6, 5 min between two") and "injected" not in way
        assert sheet["sprays"] == {"each": "10 mg", "rest": "5 min", "numbers": list("123456")}
    assert pack.downtime_pack(at(-60)).startswith(b"%PDF-")


def test_an_infusion_on_paper_asks_for_a_rate_and_no_spray(session: Any, at: Any) -> None:
    from ataraxy.clinic.papers.downtime_pack import pack_values

    assert {sheet["sprays"] for sheet in pack_values(at(-60))["sheets"]} == {None}


@pytest.mark.parametrize("which", ["iv-racemic-0.5", "sc-ascending"])
def test_each_sheet_of_the_pack_is_one_leaf_and_asks_how_this_dose_goes_in(
    which: str, session: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: a last line runs over to a page without a name; an injection is asked for the rate of a pump."""
    import re

    from ataraxy.catalog.load import protocols
    from ataraxy.clinic.papers import downtime_pack as pack

    monkeypatch.setattr(pack, "protocol_of", lambda version: protocols()[which])
    values = pack.pack_values(at(-60))
    assert {sheet["pumped"] for sheet in values["sheets"]} == {which == "iv-racemic-0.5"}
    leaves = re.findall(rb"/Type\s*/Page\b(?!s)", pack.downtime_pack(at(-60)))
    assert len(leaves) == 2 * len(values["sheets"])
