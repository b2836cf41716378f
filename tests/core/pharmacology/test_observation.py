"""Readings: what cannot be is refused beside its field; one message counts once."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.model import Residual
from ataraxy.core.pharmacology.observation import (
    Observation,
    ResidualError,
    distinct,
    in_unit,
    residual_error,
)
from ataraxy.core.protocol.types import Status

LOG = ResidualError(log_sd=0.2)
FLAT = ResidualError(additive_sd=5.0)
SAMPLE = Observation("a", "ketamine", 40.0, 120.0, "ng/mL", LOG)
READINGS = st.builds(
    Observation,
    st.sampled_from("abcdef"),
    st.sampled_from(["ketamine", "norketamine"]),
    st.floats(0, 600),
    st.floats(1, 500),
    st.just("ng/mL"),
    st.just(LOG),
)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "log_sd"),
        ({"log_sd": 0.2, "additive_sd": 1.0}, "log_sd"),
        ({"log_sd": -0.1}, "log_sd"),
        ({"proportional_sd": math.nan}, "proportional_sd"),
        ({"additive_sd": math.inf}, "additive_sd"),
        ({"additive_sd": 1.0, "freedom": 1.0}, "freedom"),
        ({"additive_sd": 1.0, "freedom": math.nan}, "freedom"),
        ({"additive_sd": 1.0, "lowest": 4.0, "highest": 4.0}, "lowest"),
        ({"additive_sd": 1.0, "lowest": math.nan}, "lowest"),
        ({"log_sd": 0.2, "lowest": 0.0}, "log_sd"),
    ],
)
def test_an_error_that_cannot_be_is_refused_beside_its_field(wrong, field):
    with pytest.raises(InputRefused) as refused:
        ResidualError(**wrong)
    assert refused.value.field == field
    assert refused.value.cure


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"kind": ""}, "kind"),
        ({"unit": ""}, "unit"),
        ({"at_min": math.nan}, "at_min"),
        ({"value": math.inf}, "value"),
        ({"value": 0.0}, "value"),
        ({"value": -3.0}, "value"),
        ({"residual": ResidualError(additive_sd=1.0, lowest=0, highest=84), "value": 85.0}, "value"),
    ],
)
def test_a_reading_that_cannot_be_is_refused_beside_its_field(change, field):
    with pytest.raises(InputRefused) as refused:
        replace(SAMPLE, **change)
    assert refused.value.field == field
    assert refused.value.cure


def test_nothing_may_be_read_where_the_error_is_of_fixed_size():
    assert replace(SAMPLE, value=0.0, residual=FLAT).value == 0.0


@given(st.lists(READINGS, max_size=8, unique_by=lambda o: o.id), st.randoms(use_true_random=False))
def test_a_message_sent_again_and_late_counts_once(readings, random):
    again = [*readings, *readings]
    random.shuffle(again)
    assert distinct(again) == distinct(readings)
    assert {o.id for o in distinct(again)} == {o.id for o in readings}
    assert [o.at_min for o in distinct(again)] == sorted(o.at_min for o in readings)


def test_one_id_with_two_readings_is_refused():
    with pytest.raises(InputRefused, match="says 120 and 121") as refused:
        distinct([SAMPLE, replace(SAMPLE, value=121.0)])
    assert refused.value.field == "id"


def test_a_milligram_in_a_litre_is_a_thousand_nanograms_in_a_millilitre():
    given_error = ResidualError(proportional_sd=0.1, additive_sd=0.002)
    told = in_unit(replace(SAMPLE, value=0.12, unit="mg/L", residual=given_error), "ng/mL")
    assert told.value == pytest.approx(120.0)
    assert told.residual.additive_sd == pytest.approx(2.0)
    assert told.residual.proportional_sd == 0.1


@pytest.mark.parametrize("unit", ["mmHg", "mg", "furlongs"])
def test_another_unit_than_of_concentration_is_refused(unit):
    with pytest.raises(InputRefused) as refused:
        in_unit(SAMPLE, unit)
    assert refused.value.field == "unit"
    with pytest.raises(InputRefused):
        in_unit(replace(SAMPLE, unit=unit), "ng/mL")


def test_a_models_own_residual_becomes_an_error():
    published = Residual("otto-2021", Status.UNVERIFIED, proportional_sd=Decimal("0.23609"))
    assert residual_error(published, freedom=4) == ResidualError(proportional_sd=0.23609, freedom=4)
