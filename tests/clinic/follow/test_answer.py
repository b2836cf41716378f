from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

WEEK = 14 * 24


def phq9(ninth: int) -> dict[str, str]:
    return {f"phq9-{n}": "1" for n in range(1, 9)} | {"phq9-9": str(ninth)}


@pytest.fixture
def page(check_in: Any, invite: Any, clock: Any) -> str:
    """The address of the weekly check-in, open now."""
    clock(WEEK + 1)
    return str(invite(check_in("weekly"), WEEK))


def chart(row: Any) -> Any:
    from ataraxy.clinic.people.chart import chart_of

    return chart_of(row.patient_id)


def test_a_patient_answers_without_a_log_in(
    page: str, check_in: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    asked = visitor.get(page)
    assert asked.status_code == 200
    assert "Feeling nervous" in asked.content.decode()
    gad7 = {f"gad7-{n}": "2" for n in range(1, 8)}
    told = visitor.post(page, {"key": keys()} | gad7 | phq9(0) | {"anxiety-now-1": "0"})
    assert told.status_code == 200
    assert "Thank you" in told.content.decode()
    row = check_in("weekly")
    assert row.answered_at is not None
    totals = {a.payload.scale: a.payload.total for a in chart(row).answers if a.payload.check_in == "weekly"}
    assert totals == {"gad7": 14, "phq9": 8, "anxiety-now": 0}
    assert chart(row).check_ins[0].answers


def test_its_page_names_nobody(page: str, visitor: Any) -> None:
    asked = visitor.get(page).content.decode()
    assert "Quillfeather" not in asked
    assert "R-1001" not in asked
    assert "Quillfeather" not in page


def test_a_double_tap_is_one_answer(page: str, check_in: Any, visitor: Any, keys: Callable[[], str]) -> None:
    form = {"key": keys(), "anxiety-now-1": "4"}
    for _ in range(2):
        assert visitor.post(page, form).status_code == 200
    weekly = [a for a in chart(check_in("weekly")).answers if a.payload.check_in == "weekly"]
    assert len(weekly) == 1


def test_an_item_left_out_leaves_the_total_open(
    page: str, check_in: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    visitor.post(page, {"key": keys(), "gad7-1": "3"})
    (answer,) = [a for a in chart(check_in("weekly")).answers if a.payload.check_in == "weekly"]
    assert answer.payload.total is None
    assert answer.payload.answers == (3, None, None, None, None, None, None)


@pytest.mark.parametrize(
    "typed", [{}, {"gad7-1": "9"}, {"gad7-1": "x"}, {"gad7-1": "-1"}, {"anxiety-now-1": "11"}]
)
def test_nothing_or_nonsense_is_refused_kindly(
    typed: dict[str, str], page: str, check_in: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    assert visitor.post(page, {"key": keys()} | typed).status_code == 422
    assert check_in("weekly").answered_at is None


def test_thoughts_of_death_raise_a_concern_and_say_whom_to_call(
    page: str, check_in: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    told = visitor.post(page, {"key": keys()} | phq9(1)).content.decode()
    assert "One of your answers matters to us" in told
    assert "911" in told
    assert "555 0100" in told
    row = check_in("weekly")
    (concern,) = chart(row).open_concerns
    answer = next(a for a in chart(row).answers if a.payload.scale == "phq9" and a.payload.check_in)
    assert concern.record.payload.about == answer.envelope.id
    row.patient.summary.refresh_from_db()
    assert row.patient.summary.open_concerns == 1


def test_no_such_thought_raises_none(page: str, check_in: Any, visitor: Any, keys: Callable[[], str]) -> None:
    told = visitor.post(page, {"key": keys()} | phq9(0)).content.decode()
    assert "matters to us" not in told
    assert chart(check_in("weekly")).open_concerns == ()


@pytest.mark.parametrize("typed", [{f"phq9-{n}": "0" for n in range(1, 9)}, {"gad7-1": "3"}])
def test_item_9_left_out_raises_a_concern_also_when_its_whole_scale_was(
    typed: dict[str, str], page: str, check_in: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    """Unknown is not no."""
    visitor.post(page, {"key": keys()} | typed)
    (concern,) = chart(check_in("weekly")).open_concerns
    assert "PHQ-9 item 9 left out" in concern.record.payload.text


def test_an_expired_link_is_told_kindly(
    check_in: Any, invite: Any, clock: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    row = check_in("after-24-hours")
    page = invite(row, 24)
    clock(24 * 9)
    for answer in (visitor.get(page), visitor.post(page, {"key": keys(), "anxiety-now-1": "3"})):
        assert answer.status_code in (410, 422)
        assert "over" in answer.content.decode()
        assert "555 0100" in answer.content.decode()
    row.refresh_from_db()
    assert row.answered_at is None


def test_questions_about_two_weeks_are_not_answered_before_they_are_over(
    check_in: Any, invite: Any, clock: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    page = invite(check_in("weekly"), WEEK - 6)
    clock(WEEK - 5)
    early = visitor.get(page)
    assert early.status_code == 410
    assert "open on 7 Dec 2026, 04:00" in early.content.decode()
    assert visitor.post(page, {"key": keys(), "anxiety-now-1": "4"}).status_code == 422
    assert check_in("weekly").answered_at is None


def test_an_answered_link_says_so(page: str, visitor: Any, keys: Callable[[], str]) -> None:
    visitor.post(page, {"key": keys(), "anxiety-now-1": "4"})
    again = visitor.get(page)
    assert again.status_code == 200
    assert "answered already" in again.content.decode()


@pytest.mark.parametrize("damage", [lambda t: t[:-3] + "xyz", lambda t: "x", lambda t: t.replace(":", "")])
def test_a_forged_link_opens_nothing(damage: Any, page: str, visitor: Any) -> None:
    from django.urls import reverse

    token = page.rstrip("/").rsplit("/", 1)[1]
    answer = visitor.get(reverse("follow:answer", args=[damage(token)]))
    assert answer.status_code == 404
    assert "not one of ours" in answer.content.decode()


def test_a_link_for_another_kind_of_page_opens_nothing(check_in: Any, visitor: Any) -> None:
    from django.urls import reverse

    from ataraxy.clinic.people.links import make_link

    row = check_in("weekly")
    token = make_link("consent", row.id, row.closes_at)
    assert visitor.get(reverse("follow:answer", args=[token])).status_code == 404


def test_a_later_session_closes_the_link(page: str, check_in: Any, dosed: Any, visitor: Any) -> None:
    from ataraxy.clinic.follow.models import CheckIn

    CheckIn.objects.filter(id=check_in("weekly").id).update(superseded_by=dosed)
    answer = visitor.get(page)
    assert answer.status_code == 410
    assert "another session" in answer.content.decode()


def test_the_reading_is_on_record_as_the_patients_own(page: str, check_in: Any, visitor: Any) -> None:
    from ataraxy.clinic.audit.models import ChartRead

    visitor.get(page)
    read = ChartRead.objects.get(view="follow:answer")
    assert (read.right, read.staff_id, read.patient_id) == ("own", None, check_in("weekly").patient_id)


def test_the_next_questions_are_offered(
    check_in: Any, invite: Any, clock: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    """Day 7 asks twice: the rating of the moment and the weekly PCL-5."""
    clock(7 * 24 + 1)
    page = invite(check_in("after-7-days"), 7 * 24)
    told = visitor.post(page, {"key": keys(), "anxiety-now-1": "4"}).content.decode()
    assert "One more set of questions" in told


def test_words_are_kept_only_where_the_story_was_agreed(
    page: str, check_in: Any, visitor: Any, keys: Callable[[], str]
) -> None:
    assert 'name="words"' not in visitor.get(page).content.decode()
    visitor.post(page, {"key": keys(), "anxiety-now-1": "4", "words": "I slept."})
    assert chart(check_in("weekly")).stories == ()


def test_every_other_method_is_refused(page: str, visitor: Any) -> None:
    assert visitor.put(page).status_code == 405
    assert visitor.delete(page).status_code == 405


def test_closing_times_never_overlap(dosed: Any) -> None:
    """Each check-in closes when the next later one is due."""
    from ataraxy.clinic.follow.models import CheckIn

    rows = list(CheckIn.objects.filter(session=dosed).order_by("due_at"))
    for row in rows:
        later = [r.due_at for r in rows if r.due_at > row.due_at]
        assert row.closes_at == (min(later) if later else row.due_at + timedelta(days=7))
