"""treat:spray: a dose by nose from plan to ledger, on a draft that only a demo clinic may use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused

DOSE = """[dose]
id            = "sprays"
text          = "Sprays of 10 mg into the nose, as many as stay within 0.5 mg/kg and 60 mg. A draft for demonstration."
source        = "ataraxy-proposal"
status        = "proposed"
route         = "{route}"
weight        = "actual"
cap_mg        = 60
cap_mg_per_kg = 0.5
cap_source    = "ataraxy-proposal"
cap_status    = "proposed"
{more}

"""
SPRAYS = 'spray_mg = 10\nspray_source = "ataraxy-proposal"\nspray_status = "proposed"'


def draft(route: str, more: str) -> str:
    """Made from the shipped infusion; no number of it is advice."""
    from ataraxy.catalog.library import HOME

    text = (HOME / "protocols" / "iv-racemic-0.5.toml").read_text(encoding="utf-8")
    begins, ends = text.index("[dose]"), text.index("# --- the course")
    text = text[:begins] + DOSE.format(route=route, more=more) + text[ends:]
    return text.replace('"iv-racemic-0.5"', '"draft"', 1).replace('use      = "clinic"', 'use      = "demo"')


@pytest.fixture
def route() -> str:
    return "nasal"


@pytest.fixture
def infusion(route: str) -> Any:
    from ataraxy.catalog.load import parse_stored_protocol

    return parse_stored_protocol(draft(route, SPRAYS if route == "nasal" else ""), "draft.toml")


@pytest.fixture
def activated(clinic: Any, director: Any, infusion: Any, route: str, now: Any) -> Any:
    from datetime import timedelta

    from ataraxy.clinic.plan.models import ActivatedProtocol

    return ActivatedProtocol.objects.create(
        clinic=clinic,
        protocol_id=infusion.id,
        version=infusion.version,
        sha256=infusion.sha256,
        text=draft(route, SPRAYS if route == "nasal" else ""),
        activated_at=now - timedelta(days=40),
        activated_by=director,
    )


def accounted(session: Any) -> list[Decimal]:
    from ataraxy.clinic.pharmacy.charging import accounted as told

    return [mg for _, mg in told(session.id).values()]


def test_the_start_gives_the_first_spray_and_says_how_many_there_are(
    ask: Any, nurse: Any, ready: Any, start: Any, state: Any, clock: Any
) -> None:
    clock(9)
    page = ask(nurse, "start", ready).content.decode()
    assert "whole sprays only: 3" in page and "mL/h" not in page
    start(ready, 10)
    assert state(ready).dose.planned.sprays == 3 and state(ready).mg_given(ready.during[1]) == 10


def test_each_spray_is_confirmed_in_two_steps_after_its_rest(
    tell: Any, ask: Any, nurse: Any, running: Any, state: Any, clock: Any, vitals: Any, seen: Any
) -> None:
    vitals(running, 13)
    clock(14)
    assert "The patient rests" in ask(nurse, "spray", running).content.decode()
    refused = tell(nurse, "spray", running, number=2, confirmed="yes", seen=seen(running))
    assert refused.status_code == 422 and b"less than 5 min ago" in refused.content
    clock(16)
    first = tell(nurse, "spray", running, number=2, seen=seen(running))
    assert b"Spray 2 of 3: 10 mg into the nose" in first.content and state(running).dose.next_spray == 2
    done = tell(nurse, "spray", running, number=2, confirmed="yes", seen=seen(running))
    assert done.status_code == 302 and state(running).dose.next_spray == 3


def test_the_ledger_is_charged_with_what_was_sprayed(running: Any, at: Any, vitals: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions

    vitals(running, 14)
    actions.spray(at(16), running.id, 2)
    assert accounted(running) == []
    vitals(running, 20)
    actions.spray(at(22), running.id, 3)
    assert accounted(running) == [Decimal(30)] and not state(running).dose.is_open


def test_what_speaks_against_a_spray_is_said_before_it_is_given(
    tell: Any, ask: Any, nurse: Any, running: Any, state: Any, clock: Any, vitals: Any, seen: Any, at: Any
) -> None:
    """Values older than a quarter of an hour, and an emergency: the stance says nothing, the gate refuses."""
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import EmergencyKind

    clock(26)
    page = ask(nurse, "spray", running).content.decode()
    assert "Do not spray" in page and "newer than 15 min" in page and 'name="already_in"' in page
    first = tell(nurse, "spray", running, number=2, seen=seen(running))
    assert first.status_code == 422 and b'name="already_in"' in first.content
    vitals(running, 27)
    clock(28)
    page = ask(nurse, "spray", running).content.decode()
    assert "Do not spray" not in page and '<details class="as-table"><summary>It went in already' in page
    second = tell(nurse, "spray", running, number=2, seen=seen(running)).content.decode()
    assert "Tap first" in second and "give 10 mg now" in second
    actions.start_emergency(at(28), running.id, EmergencyKind.ANAPHYLAXIS)
    assert "An emergency runs" in ask(nurse, "spray", running).content.decode()
    late = tell(nurse, "spray", running, number=2, confirmed="yes", seen=seen(running))
    assert late.status_code == 422 and b'name="already_in"' in late.content
    told = tell(nurse, "spray", running, number=2, already_in="on", confirmed="yes", seen=seen(running))
    assert told.status_code == 302 and state(running).dose.next_spray == 3


def test_a_refused_first_spray_that_is_in_is_charted_and_none_follows(
    tell: Any, ask: Any, nurse: Any, ready: Any, state: Any, clock: Any, at: Any, seen: Any
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.dosing import dose_of_today, shown
    from ataraxy.clinic.treat.record import protocol_of

    clock(9)
    numbers = shown(dose_of_today(protocol_of(ready), state(ready)))
    sent = {name: getattr(numbers, name) for name in numbers.__slots__}
    go = tell(nurse, "start", ready, seen=seen(ready), **sent).content.decode()
    assert "Tap first" in go and "give the first 10 mg now" in go
    actions.screen(at(9), ready.id, "suicide-screen", (1, 1, 0, 1, 0, 0), note="a plan; called Dr Lane")
    refused = tell(nurse, "start", ready, confirmed="yes", seen=seen(ready), **sent)
    assert refused.status_code == 422 and b"It went in already" in refused.content
    assert state(ready).dose is None
    asked = tell(nurse, "start", ready, already_in="on", seen=seen(ready), **sent)
    assert b"the first 10 mg went in" in asked.content and state(ready).dose is None
    told = tell(nurse, "start", ready, already_in="on", confirmed="yes", seen=seen(ready), **sent)
    assert told.status_code == 302
    assert state(ready).mg_given(at(10).now) == 10 and not state(ready).dose.is_open
    assert accounted(ready) == [Decimal(10)]
    assert any("C-SSRS" in one.reason for one in state(ready).irregular)
    with pytest.raises(InputRefused, match="stopped"):
        actions.spray(at(20), ready.id, 2)


def test_a_clock_that_was_set_back_loses_no_spray(running: Any, at: Any, state: Any) -> None:
    """The dose began at minute 10; then the machine's clock was set back by a few seconds."""
    from ataraxy.clinic.treat import actions

    (told,) = actions.spray(at(9.9), running.id, 2, already_in=True)
    assert told.envelope.at >= state(running).dose.started_at
    assert state(running).dose.next_spray == 3 and state(running).mg_given(at(30).now) == 20
    assert not any("no dose by nose" in one.reason for one in state(running).irregular)


