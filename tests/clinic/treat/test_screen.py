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
    assert page.count('type="radio"') == 12
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


@pytest.mark.parametrize("told", [NONE[:5], (*NONE, 0), (0, 0, 0, 0, 0, 2)])
def test_a_screen_with_an_item_left_out_is_refused(at: Any, ready: Any, told: tuple[int, ...]) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused):
        actions.screen(at(9), ready.id, LINE, told)


def test_it_cannot_be_answered_with_a_plain_yes(at: Any, ready: Any) -> None:
    from ataraxy.clinic.treat import actions

    with pytest.raises(InputRefused, match="not a check a person answers"):
        actions.check(at(9), ready.id, LINE, True)


def test_the_record_says_which_items_and_adds_nothing_up(ask: Any, nurse: Any, ready: Any, at: Any) -> None:
    from ataraxy.clinic.treat import actions

    actions.screen(at(9), ready.id, LINE, (1, 1, 0, 0, 0, 0))
    page = ask(nurse, "session", ready).content.decode()
    assert "yes to item 1, 2, not high" in page
