"""A table of comparisons: numbers as they were written, wrong columns named, whatever the rows hold."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.catalog.studies import studies
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.audit_study import problems_of_study
from ataraxy.core.evidence.study import (
    Activity,
    ArmRole,
    BiasDomain,
    Carryover,
    Condition,
    Design,
    Form,
    Judgement,
    OutcomeKind,
    Seen,
    Study,
)
from ataraxy.interop.metapsy import read_table, render_table
from ataraxy.interop.metapsy.columns import COLUMNS
from ataraxy.interop.taken import Taken, Weight

ROW = {
    "study": "Synthetic 2021",
    "condition_arm1": "ket",
    "condition_arm2": "mdz",
    "outcome_type": "msd",
    "instrument": "caps-5",
    "rating": "clinician",
    "study_time_point": "24 h",
    "n_arm1": "15.0",
    "mean_arm1": "22.90",
    "sd_arm1": "11.5",
    "n_arm2": "15",
    "mean_arm2": "34.8",
    "sd_arm2": "10.7",
    "dose_arm1": " 0.5 mg/kg",
    "drug_arm1": "Ketamine",
    "drug_arm2": "Midazolam",
    "name_arm1": "Ketamine infusion",
    "dose_days": "1.0",
    "diagnosis": "ptsd",
    "design": "parallel",
    "blinding": "double-blind",
    "registration_number": "NCT99999901",
    "year": "2021",
    "d1": "Low",
    "d3": "Some concerns",
    "seen_in_source": "read",
    "randomised": "yes",
}


def table(*rows: dict[str, str], divider: str = ",", columns: tuple[str, ...] = ()) -> bytes:
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, restval="NA", delimiter=divider)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def one(*rows: dict[str, str], divider: str = ",") -> Taken:
    (found,) = read_table(table(*rows, divider=divider))
    return found


def words(taken: Taken, weight: Weight) -> str:
    return "\n".join(str(note) for note in taken.notes if note.weight is weight)


def test_a_row_is_a_study() -> None:
    study = one(ROW).study
    assert (study.id, study.design, study.conditions) == (
        "synthetic-2021",
        Design.PARALLEL,
        (Condition.PTSD,),
    )
    assert (study.randomised, study.blinded, study.year) == (True, True, 2021)
    assert [(b.domain, b.judgement) for b in study.bias] == [
        (BiasDomain.RANDOMISATION, Judgement.LOW),
        (BiasDomain.MISSING, Judgement.SOME_CONCERNS),
    ]
    first, second = study.arms
    assert first.dose is not None
    assert (first.drug, first.role, first.dose.value, first.dose_unit) == (
        "ketamine",
        ArmRole.EXPERIMENTAL,
        Decimal("0.5"),
        "mg/kg",
    )
    assert (second.drug, second.role, second.activity) == (
        "midazolam",
        ArmRole.CONTROL,
        Activity.PSYCHOACTIVE,
    )
    (outcome,) = study.outcomes
    assert (outcome.instrument, outcome.kind, outcome.form) == (
        "caps5",
        OutcomeKind.CONTINUOUS,
        Form.ENDPOINT,
    )
    assert outcome.hour is not None
    assert outcome.hour.value == 24
    assert study.n is not None
    assert (study.n.value, study.n.seen, study.n.note) == (30, Seen.COMPUTED, "15 and 15")
    group = outcome.groups[0]
    assert group.n is not None
    assert group.mean is not None
    assert (str(group.n.value), str(group.mean.value), group.mean.seen) == ("15", "22.90", Seen.READ)
    assert problems_of_study(study) == ()


def test_numbers_count_as_second_hand_unless_the_table_says_they_were_read() -> None:
    mean = one({**ROW, "seen_in_source": "NA"}).study.outcomes[0].groups[0].mean
    assert mean is not None
    assert mean.seen is Seen.SECOND_HAND


def test_nobody_is_taken_as_randomised_without_being_told_so() -> None:
    taken = one({**ROW, "randomised": "NA"})
    assert not taken.study.randomised
    assert "is not told" in words(taken, Weight.DOUBT)


def test_events_changes_and_end_points_stay_apart() -> None:
    change = {
        **ROW,
        "outcome_type": "change",
        "n_change_arm1": "15",
        "mean_change_arm1": "-19.1",
        "sd_change_arm1": "9",
        "n_change_arm2": "15",
        "mean_change_arm2": "-7",
        "sd_change_arm2": "8",
    }
    events = {**ROW, "outcome_type": "response", "event_arm1": "10", "totaln_arm1": "15"}
    events |= {"event_arm2": "3", "totaln_arm2": "15.0"}
    endpoint, changed, response = one(ROW, change, events).study.outcomes
    assert (endpoint.form, changed.form, response.kind) == (Form.ENDPOINT, Form.CHANGE, OutcomeKind.EVENTS)
    assert changed.groups[0].mean is not None
    assert changed.groups[0].mean.value == Decimal("-19.1")
    assert response.groups[0].events is not None
    assert response.groups[0].events.value == 10
    assert not response.lower_is_better


@pytest.mark.parametrize("divider", [";", "\t"])
def test_decimal_commas_and_semicolons_are_read(divider: str) -> None:
    row = {**ROW, "mean_arm1": "22,90", "sd_arm1": "1.011,5", "mean_arm2": "34,8", "sd_arm2": "10,7"}
    group = one({**row, "n_arm1": "15"}, divider=divider).study.outcomes[0].groups[0]
    assert group.mean is not None
    assert group.sd is not None
    assert (str(group.mean.value), group.sd.value) == ("22.90", Decimal("1011.5"))


def test_a_number_that_may_be_a_decimal_or_thousands_is_not_guessed() -> None:
    row = {**ROW, "n_arm1": "15", "mean_arm1": "1.234", "sd_arm1": "10,5", "mean_arm2": "34,8"}
    taken = one(row, divider=";")
    assert [group.arm for group in taken.study.outcomes[0].groups] == ["midazolam"]
    assert "1.234 or 1234" not in str(taken.study)
    assert "is no plain number" in words(taken, Weight.LEFT_OUT)


@pytest.mark.parametrize("told", ["1,234.5", "1 234.5", "1'234.5", "\u202f1\u202f234.5"])
def test_thousands_are_read(told: str) -> None:
    mean = one({**ROW, "mean_arm1": told}).study.outcomes[0].groups[0].mean
    assert mean is not None
    assert mean.value == Decimal("1234.5")


def test_a_byte_order_mark_is_no_part_of_a_column() -> None:
    assert read_table(b"\xef\xbb\xbf" + table(ROW)) == read_table(table(ROW))
    assert read_table(table(ROW).decode().encode("utf-16")) == read_table(table(ROW))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("sd_arm_1", "sd_arm1"), ("SD_arm2", "sd_arm2"), ("Study", "study"), ("meanarm1", "mean_arm1")],
)
def test_a_column_that_is_almost_one_of_ours_is_refused_with_the_nearest(wrong: str, right: str) -> None:
    row = {wrong if name == right else name: value for name, value in ROW.items()}
    with pytest.raises(InputRefused) as refused:
        read_table(table(row))
    assert right in refused.value.cure
    assert refused.value.field == wrong


def test_another_column_is_told_and_a_missing_one_refused() -> None:
    assert "'colour'" in words(one({**ROW, "colour": "blue"}), Weight.LEFT_OUT)
    for name in ("study", "design", "instrument"):
        with pytest.raises(InputRefused, match=f"'{name}' is missing"):
            read_table(table({key: value for key, value in ROW.items() if key != name}))


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputRefused, match="stands twice"):
        read_table(b"study,study\na,b\n")


def test_a_crossovers_first_period_is_told_and_what_is_measured_after_it_left_out() -> None:
    row = {**ROW, "design": "crossover", "carryover": "present", "pairing_r": "0.4"}
    taken = one({**row, "post_crossover": "0"}, {**row, "post_crossover": "1", "study_time_point": "later"})
    (outcome,) = taken.study.outcomes
    assert outcome.first_period
    assert taken.study.carryover is Carryover.PRESENT
    assert outcome.pairing_r is not None
    assert outcome.pairing_r.value == Decimal("0.4")
    assert "after the crossover" in words(taken, Weight.LEFT_OUT)


def test_our_own_columns_are_read() -> None:
    study = one({**ROW, "cohort_id": "otago-anx", "retracted_on": "2026-03-31"}).study
    assert (study.cohort_id, study.retracted_on) == ("otago-anx", date(2026, 3, 31))


def test_rows_that_disagree_are_told_and_the_first_is_kept() -> None:
    taken = one(ROW, {**ROW, "mean_arm1": "99", "year": "1999"})
    assert taken.study.year == 2021
    mean = taken.study.outcomes[0].groups[0].mean
    assert mean is not None
    assert mean.value == Decimal("22.90")
    assert "other numbers than in a row above" in words(taken, Weight.DOUBT)
    assert "year: '1999'" in words(taken, Weight.DOUBT)


def test_a_dose_that_changes_from_row_to_row_is_no_one_dose() -> None:
    taken = one(ROW, {**ROW, "dose_arm1": "1 mg/kg", "study_time_point": "later"})
    assert taken.study.arms[0].dose is None
    assert "several doses" in words(taken, Weight.LEFT_OUT)


def test_a_row_of_no_known_design_is_skipped_and_told() -> None:
    found = read_table(table(ROW, {**ROW, "study": "Other", "design": "NA"}))
    assert [taken.study.id for taken in found] == ["synthetic-2021"]
    assert "row 3" in words(found[0], Weight.SKIPPED)
    with pytest.raises(InputRefused, match="No row of the table"):
        read_table(table({**ROW, "design": "NA"}))


def test_the_whole_base_survives_the_journey_as_far_as_the_table_carries_it() -> None:
    once = [taken.study for taken in read_table(render_table(studies().values()))]
    assert len(once) > 3
    assert [taken.study for taken in read_table(render_table(once))] == once
    assert {study.id for study in once} <= set(studies())


GOOD, BAD = "a fall of 50 % or more: response", "relapse"


@pytest.mark.parametrize(
    ("definition", "lower", "written"),
    [
        (GOOD, False, ["response"]),
        ("remission", False, ["remission"]),
        (BAD, True, []),
        (GOOD, True, []),
        ("free of relapse", False, []),
    ],
)
def test_only_response_and_remission_are_written_as_such(
    definition: str, lower: bool, written: list[str]
) -> None:
    """A relapse came back as a response."""
    study = studies()["feder-2021"]
    outcome = next(one for one in study.outcomes if one.kind is OutcomeKind.EVENTS)
    other = replace(outcome, definition=definition, label="counted", lower_is_better=lower)
    data = render_table([replace(study, outcomes=(other,))]).decode()
    assert [row["outcome_type"] for row in csv.DictReader(io.StringIO(data))] == written


def test_no_direction_is_turned_by_a_journey_through_the_table() -> None:
    base = studies()
    for taken in read_table(render_table(base.values())):
        ways = {(one.kind, one.lower_is_better) for one in base[taken.study.id].outcomes}
        assert {(one.kind, one.lower_is_better) for one in taken.study.outcomes} <= ways


def test_a_standard_error_is_never_written_as_a_standard_deviation() -> None:
    study = one(ROW).study
    outcome = study.outcomes[0]
    only_se = tuple(replace(group, sd=None, se=group.sd) for group in outcome.groups)
    data = render_table([replace(study, outcomes=(replace(outcome, groups=only_se),))])
    (row,) = csv.DictReader(io.StringIO(data.decode()))
    assert (row["sd_arm1"], row["sd_arm2"]) == ("NA", "NA")
    assert row["mean_arm1"] == "22.90"


cells = st.sampled_from(
    [*ROW.values(), "NA", "", "<1", "1e9", "-5", "12,5", "1.234", "crossover", "0", "1", "nan"]
)
cells |= st.text(max_size=8)
some_rows = st.lists(
    st.dictionaries(st.sampled_from(COLUMNS), cells, max_size=30).map(lambda more: {**ROW, **more}),
    min_size=1,
    max_size=4,
)


def read_or_refused(data: bytes) -> list[Study]:
    try:
        found = read_table(data)
    except InputRefused as refused:
        assert refused.cause
        assert refused.cure
        return []
    assert found
    return [taken.study for taken in found]


@given(rows=some_rows, divider=st.sampled_from(",;\t"))
def test_any_cells_are_studies_or_refused_and_so_is_what_is_written_of_them(
    rows: list[dict[str, str]], divider: str
) -> None:
    found = read_or_refused(table(*rows, divider=divider, columns=COLUMNS))
    again = [study for study in found if study.outcomes]
    if again:
        once = read_or_refused(render_table(again))
        assert {study.id for study in once} <= {study.id for study in again}


@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    assert read_or_refused(data) == []


@given(cut=st.floats(0, 1), noise=st.text(max_size=6))
def test_a_table_that_ends_early_is_a_table_or_refused(cut: float, noise: str) -> None:
    data = table(ROW, ROW)
    read_or_refused(data[: int(cut * len(data))] + noise.encode("utf-8", "replace"))
