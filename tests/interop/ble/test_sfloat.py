"""The 16-bit float of medical devices."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.interop.ble.sfloat import Special, as_sfloat, sfloat


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (0x0000, "0"),
        (0x0062, "98"),
        (0x0078, "120"),
        (0xF4B0, "120.0"),
        (0xF0A0, "16.0"),  # 16.0 kPa
        (0x1001, "1E+1"),
        (0x0FFF, "-1"),
        (0xEFFE, "-0.02"),
        (0x07FD, "2045"),
        (0x0803, "-2045"),
    ],
)
def test_a_number_is_a_mantissa_and_a_power_of_ten(raw: int, told: str) -> None:
    """Source: IEEE 11073-20601 annex F.8."""
    assert str(sfloat(raw)) == told


@pytest.mark.parametrize(
    ("raw", "special"),
    [
        (0x07FE, Special.POSITIVE_INFINITY),
        (0x07FF, Special.NAN),
        (0x0800, Special.NRES),
        (0x0801, Special.RESERVED),
        (0x0802, Special.NEGATIVE_INFINITY),
    ],
)
def test_the_five_special_values_are_never_numbers(raw: int, special: Special) -> None:
    assert sfloat(raw) is special
    assert as_sfloat(special) == raw


@given(raw=st.integers(0, 0xFFFF))
def test_every_sixteen_bits_are_a_finite_number_or_a_special_value(raw: int) -> None:
    told = sfloat(raw)
    if isinstance(told, Special):
        return
    assert told.is_finite()
    exponent = told.as_tuple().exponent
    assert isinstance(exponent, int)
    if raw >> 12 == exponent % 16 and sfloat(raw) != 0:
        assert as_sfloat(told, exponent) == raw


@given(mantissa=st.integers(-2045, 2045), exponent=st.integers(-8, 7))
def test_what_is_written_is_read_again(mantissa: int, exponent: int) -> None:
    value = Decimal(mantissa).scaleb(exponent)
    assert sfloat(as_sfloat(value, exponent)) == value


@pytest.mark.parametrize(
    ("value", "exponent"), [("2046", 0), ("2047", 0), ("-2048", 0), ("4000", 0), ("1", 9)]
)
def test_a_number_that_would_be_taken_for_another_is_not_written(value: str, exponent: int) -> None:
    with pytest.raises(ValueError, match=r"SFLOAT|taken for"):
        as_sfloat(Decimal(value), exponent)
