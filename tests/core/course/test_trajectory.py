"""One scale over time beside the doses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.course.trajectory import Score, trajectory

START = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
SCORES = st.lists(
    st.builds(
        Score,
        st.integers(-60, 90).map(lambda d: START + timedelta(days=d)),
        st.integers(0, 21).map(Decimal),
    ),
    max_size=12,
)
DOSES = st.lists(st.integers(0, 30).map(lambda d: START + timedelta(days=d)), max_size=6)


def on(day, total):
    return Score(START + timedelta(days=day), Decimal(total))


def test_baseline_best_and_last():
    scores = [on(9, 6), on(-20, 12), on(-1, 16), on(2, 4), on(30, 9)]
    course = trajectory(scores, [START + timedelta(days=7), START])
    assert course.baseline.total == 16
    assert (course.best.total, course.best.change, course.best.change_percent) == (4, -12, -75)
    assert (course.last.total, course.last.since_first_dose) == (9, timedelta(days=30))
    assert course.doses == (START, START + timedelta(days=7))


def test_where_higher_is_better_the_best_is_the_highest():
    course = trajectory([on(-1, 3), on(1, 8), on(2, 5)], [START], higher_is_worse=False)
    assert course.best.total == 8


def test_of_equal_best_scores_one_is_named():
    assert trajectory([on(-1, 9), on(1, 4), on(5, 4)], [START]).best.total == 4


def test_before_any_dose_there_is_a_baseline_and_nothing_more():
    course = trajectory([on(-9, 12), on(-1, 16)], [])
    assert course.baseline.total == 16
    assert course.best is None and course.last is None
    assert [p.since_first_dose for p in course.points] == [None, None]


def test_without_a_score_before_the_dose_no_change_is_claimed():
    course = trajectory([on(1, 4)], [START])
    assert course.baseline is None
    assert course.last.change is None and course.last.change_percent is None


def test_from_nought_there_is_no_per_cent():
    assert trajectory([on(-1, 0), on(1, 4)], [START]).last.change_percent is None


@given(SCORES, DOSES)
def test_every_score_is_a_point_and_the_best_is_never_beaten(scores, doses):
    course = trajectory(scores, doses)
    assert [p.at for p in course.points] == sorted(s.at for s in scores)
    if course.best is not None:
        after = [s.total for s in scores if s.at > course.doses[0]]
        assert course.best.total == min(after)
    if course.baseline is not None:
        assert course.baseline.change == 0


@given(SCORES, DOSES, st.randoms())
def test_the_order_of_entry_does_not_matter(scores, doses, random):
    moments = {s.at for s in scores}
    distinct = [next(s for s in scores if s.at == at) for at in moments]
    shuffled = random.sample(distinct, len(distinct))
    assert trajectory(shuffled, doses) == trajectory(distinct, doses)
