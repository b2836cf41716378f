"""What stands before the dose: nothing from another day counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ataraxy.core.protocol.types import Measure, Phase
from ataraxy.core.session import care as c
from ataraxy.core.session.arrival import to_start
from ataraxy.core.session.fold import fold_session

DAY = 24 * 60


def gaps(protocol, story, minute):
    return {m.line: m.what for m in to_start(protocol, fold_session(story.events), story.at(minute))}


def on_the_next_day(story):
    """Everything was checked on the first day; the values that age are measured again on the second."""
    story.ready()
    story.measure(DAY + 8, systolic=124, diastolic=78, spo2=98)
    story.measure(DAY + 9, dissociation=0, sedation=5)
    return story


@pytest.mark.parametrize("line", ["identifiers", "fasted", "not-pregnant", "weight"])
def test_an_answer_of_another_day_is_not_one_of_today(protocol, story, line):
    """Hazard: the checks were done, the session was put off, and the dose starts on last week's answers."""
    assert line in gaps(protocol, on_the_next_day(story), DAY + 10)


def test_answers_given_again_today_open_the_start(protocol, story):
    on_the_next_day(story)
    story.check(DAY + 2, "identifiers", True, "name", "date of birth")
    story.check(DAY + 3, "fasted")
    story.check(DAY + 3, "not-pregnant")
    story.measure(DAY + 5, weight=70)
    assert gaps(protocol, story, DAY + 10) == {}


def test_a_no_of_another_day_still_holds(protocol, story):
    on_the_next_day(story).check(4, "not-pregnant", False)
    assert 'answered "no"' in gaps(protocol, story, DAY + 10)["not-pregnant"]


def test_checks_of_this_morning_are_current_in_the_afternoon(protocol, story):
    story.ready()
    later = 10 + 11 * 60
    story.measure(later - 1, systolic=124, diastolic=78, spo2=98)
    assert gaps(protocol, story, later) == {}


def test_a_rule_that_applies_on_arrival_does_not_open_by_the_mark_of_an_artefact(protocol, story):
    """Hazard: 190 mmHg is marked as an artefact, and the dose starts on the reading before it."""
    arriving = replace(protocol.rules[1], id="pressure-early", phases=(Phase.ARRIVAL,))
    protocol = replace(protocol, rules=(*protocol.rules, arriving))
    high = story.ready().measure(9, systolic=190, diastolic=85)
    story.say(9.5, c.ArtefactMarked(high.envelope.id, (Measure.SYSTOLIC,), "the arm was bent"))
    assert gaps(protocol, story, 10)["pressure-early"] == "systolic was held to be an artefact: measure again"
    story.measure(9.8, systolic=124, diastolic=78)
    assert "pressure-early" not in gaps(protocol, story, 10)
