"""What became of all the patients."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.chart.events import Answer
from ataraxy.core.course.outcome import PatientOutcome, cohort_outcome

ANSWERS = st.sampled_from(Answer)
PATIENTS = st.lists(st.builds(PatientOutcome, st.booleans(), ANSWERS, ANSWERS, ANSWERS, st.booleans()))

WELL = PatientOutcome(True, Answer.YES, Answer.YES, Answer.NO, stopped=False)
BETTER = PatientOutcome(True, Answer.YES, Answer.NO, Answer.NO, stopped=False)
WORSE = PatientOutcome(True, Answer.NO, Answer.NO, Answer.YES, stopped=True)
SILENT = PatientOutcome(False, Answer.UNKNOWN, Answer.UNKNOWN, Answer.UNKNOWN, stopped=False)


def test_every_count_has_its_denominator():
    cohort = cohort_outcome([WELL, BETTER, WORSE, SILENT])
    assert (cohort.started, cohort.silent) == (4, 1)
    pairs = [cohort.answered, cohort.stopped, cohort.responded, cohort.remitted, cohort.worse]
    assert [(p.count, p.of) for p in pairs] == [(3, 4), (1, 4), (2, 3), (1, 3), (1, 3)]


def test_an_unknown_answer_is_not_a_no():
    unknown = PatientOutcome(True, Answer.UNKNOWN, Answer.NO, Answer.UNKNOWN, stopped=False)
    cohort = cohort_outcome([WELL, unknown])
    assert (cohort.responded.of, cohort.remitted.of, cohort.worse.of) == (1, 2, 1)


def test_a_clinic_without_patients_claims_nothing():
    cohort = cohort_outcome([])
    assert cohort.answered.share is None and cohort.responded.share is None


@given(PATIENTS)
def test_nobody_is_counted_who_did_not_answer(patients):
    cohort = cohort_outcome(patients)
    assert cohort.answered.count + cohort.silent == cohort.started == len(patients)
    for part in (cohort.responded, cohort.remitted, cohort.worse):
        assert part.of <= cohort.answered.count


@given(PATIENTS)
def test_one_more_silent_patient_changes_only_how_many_answered(patients):
    before, after = cohort_outcome(patients), cohort_outcome([*patients, SILENT])
    assert (before.responded, before.remitted, before.worse) == (
        after.responded,
        after.remitted,
        after.worse,
    )
    assert after.silent == before.silent + 1
