"""What a printed number can have been."""

from __future__ import annotations

from decimal import Decimal
from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.evidence.printed import Span, half_unit, span

SPANS = st.tuples(st.floats(-50, 50), st.floats(0, 20)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


def inside(one, share):
    return min(one.low + share * (one.high - one.low), one.high)


@pytest.mark.parametrize(
    ("text", "half"), [("12.7", 0.05), ("12.70", 0.005), ("120", 0.5), ("1.2E+2", 5), ("0", 0.5)]
)
def test_digits_tell_how_a_number_was_rounded(text, half):
    assert half_unit(Decimal(text)) == pytest.approx(half)
    wide = span(Decimal(text))
    assert (wide.low, wide.high) == pytest.approx((float(text) - half, float(text) + half))


def test_what_may_be_nought_has_no_lowest_logarithm_and_no_largest_quotient():
    assert Span(-0.005, 0.005).log().low == -inf
    assert Span(1, 2).over(Span(0, 1)).high == inf


@given(SPANS, SPANS, st.floats(0, 1), st.floats(0, 1))
def test_arithmetic_holds_everything_the_numbers_can_be(one, other, share, other_share):
    x, y = inside(one, share), inside(other, other_share)
    room = 1e-9
    for result, value in ((one + other, x + y), (one - other, x - y), (-one, -x), (one.size(), abs(x))):
        assert result.low - room <= value <= result.high + room


@given(SPANS, SPANS)
def test_meeting_is_mutual_and_a_span_meets_itself(one, other):
    assert one.meets(one)
    assert one.meets(other) == other.meets(one)
    if not one.meets(other):
        assert one.high < other.low or other.high < one.low


def test_spans_by_hand():
    assert 0 in Span(-1, 1) and 0 in Span(0, 1) and 0 in Span(-1, 0)
    assert 0 not in Span(1, 2) and 0 not in Span(-2, -1)
    assert Span(-3, -1).size() == Span(1, 3)
    assert Span(-1, 3).size() == Span(-3, 1).size() == Span(0, 3)
    assert Span(-0.005, 0.005).above_zero() == Span(0, 0.005)
    assert Span(-2, -1).above_zero() == Span(0, 0)
    assert Span(0.2, 0.5).log() == Span(log(0.2), log(0.5))
    assert Span(2, 3).over(Span(4, 8)) == Span(0.25, 0.75)
    assert Span(2, 3).times(0.5) == Span(1, 1.5)
