from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.clinic.evidence.asked import OFFERED, SHOWN, Asked, filters, parse_asked, words_of
from ataraxy.clinic.evidence.base import shipped
from ataraxy.clinic.evidence.queries import studies_of
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.hours import WINDOWS
from ataraxy.core.evidence.study import Activity, Condition, GivenBy

ASKED = st.builds(
    Asked,
    st.sampled_from(SHOWN),
    st.none() | st.sampled_from(WINDOWS),
    st.none() | st.sampled_from(OFFERED),
    st.none() | st.sampled_from(Activity),
    st.none() | st.sampled_from(GivenBy),
    st.none() | st.decimals("0.01", 100, places=2),
)


@given(ASKED)
def test_an_address_asks_again_what_was_asked(asked: Asked) -> None:
    assert parse_asked(asked.condition, dict(parse_qsl(asked.query()))) == asked


@pytest.mark.parametrize(
    "told",
    [
        {"hour": "tea-time"},
        {"measure": "vibes"},
        {"against": "hope"},
        {"route": "post"},
        {"dose": "a lot"},
        {"dose": "-1"},
        {"dose": "NaN"},
        {"dose": "0.50000000001"},
    ],
)
def test_a_filter_that_does_not_exist_is_refused(told: dict[str, str]) -> None:
    with pytest.raises(InputRefused, match="does not exist"):
        parse_asked(Condition.SAD, told)


def test_each_filter_marks_exactly_what_is_asked() -> None:
    asked = Asked(Condition.SAD, route=GivenBy.SC, dose=Decimal("0.5"))
    for group in filters(asked, studies_of(Condition.SAD, shipped())):
        assert sum(choice.is_current for choice in group.choices) == 1, group.name


def test_a_link_changes_its_own_filter_and_keeps_the_others() -> None:
    asked = Asked(Condition.SAD, route=GivenBy.SC)
    (doses,) = [
        group for group in filters(asked, studies_of(Condition.SAD, shipped())) if group.name == "Dose"
    ]
    half = next(choice for choice in doses.choices if choice.words == "0.5 mg/kg")
    assert dict(parse_qsl(half.query)) == {"route": "sc", "dose": "0.5"}


def test_what_was_asked_is_said() -> None:
    assert words_of(Asked(Condition.SAD)) == "everything in the base"
    assert words_of(Asked(Condition.SAD, WINDOWS[1], route=GivenBy.IV)) == "about a day after, IV"
