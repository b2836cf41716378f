"""treat:screen: the suicide screen at arrival, item by item; one grave yes holds the dose, whoever signs."""

from __future__ import annotations

from typing import Any

import pytest

from ataraxy.core.errors import InputRefused

LINE = "suicide-screen"
NONE = (0, 0, 0, 0, 0, 0)


def answers(yes: int) -> dict[str, str]:
    return {f"item_{n}": "1" if n == yes else "0" for n in range(1, 7)}


def test_every_item_is_asked_and_its_words_are_not_kept_here(ask: Any, nurse: Any, session: Any) -> None:
    page = ask(nurse, "screen", session).content.decode()
    assert page.count('type="radio"') == 12 + 3 and page.count("Not asked") == 3
    assert "After a no to item 2" in page
    assert "wish to be dead" not in page and "Item 6" in page


@pytest.mark.parametrize("yes", [1, 2, 3, 4, 5, 6])
def test_a_yes_to_item_4_5_or_6_holds_the_dose(
    tell: Any, nurse: Any, ready: Any, state: Any, yes: int
) -> None:
    answer = tell(
        nurse, "screen", ready, line=LINE, note="said so at the door; called Dr Lane", **answers(yes)
    )
    assert answer.status_code == 302
    said = state(ready).checks[LINE]
    assert said.answers == tuple(int(n == yes) for n in range(1, 7))
    assert said.ok is (yes < 4)


def test_a_high_screen_stops_the_dose_and_nobody_signs_past_it(
    at: Any, ready: Any, prescriber: Any, start: Any
) -> None:
    from ataraxy.clinic.treat import actions

    actions.screen(at(9), ready.id, LINE, (1, 1, 1, 1, 0, 0), note="a plan; the prescriber is here")
    with pytest.raises(InputRefused, match="C-SSRS"):
        start(ready, 10)
    with pytest.raises(InputRefused):
        actions.override(at(10, prescriber), ready.id, LINE, "talked it through")


def test_a_high_screen_needs_a_word(at: Any, ready: Any) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused, match="needs a word"):
        actions.screen(at(9), ready.id, LINE, (0, 0, 0, 0, 0, 1))


@pytest.mark.parametrize(
    "told",
    [
        NONE[:5],
        (*NONE, 0),
        (0, 0, 0, 0, 0, 2),
        (0, 1, None, None, None, 0),  # 2 is yes: 3, 4 and 5 are asked
        (0, None, None, None, None, 0),
        (None, 0, None, None, None, 0),
        (0, 0, None, None, None, None),
    ],
)
def test_a_screen_with_an_item_left_out_is_refused(at: Any, ready: Any, told: tuple[int | None, ...]) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused):
        actions.screen(at(9), ready.id, LINE, told)


def test_what_is_not_asked_after_a_no_to_item_2_is_told_as_not_asked(
    tell: Any, nurse: Any, ready: Any, state: Any, ask: Any, start: Any
) -> None:
    told = answers(0) | dict.fromkeys(("item_3", "item_4", "item_5"), "not-asked")
    assert tell(nurse, "screen", ready, line=LINE, **told).status_code == 302
    assert state(ready).checks[LINE].answers == (0, 0, None, None, None, 0)
    page = ask(nurse, "session", ready).content.decode()
    assert "no to item 1, 2, 6; 3, 4, 5 not asked, not high" in page
    start(ready, 10)


def test_item_3_to_5_left_out_after_a_yes_to_item_2_are_refused(tell: Any, nurse: Any, ready: Any) -> None:
    told = answers(2) | dict.fromkeys(("item_3", "item_4", "item_5"), "not-asked")
    assert tell(nurse, "screen", ready, line=LINE, **told).status_code == 422


def test_it_cannot_be_answered_with_a_plain_yes(at: Any, ready: Any) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused, match="not a check a person answers"):
        actions.check(at(9), ready.id, LINE, True)


