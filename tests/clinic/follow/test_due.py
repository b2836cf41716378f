from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse


@pytest.fixture
def look(log_in: Any) -> Any:
    return lambda staff: log_in(staff).get(reverse("follow:due")).content.decode()


def test_what_is_due_is_to_be_sent(dosed: Any, clock: Any, coordinator: Any, look: Any) -> None:
    clock(25)
    page = look(coordinator)
    assert "Canary Quillfeather" in page
    assert "Anxiety right now" in page


def test_what_was_sent_is_awaited(
    check_in: Any, invite: Any, clock: Any, context: Any, coordinator: Any
) -> None:
    from ataraxy.clinic.follow.queries.due import to_send, waiting

    invite(check_in("after-24-hours"), 24)
    ctx = context(coordinator, clock(25))
    assert [r.id for r in waiting(ctx)] == [check_in("after-24-hours").id]
    assert all(r.id != check_in("after-24-hours").id for r in to_send(ctx))


def test_who_lets_questions_close_is_silent_until_they_answer(
    check_in: Any, reply: Any, clock: Any, context: Any, coordinator: Any
) -> None:
    from ataraxy.clinic.follow.queries.due import silent

    (one,) = silent(context(coordinator, clock(24 * 8)))
    assert one.missed == 3  # 2 h, 24 h and 3 d; what day 7 asks is still open
    reply(check_in("after-7-days"), 24 * 8, {"anxiety-now": [3]})
    assert silent(context(coordinator, clock(24 * 8))) == []


def test_no_answer_and_no_score_is_shown_at_the_desk(
    check_in: Any, reply: Any, clock: Any, coordinator: Any, look: Any
) -> None:
    answers = {"phq9": [1, 1, 1, 1, 1, 1, 1, 1, 2]}
    reply(check_in("weekly"), 14 * 24 + 1, answers)
    clock(14 * 24 + 2)
    page = look(coordinator)
    assert "1 concern to answer" in page
    assert "death" not in page.lower()
    assert "better off" not in page.lower()


def test_an_outsider_sees_nobody(dosed: Any, clock: Any, outsider: Any, look: Any) -> None:
    clock(25)
    assert "Quillfeather" not in look(outsider)


def test_a_researcher_is_refused(researcher: Any, log_in: Any) -> None:
    assert log_in(researcher).get(reverse("follow:due")).status_code == 403
