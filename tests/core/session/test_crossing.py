"""A limit is crossed at once outwards, and only after a while inwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Comparison, Limit, Measure
from ataraxy.core.session.crossing import BACK_AFTER, crosses

numbers = st.integers(88, 96).map(Decimal)
limits = st.lists(
    st.builds(Limit, st.just(Measure.SPO2), st.sampled_from(Comparison), numbers, st.just("%")), max_size=4
)
later = st.sampled_from([timedelta(0), BACK_AFTER - timedelta.resolution, BACK_AFTER, timedelta(minutes=1)])


@given(limits, st.none() | numbers, numbers, later)
def test_outwards_at_once_and_inwards_when_it_stands(
    mine: list[Limit], before: Decimal | None, now: Decimal, after: timedelta
) -> None:
    past = {n for n, limit in enumerate(mine) if limit.comparison.holds(now, limit.value)}
    was = {n for n, x in enumerate(mine) if before is not None and x.comparison.holds(before, x.value)}
    expected = bool(past - was) or (bool(was - past) and after >= BACK_AFTER)
    assert crosses(mine, before, now, after) == expected


def test_each_comparison_means_its_words() -> None:
    held = {c: [n for n in (1, 2, 3) if c.holds(Decimal(n), Decimal(2))] for c in Comparison}
    assert held == {
        Comparison.ABOVE: [3],
        Comparison.AT_LEAST: [2, 3],
        Comparison.BELOW: [1],
        Comparison.AT_MOST: [1, 2],
    }
