from __future__ import annotations

import itertools
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.figures import trajectory as figure
from ataraxy.clinic.figures.types import ScorePoint, Trajectory


def test_no_line_is_drawn_over_a_silence_longer_than_two_intervals(trajectory: Trajectory) -> None:
    assert [[p.day for p in run] for run in figure.runs(trajectory)] == [[-1, 7, 14, 21], [56]]
    assert len(re.findall('class="curve"', figure.draw(trajectory))) == 1


def test_a_silence_of_exactly_two_intervals_is_still_joined(trajectory: Trajectory) -> None:
    points = (ScorePoint(0, 10, "first"), ScorePoint(14, 8, "second"))
    assert len(figure.runs(replace(trajectory, points=points))) == 1


@given(st.lists(st.floats(0, 400), unique=True, max_size=20), st.floats(1, 30))
def test_every_score_is_in_one_stretch_and_no_stretch_hides_a_gap(days: list[float], interval: float) -> None:
    points = tuple(ScorePoint(day, 5, "") for day in days)
    runs = figure.runs(Trajectory("GAD-7", 0, 21, points, interval))
    assert [p.day for run in runs for p in run] == sorted(days)
    for run in runs:
        assert all(b.day - a.day <= 2 * interval for a, b in itertools.pairwise(run))


def test_thresholds_bands_doses_and_unanswered_check_ins_are_all_there(trajectory: Trajectory) -> None:
    drawn = figure.draw(trajectory)
    for words in ("response", "remission", "minimal", "mild", "moderate", "severe", "× not answered"):
        assert f">{words}</text>" in drawn
    assert len(re.findall('class="threshold"', drawn)) == 2
    assert len(re.findall('class="dose"', drawn)) == 2
    assert len(re.findall('class="missed"', drawn)) == 2 + 2  # two crosses, two leaders to threshold names


def test_a_higher_score_is_drawn_higher(trajectory: Trajectory) -> None:
    heights = [float(y) for y in re.findall(r'class="point"[^>]* cy="([\d.]+)"', figure.draw(trajectory))]
    scores = [float(p.score) for p in trajectory.points]
    assert sorted(range(5), key=lambda i: heights[i]) == sorted(range(5), key=lambda i: -scores[i])


def test_the_table_gives_scores_with_their_band_in_the_order_of_days(trajectory: Trajectory) -> None:
    rows = figure.table(trajectory).rows
    assert rows[0] == ("-1", "day -1", "Score", "16 of 21, severe")
    assert rows[1] == ("0", "session 1", "Dose", "")
    assert ("28", "4 weeks", "Check-in", "not answered") in rows
    assert len(rows) == 9


def test_nobody_answered_yet_is_said() -> None:
    assert "No answer yet" in figure.draw(Trajectory("PCL-5", 0, 80, (), 7))