def test_the_record_says_which_items_and_adds_nothing_up(ask: Any, nurse: Any, ready: Any, at: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.screen(at(9), ready.id, LINE, (1, 1, 0, 0, 0, 0))
    page = ask(nurse, "session", ready).content.decode()
    assert "yes to item 1, 2, not high" in page


HIGH = (1, 1, 0, 1, 0, 0)


def concerns(session: Any) -> list[str]:
    from ataraxy.clinic.people.chart import chart_of

    return [one.record.payload.text for one in chart_of(session.patient_id).open_concerns]


def test_a_high_screen_asked_again_by_the_same_nurse_holds_until_a_prescriber_reviews_it(
    at: Any, ready: Any, start: Any, nurse: Any, prescriber: Any, patient: Any
) -> None:
    from ataraxy.clinic.follow.actions import concern
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.plan.actions.reviews import open_findings, review_course
    from ataraxy.clinic.treat import actions

    actions.screen(at(8.5), ready.id, LINE, HIGH, note="a plan; called Dr Lane")
    actions.screen(at(9), ready.id, LINE, NONE)
    (raised,) = chart_of(patient.id).open_concerns
    concern(at(9.5, prescriber), patient, raised.record.envelope.id, "spoke with them")
    with pytest.raises(InputRefused, match="HIGH"):
        start(ready, 10)
    found = [one.event for one in open_findings(ready.course)]
    review_course(at(10, prescriber), ready.course, found, "spoke at length; no intent")
    start(ready, 10)


def test_a_high_screen_that_is_taken_back_still_holds(at: Any, ready: Any, state: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.course import holds_today

    (high,) = actions.screen(at(9), ready.id, LINE, HIGH, note="a plan; called Dr Lane")
    actions.retract(at(9.5), ready.id, high.envelope.id, "asked wrongly")
    assert state(ready).checks[LINE].ok
    (hold,) = holds_today(ready, state(ready))
    assert "taken back" in hold.what


def test_a_high_screen_leaves_a_concern_even_when_the_session_is_called_off(at: Any, ready: Any) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.actions.call_off import call_off
    from ataraxy.core.session.events import CalledOff

    actions.screen(at(8), ready.id, LINE, (1, 1, 0, 0, 0, 0))
    assert concerns(ready) == []
    actions.screen(at(9), ready.id, LINE, HIGH, note="a plan; called Dr Lane")
    call_off(at(10), ready.id, CalledOff.HELD, drawn=True, note="screen high")
    (said,) = concerns(ready)
    assert "yes to item 1, 2, 4" in said and "called Dr Lane" in said


# --- before going home ---------------------------------------------------------------------------------

HOME = "safe-tonight"


@pytest.fixture
def unasked(observed: Any, at: Any) -> Any:
    """Everything holds but the screen, which was asked before something more went in."""
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.record import state_of

    event = state_of(observed.id).checks[HOME].event
    actions.retract(at(178.5), observed.id, event, "asked of another patient")
    return observed


def test_nobody_goes_home_before_every_item_was_asked_again(
    unasked: Any, at: Any, ask: Any, nurse: Any, clock: Any
) -> None:
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    clock(179.5)
    page = ask(nurse, "session", unasked).content.decode()
    assert f"/screen/?line={HOME}" in page and f"/check/?line={HOME}" not in page
    form = ask(nurse, "screen", unasked, f"?line={HOME}").content.decode()
    assert form.count('type="radio"') == 12 + 3 and "the patient stays" in form and "(unverified)" in form
    with pytest.raises(InputRefused, match="not asked since the dose"):
        actions.end(at(180), unasked.id, EndReason.DISCHARGED)
    with pytest.raises(InputRefused, match="not a check a person answers"):
        actions.check(at(180), unasked.id, HOME, True)
    with pytest.raises(InputRefused, match="each yes or no"):
        actions.screen(at(180), unasked.id, HOME, (0, 1, None, None, None, 0))
    actions.screen(at(180), unasked.id, HOME, (0, 0, None, None, None, 0))
    actions.end(at(181), unasked.id, EndReason.DISCHARGED)


@pytest.mark.parametrize("yes", [4, 5, 6])
def test_acute_suicidality_keeps_the_patient_here_and_nobody_signs_past_it(
    observed: Any, at: Any, state: Any, prescriber: Any, patient: Any, yes: int
) -> None:
    from ataraxy.clinic.people.chart import chart_of
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.course import holds_of_course
    from ataraxy.core.session.events import EndReason

    grave = tuple(int(n in (2, yes)) for n in range(1, 7))
    actions.screen(at(180), observed.id, HOME, grave, note="means to; called Dr Lane")
    with pytest.raises(InputRefused, match="C-SSRS"):
        actions.end(at(181), observed.id, EndReason.DISCHARGED)
    with pytest.raises(InputRefused):
        actions.override(at(182, prescriber), observed.id, HOME, "talked it through")
    (concern,) = chart_of(patient.id).open_concerns
    assert "before going home" in concern.record.payload.text
    assert any(one.findings for one in holds_of_course(observed.course))  # and the next dose waits


def test_what_may_go_unasked_is_the_protocols_word_and_its_director_signs_it(infusion: Any) -> None:
    from dataclasses import replace

    from ataraxy.core.protocol.lines import unsigned
    from ataraxy.core.session.screen import is_whole, screens

    told = (0, 0, None, None, None, 0)
    for check in screens(infusion).values():
        assert is_whole(check, told)
        assert not is_whole(replace(check, skip_after=None, skipped=()), told)
        assert not is_whole(replace(check, skipped=(4, 5)), told)
    assert {f"{LINE}.skip", f"{HOME}.skip"} <= {claim.id for claim in unsigned(infusion)}