def test_a_stop_charges_what_is_in_and_a_spray_told_late_adds_to_it(
    running: Any, at: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.stop(at(12), running.id, "pressure")
    assert accounted(running) == [Decimal(10)]
    with pytest.raises(InputRefused, match="stopped"):
        actions.spray(at(13), running.id, 2)
    actions.spray(at(13), running.id, 2, already_in=True)
    assert accounted(running) == [Decimal(20)]
    assert "The dose was stopped" in state(running).irregular[0].reason


def test_a_spray_told_after_the_end_is_in_the_chart_and_in_the_ledger_alike(
    running: Any, at: Any, state: Any, patient: Any
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.queries.reconcile import reconcile
    from ataraxy.core.session.events import EndReason

    actions.stop(at(12), running.id, "pressure")
    actions.end(at(30), running.id, EndReason.TRANSFERRED, note="to the ward")
    actions.spray(at(40), running.id, 2, already_in=True)
    (dose,) = chart_of(patient.id).doses
    assert state(running).mg_given(at(50).now) == dose.payload.mg == 20
    assert accounted(running) == [Decimal(20)]
    assert [(one.charted_mg, one.state) for one in reconcile(at(50))] == [(Decimal(20), "due")]


def test_the_session_page_and_the_flow_sheet_name_the_sprays(
    ask: Any, nurse: Any, running: Any, at: Any, vitals: Any, clock: Any
) -> None:
    from ataraxy.clinic.treat import actions

    vitals(running, 14)
    actions.spray(at(16), running.id, 2)
    clock(17)
    page = ask(nurse, "session", running).content.decode()
    assert "Spray 3 of 3" in page and "as each spray was confirmed" in page
    assert "ketamine 10 mg into the nose, 1 of 3" in page and "2: 10 mg" in page
    assert "Read the pump" not in page


@pytest.mark.parametrize("route", ["intramuscular"])
def test_an_injection_into_a_muscle_goes_from_plan_to_ledger(
    ask: Any, nurse: Any, ready: Any, start: Any, state: Any, clock: Any, route: str
) -> None:
    clock(9)
    page = ask(nurse, "start", ready).content.decode()
    assert "36.0 mg" in page and "mL/h" not in page
    start(ready, 10)
    assert state(ready).dose.is_injection and accounted(ready) == [Decimal(36)]
    clock(11)
    shown = ask(nurse, "session", ready).content.decode()
    assert "ketamine 36.0 mg into a muscle" in shown and "Read the pump" not in shown


def test_a_draft_by_nose_treats_nobody_outside_a_demo_clinic(clinic: Any, infusion: Any) -> None:
    from ataraxy.core.protocol.gate import gate

    disorder = infusion.indications[0].disorder
    closed = gate(infusion, disorder, (), demo=False)
    assert any("draft for demonstration" in one.reason for one in closed.closed_by)


@pytest.mark.parametrize("route", ["intramuscular"])
def test_a_dose_that_is_not_sprayed_has_no_sprays_to_be_in(
    running: Any, ask: Any, nurse: Any, clock: Any, route: str
) -> None:
    clock(11)
    page = ask(nurse, "spray", running).content.decode()
    assert "No dose by nose was started here." in page and "Every spray" not in page


# --- told late, and told unweighed -----------------------------------------------------------------


def wall(ctx: Any) -> str:
    """As the page's field takes it, on the clinic's own clock."""
    return f"{ctx.now.astimezone(ctx.zone):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("route", ["intramuscular"])
def test_an_injection_that_is_in_though_nobody_weighed_the_patient_is_the_dose(
    tell: Any, ask: Any, nurse: Any, session: Any, at: Any, state: Any, clock: Any, patient: Any
) -> None:
    """Hazard: it is refused for want of a weight, and the mg in the patient are counted too low ever after."""
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.pharmacy.models import Discrepancy
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.record import protocol_of
    from ataraxy.core.session.events import EndReason
    from ataraxy.core.session.permit_more import over_cap

    actions.arrive(at(-20), session.id)
    clock(15)
    page = ask(nurse, "start", session).content.decode()
    assert "Weigh the patient first" in page and 'name="told_mg"' in page
    untold = tell(nurse, "start", session, already_in="on")
    assert untold.status_code == 422 and b"how many mg" in untold.content and state(session).dose is None
    sent = {"already_in": "on", "told_mg": "35", "when": wall(at(5))}
    second = tell(nurse, "start", session, **sent).content.decode()
    assert "Yes, 35 mg went in" in second and "Nobody weighed the patient" in second
    assert tell(nurse, "start", session, confirmed="yes", **sent).status_code == 302
    dose = state(session).dose
    assert dose.planned.mg == 35 and dose.planned.weight_kg is None and dose.planned.mg_per_kg is None
    assert dose.started_at == at(5).now.replace(second=0, microsecond=0) and not dose.is_open
    assert any("nor the cap per kg" in one.reason for one in state(session).irregular)
    assert accounted(session) == [Decimal(35)] and Discrepancy.objects.exists()
    room = ask(nurse, "session", session).content.decode()
    assert "not weighed" in room and "nor the cap per kg" in room and "afterwards" in room
    refused = over_cap(protocol_of(session), state(session), Decimal(1), at(17).now)
    assert refused is not None and "cap per kg cannot be checked" in refused.cause
    actions.end(at(60), session.id, EndReason.TRANSFERRED, note="to the ward")
    (charted,) = chart_of(patient.id).doses
    assert charted.payload.mg == 35 and charted.payload.mg_per_kg is None
    assert b"not weighed" in ask(nurse, "session", session).content


def test_an_unweighed_first_spray_that_is_in_is_one_spray_and_none_follows(
    at: Any, session: Any, state: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.arrive(at(-20), session.id)
    actions.start_already_in(at(5), session.id)
    dose = state(session).dose
    assert dose.mg_at(at(6).now) == 10 and dose.next_spray is None and dose.planned.weight_kg is None


@pytest.mark.parametrize("route", ["intramuscular"])
def test_an_injection_is_dated_when_it_went_in_and_judged_by_what_was_known_then(
    tell: Any, nurse: Any, ready: Any, at: Any, state: Any, clock: Any, vitals: Any, seen: Any
) -> None:
    """The pressure of minute 20 is none from before the dose of minute 10."""
    vitals(ready, 20, systolic=158)
    clock(24)
    early = tell(nurse, "start", ready, already_in="on", when=wall(at(-200)), confirmed="yes")
    assert early.status_code == 422 and b"when the patient came" in early.content
    ahead = tell(nurse, "start", ready, already_in="on", when=wall(at(40)), confirmed="yes")
    assert ahead.status_code == 422 and b"still to come" in ahead.content and state(ready).dose is None
    told = tell(nurse, "start", ready, already_in="on", when=wall(at(10)), confirmed="yes")
    assert told.status_code == 302
    dose = state(ready).dose
    assert dose.started_at == at(10).now.replace(second=0, microsecond=0)
    assert "158" not in dose.planned.past and state(ready).baseline


def test_a_spray_told_late_is_dated_when_it_was_given_and_marked(
    tell: Any, ask: Any, nurse: Any, running: Any, at: Any, state: Any, clock: Any, vitals: Any, seen: Any
) -> None:
    vitals(running, 24)
    clock(26)
    for when, words in ((at(-30), b"when the dose began"), (at(50), b"still to come")):
        sent = {"number": 2, "already_in": "on", "when": wall(when), "confirmed": "yes"}
        refused = tell(nurse, "spray", running, seen=seen(running), **sent)
        assert refused.status_code == 422 and words in refused.content
    untold = tell(nurse, "spray", running, number=2, when=wall(at(16)), seen=seen(running))
    assert untold.status_code == 422 and b"Say that it did" in untold.content
    sent = {"number": 2, "already_in": "on", "when": wall(at(16))}
    assert b"charted as it went in, at " in tell(nurse, "spray", running, **sent).content
    assert tell(nurse, "spray", running, confirmed="yes", **sent).status_code == 302
    given = state(running).dose.sprayed_at
    assert len(given) == 2 and given[1] == at(16).now.replace(second=0, microsecond=0)
    assert "charted afterwards" in ask(nurse, "session", running).content.decode()
    told = tell(nurse, "spray", running, number=3, already_in="on", when=wall(at(18)), confirmed="yes")
    assert told.status_code == 302
    assert any("less than 5 min" in one.reason for one in state(running).irregular)


def test_what_is_counted_spray_by_spray_is_called_no_estimate(
    running: Any, ask: Any, tell: Any, nurse: Any, at: Any, clock: Any, vitals: Any, seen: Any
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.queries.running import running_doses

    vitals(running, 14)
    clock(15)
    (bar,) = running_doses(at(15))
    assert bar.words.startswith("10 of 30.0 mg, ")
    went_in = {"order": "none", "mg": "5", "way": "nasal", "already_in": "on"}
    second = tell(nurse, "bolus", running, **went_in).content.decode()
    assert "10 mg are in. For" in second
    actions.pause(at(15), running.id)
    resume = ask(nurse, "resume", running).content.decode()
    assert "mg/min" not in resume and "estimate" not in resume.partition("<main")[2]


@pytest.mark.parametrize("route", ["intramuscular"])
@pytest.mark.parametrize("weighed", [True, False])
def test_what_was_confirmed_to_be_in_is_charted_though_the_weight_came_or_changed_in_between(
    tell: Any, nurse: Any, session: Any, again: Any, at: Any, state: Any, clock: Any, weighed: bool
) -> None:
    """Hazard: "35 mg went in" is tapped, a colleague enters a weight, and the dose that would be planned now is charted."""
    import re

    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import Measure

    actions.arrive(at(-20), session.id)
    if weighed:
        again(session, 0)
    clock(15)
    page = tell(nurse, "start", session, already_in="on", told_mg="" if weighed else "35").content.decode()
    said = re.search(r"Yes, ([\d.]+) mg went in", page)
    assert said is not None
    sent = {
        str(re.search(r'name="(\w+)"', one)[1]): str((re.search(r'value="([^"]*)"', one) or ["", ""])[1])  # type: ignore[index]
        for one in re.findall(r'<input type="hidden"[^>]*>', page)
        if 'name="csrf' not in one
    }
    actions.vital(at(15), session.id, {Measure.WEIGHT: Decimal(88)})
    assert tell(nurse, "start", session, **sent).status_code == 302
    dose = state(session).dose
    assert dose.planned.mg == Decimal(said[1]) and dose.planned.weight_kg == 88


@pytest.mark.parametrize("route", ["intramuscular"])
def test_another_amount_than_was_planned_is_charted_as_it_went_in(
    ask: Any, tell: Any, nurse: Any, ready: Any, at: Any, state: Any, clock: Any
) -> None:
    """Hazard: half of it ran beside the vein, and only the planned milligrams can be confirmed."""
    clock(15)
    page = ask(nurse, "start", ready).content.decode()
    field = page[page.index('name="told_mg"') - 200 : page.index('name="told_mg"') + 200]
    assert 'value="36.0"' in field  # what is planned, to be put right
    sent = {"already_in": "on", "told_mg": "18", "when": wall(at(5))}
    second = tell(nurse, "start", ready, **sent).content.decode()
    assert "Yes, 18 mg went in" in second and "not the 36.0 mg that were planned" in second
    assert "Nobody weighed" not in second
    assert tell(nurse, "start", ready, confirmed="yes", **sent).status_code == 302
    dose = state(ready).dose
    assert dose.planned.mg == 18 and dose.planned.weight_kg == 72
    assert state(ready).mg_in_all == 18


@pytest.mark.parametrize("route", ["intramuscular"])
def test_a_syringe_that_holds_more_than_the_dose_is_not_injected(
    ready: Any, at: Any, state: Any, start: Any, vitals: Any
) -> None:
    """Hazard: it was drawn up for 72 kg, the patient weighs 55, and what is in the syringe goes in."""
    from ataraxy.clinic.treat import actions
    from ataraxy.core.protocol.types import Measure

    assert state(ready).care.syringe.prepared.mg == 36
    actions.vital(at(9), ready.id, {Measure.WEIGHT: Decimal(55)})
    with pytest.raises(InputRefused, match="holds 36"):
        start(ready, 10)
    assert state(ready).dose is None
    actions.vital(at(10), ready.id, {Measure.WEIGHT: Decimal(72)})
    start(ready, 11)
    assert state(ready).dose.planned.mg == 36
