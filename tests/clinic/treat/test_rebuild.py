"""ataraxy rebuild on what surrounds a session: courses, check-ins and the monitor that is bound now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest


@pytest.fixture
def planned(clinic: Any, healthy: Any, agree: Any, book: Any, context: Any, nurse: Any, now: Any) -> Any:
    """A session whose course the chart knows."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.people.chart import append_chart
    from ataraxy.clinic.plan.actions.courses import _planned

    healthy()
    agree()
    session = book()
    course = session.course
    append_chart(context(nurse, course.started_at), course.patient_id, Entry(_planned(course, "sleep")))
    return session


def differences(stream: Any, kind: str) -> list[tuple[str, str]]:
    from ataraxy.commands.rebuild import one

    return [(d.column, d.should_be) for d in one(stream, kind, dry_run=False)]


def test_nothing_differs_in_a_sound_record(planned: Any) -> None:
    assert differences(planned.patient_id, "chart") == []
    assert differences(planned.id, "session") == []


def test_a_course_changed_by_hand_is_as_the_chart_has_it_again(planned: Any, now: Any) -> None:
    from ataraxy.clinic.plan.models import Course

    course = planned.course
    Course.objects.filter(id=course.id).update(stopped_at=now)
    assert differences(planned.patient_id, "chart") == [(f"course {course.id} stopped_at", "None")]
    assert Course.objects.get(id=course.id).stopped_at is None
    assert differences(planned.patient_id, "chart") == []


def test_the_bound_monitor_is_the_one_the_session_says(planned: Any, clinic: Any, at: Any) -> None:
    from ataraxy.clinic.people.models import Room
    from ataraxy.clinic.treat import actions
    from ataraxy.clinic.treat.models import Binding, Monitor

    Monitor.objects.create(clinic=clinic, device="bed-1", label="Monitor 1", room=Room.objects.get())
    actions.bind(at(1), planned.id, "bed-1")
    assert differences(planned.id, "session") == []
    Binding.objects.update(unbound_at=at(2).now)
    assert differences(planned.id, "session") == [("monitor", "bed-1")]
    row = Binding.objects.get(unbound_at__isnull=True)
    assert (row.bound_at, row.bound_by_id) == (at(1).now, at(1).actor_id)
    actions.unbind(at(3), planned.id)
    assert differences(planned.id, "session") == []


def test_check_ins_that_are_gone_are_asked_again_and_their_answers_are_known(observed: Any, at: Any) -> None:
    from ataraxy.clinic.follow.actions import answer
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.treat import actions
    from ataraxy.core.session.events import EndReason

    actions.end(at(180), observed.id, EndReason.DISCHARGED)
    first = CheckIn.objects.filter(session=observed).order_by("due_at")[0]
    answer(at((first.due_at - at(0).now) / timedelta(minutes=1) + 1), first.id, {first.scales[0]: [4]})
    kept = list(CheckIn.objects.filter(session=observed).order_by("due_at", "line").values())
    assert [row for row in kept if row["answered_at"]]
    assert differences(observed.patient_id, "chart") == differences(observed.id, "session") == []
    CheckIn.objects.filter(session=observed).update(answered_at=None)
    assert len(differences(observed.patient_id, "chart")) == 1
    CheckIn.objects.filter(id=first.id).delete()
    assert differences(observed.id, "session") == [("check_ins", str(len(kept)))]
    differences(observed.patient_id, "chart")
    assert list(CheckIn.objects.filter(session=observed).order_by("due_at", "line").values()) == kept
