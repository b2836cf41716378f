"""treat:start and treat:bolus after the end: what went in and was told late is the dose, in chart, ledger and course."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.core.session.care import BolusGiven, Way


@pytest.fixture
def infusion() -> Any:
    """The shipped injections under the skin."""
    from ataraxy.catalog.load import protocols

    return protocols()["sc-ascending"]


@pytest.fixture
def called_off(session: Any, at: Any) -> Any:
    """The patient came and was called off at minute 20."""
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.actions.call_off import call_off
    from ataraxy.core.protocol.types import Measure
    from ataraxy.core.session.events import CalledOff

    actions.arrive(at(0), session.id)
    actions.vital(at(2), session.id, {Measure.WEIGHT: Decimal(72)})
    call_off(at(20), session.id, CalledOff.NO_VEIN, drawn=False)
    return session


def wall(ctx: Any) -> str:
    return f"{ctx.now.astimezone(ctx.zone):%Y-%m-%dT%H:%M}"


def test_an_injection_told_after_the_end_is_the_dose_everywhere(
    called_off: Any, nurse: Any, patient: Any, ask: Any, tell: Any, clock: Any, at: Any, state: Any, book: Any
) -> None:
    """Hazard: the next one is given the next day, because nobody counts this one."""
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.pharmacy.charging import accounted
    from ataraxy.clinic.treat.today import against_today

    clock(60)
    room = ask(nurse, "session", called_off).content.decode()
    assert "The dose went in all the same" in room and "Supplemental ketamine went in" not in room
    page = ask(nurse, "start", called_off).content.decode()
    assert "The session has ended" in page and "go on</button>" not in page
    assert "Left empty: now" not in page and "its time is needed" in page
    untimed = tell(nurse, "start", called_off, already_in="on")
    assert untimed.status_code == 422 and b"Say when it went in" in untimed.content
    sent = {"already_in": "on", "when": wall(at(12))}
    assert "mg went in" in tell(nurse, "start", called_off, **sent).content.decode()
    assert tell(nurse, "start", called_off, confirmed="yes", **sent).status_code == 302
    now = state(called_off)
    assert now.dose.started_at == at(12).now.replace(second=0, microsecond=0)
    assert now.ending.how.value == "cancelled" and now.mg_given(at(61).now) == now.dose.planned.mg > 0
    assert any("called off as a session without a dose" in one.reason for one in now.irregular)
    room = ask(nurse, "session", called_off).content.decode()
    assert "called off, yet ketamine went in" in room and "Ended: cancelled before any dose" not in room
    assert "tell the prescriber" in room
    (charted,) = chart_of(patient.id).doses
    assert charted.payload.mg == now.dose.planned.mg and charted.payload.started_at == now.dose.started_at
    assert [mg for _, mg in accounted(called_off.id).values()] == [now.dose.planned.mg]
    assert CheckIn.objects.filter(session=called_off).exists()
    following = book(2, at(60 * 24).now)
    tomorrow = at(60 * 24 + 5)
    assert any("days must lie between" in one.what for one in against_today(tomorrow, following))


def test_what_went_in_first_is_never_a_supplement(
    session: Any, called_off: Any, nurse: Any, at: Any, state: Any, clock: Any, ask: Any, tell: Any
) -> None:
    from ataraxy.clinic.treat import actions

    went_in = BolusGiven(Decimal(20), Way.SUBCUTANEOUS, None, already_in=True)
    with pytest.raises(InputRefused, match="what goes in first is the dose"):
        actions.give_bolus(at(30), called_off.id, went_in, at=at(12).now)
    assert state(called_off).mg_given(at(31).now) == 0
    clock(31)
    page = ask(nurse, "bolus", called_off).content.decode()
    assert "No dose was started here" in page and "Chart the dose" in page


def test_one_told_without_its_hour_still_counts(called_off: Any, at: Any, state: Any, patient: Any) -> None:
    """As by a page of before: it stands after the end, is listed as that, and is in the chart."""
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.treat import actions

    actions.start_already_in(at(40), called_off.id)
    now = state(called_off)
    assert now.mg_given(at(41).now) == now.dose.planned.mg > 0
    assert any("had ended before this dose" in one.reason for one in now.irregular)
    assert [one.payload.mg for one in chart_of(patient.id).doses] == [now.dose.planned.mg]


class TestAnInfusion:
    @pytest.fixture
    def infusion(self) -> Any:
        from ataraxy.catalog.load import protocols

        return protocols()["iv-racemic-0.5"]

    def test_ketamine_before_any_infusion_is_in_the_chart_and_holds_the_start(
        self, ready: Any, at: Any, state: Any, patient: Any, start: Any
    ) -> None:
        """Hazard: it was given to calm the patient, and the whole dose runs in on top of it."""
        from ataraxy.clinic.people.chart import chart_of
        from ataraxy.clinic.treat import actions
        from ataraxy.core.session.events import EndReason

        went_in = BolusGiven(Decimal(20), Way.INTRAMUSCULAR, None, already_in=True)
        actions.give_bolus(at(9), ready.id, went_in, at=at(9).now - timedelta(seconds=30))
        with pytest.raises(InputRefused, match="20 mg are in already"):
            start(ready, 10)
        actions.end(at(90), ready.id, EndReason.TRANSFERRED, note="to the ward")
        (charted,) = chart_of(patient.id).doses
        assert (charted.payload.mg, charted.payload.mg_per_kg) == (Decimal(20), Decimal("0.278"))
        ready.refresh_from_db()
        assert ready.dose_started_at == charted.payload.started_at

    def test_what_is_worked_out_is_told_to_a_tenth_and_the_pumps_rate_in_both_units(
        self, running: Any, nurse: Any, prescriber: Any, at: Any, clock: Any, ask: Any, tell: Any
    ) -> None:
        """Hazard: 4.39 mg reads like a measurement."""
        from ataraxy.clinic.treat import actions

        actions.pause(at(14.877), running.id)
        clock(15)
        room = ask(nurse, "session", running).content.decode()
        assert "<dd>4.4 mg <small>estimate" in room and "4.39" not in room
        first = ask(nurse, "resume", running).content.decode()
        assert "4.4 of 36" in first and "31.6 mg <small>estimate" in first and "54.0 mL/h" in first
        second = tell(nurse, "resume", running).content.decode()
        assert "31.6 mg (estimate) at 0.9" in second and "= 54.0 mL/h" in second and "4.39" not in second
        for verb in ("rate", "bolus", "pump", "emergency"):
            assert "4.39" not in ask(nurse, verb, running).content.decode().partition("<main")[2]

    def test_what_would_refuse_the_resume_is_said_before_anybody_confirms(
        self, running: Any, nurse: Any, at: Any, clock: Any, ask: Any, tell: Any, state: Any
    ) -> None:
        """Hazard: the pump is set going on the first step, and the second is refused."""
        from ataraxy.clinic.treat import actions

        actions.pause(at(15), running.id)
        clock(45)
        page = ask(nurse, "resume", running).content.decode()
        assert "Do not resume" in page and "is newer than" in page and "Go on to confirm" not in page
        assert "Yes, resume" not in tell(nurse, "resume", running).content.decode()
        assert state(running).dose.status.value == "paused"
