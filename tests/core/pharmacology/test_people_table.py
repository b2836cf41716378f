"""People from a table: read as they stand, or refused with row, column, cause and cure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.people_table import COLUMNS, people_from_table

GOOD = """number,weight_kg,age_years,height_cm,sex,ancestry,disorder,comedication
7,70,45,181,male,white,gad,ssri-or-snri
9, 55.5 ,62,,F,Japanese,,
"""


def test_a_table_is_read_as_it_stands():
    people = people_from_table(GOOD)
    assert list(people.number) == [7, 9]
    assert list(people.weight_kg) == [70, 55.5]
    assert list(people.age_years) == [45, 62]
    assert list(people.height_cm) == [181, 170]
    assert list(people.sex) == ["male", "female"]
    assert list(people.ancestry) == ["white", "japanese"]
    assert list(people.disorder) == ["gad", ""]
    assert list(people.comedication) == ["ssri-or-snri", ""]


def test_two_columns_are_enough_and_rows_do_as_well_as_text():
    text = people_from_table("\ufeffweight_kg,age_years\r\n70,45\r\n\r\n80,50\r\n")
    rows = people_from_table([{"weight_kg": 70, "age_years": 45}, {"weight_kg": 80.0, "age_years": "50"}])
    for people in (text, rows):
        assert list(people.number) == [0, 1]
        assert list(people.weight_kg) == [70, 80]
        assert set(people.sex) == {""}
        assert people.weight_kg.dtype == np.float64


WRONG = {
    "nothing": ("", "holds nobody", "people"),
    "a header alone": ("weight_kg,age_years\n", "holds nobody", "people"),
    "no weight": ("age_years\n45\n", "'weight_kg' is missing", "weight_kg"),
    "a weight without its unit": ("weight,age_years\n70,45\n", "'weight' is not known", "people"),
    "a colour": ("weight_kg,age_years,colour\n70,45,red\n", "'colour' is not known", "people"),
    "a column twice": ("weight_kg,weight_kg,age_years\n70,71,45\n", "stands twice", "people"),
    "semicolons": ("weight_kg;age_years\n70;45\n", "semicolons", "people"),
    "a decimal comma": ("weight_kg,age_years\n70,5,45\n", "Row 2 has 3 cells", "people"),
    "an empty weight": (
        "weight_kg,age_years\n70,45\n,45\n",
        "Row 3, column 'weight_kg' is empty",
        "weight_kg",
    ),
    "a word": ("weight_kg,age_years\nheavy,45\n", "Row 2, column 'weight_kg' is 'heavy'", "weight_kg"),
    "a unit in the cell": ("weight_kg,age_years\n70 kg,45\n", "is '70 kg'", "weight_kg"),
    "no number": ("weight_kg,age_years\nnan,45\n", "is 'nan'", "weight_kg"),
    "endless": ("weight_kg,age_years\ninf,45\n", "is 'inf'", "weight_kg"),
    "below zero": ("weight_kg,age_years\n-70,45\n", "is '-70'", "weight_kg"),
    "grams": ("weight_kg,age_years\n70000,45\n", "is '70000'", "weight_kg"),
    "metres": ("weight_kg,age_years,height_cm\n70,45,1.8\n", "is '1.8'", "height_cm"),
    "a child": ("weight_kg,age_years\n40,12\n", "is '12'", "age_years"),
    "a stone of weight": ("weight_kg,age_years\n11,45\n", "is '11'", "weight_kg"),
    "a birth year": ("weight_kg,age_years\n70,1981\n", "is '1981'", "age_years"),
    "an unknown ancestry": ("weight_kg,age_years,ancestry\n70,45,elf\n", "is 'elf'", "ancestry"),
    "an unknown sex": ("weight_kg,age_years,sex\n70,45,yes\n", "is 'yes'", "sex"),
    "a number twice": ("number,weight_kg,age_years\n1,70,45\n1,80,45\n", "the same number", "number"),
    "a number with a point": ("number,weight_kg,age_years\n1.5,70,45\n", "is '1.5'", "number"),
    "a number below zero": ("number,weight_kg,age_years\n-1,70,45\n", "is '-1'", "number"),
    "an open quote": ('weight_kg,age_years\n"70,45\n', "not CSV", "people"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_table_is_refused_with_row_column_and_cure(name):
    text, said, field = WRONG[name]
    with pytest.raises(InputRefused) as caught:
        people_from_table(text)
    assert said in caught.value.cause
    assert caught.value.field == field
    assert caught.value.cure


def test_a_column_without_its_unit_is_told_the_right_name():
    with pytest.raises(InputRefused, match="weight_kg"):
        people_from_table("weight,age_years\n70,45\n")


CELLS = st.text(max_size=8) | st.sampled_from(["70", "45", "female", "1e999", "0x10", "٣", "²", "1_000"])


@given(
    st.lists(st.sampled_from(COLUMNS) | st.text(max_size=5), max_size=6),
    st.lists(st.lists(CELLS, max_size=6), max_size=4),
)
def test_any_table_is_people_or_a_clear_refusal(header, lines):
    text = "\n".join(",".join(row) for row in [header, *lines])
    try:
        people = people_from_table(text)
    except InputRefused as refused:
        assert refused.cause and refused.cure
        return
    assert len(people) > 0 and np.isfinite(people.weight_kg).all()


@given(st.lists(st.fixed_dictionaries({"weight_kg": CELLS, "age_years": CELLS, "number": CELLS}), max_size=4))
def test_any_rows_are_people_or_a_clear_refusal(rows):
    try:
        assert len(people_from_table(rows)) == len(rows)
    except InputRefused as refused:
        assert refused.cause and refused.cure
