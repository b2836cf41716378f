"""A patient's link opens one invitation, until it closes, and says nothing about anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("django")


@given(invitation=st.uuids(), before_s=st.integers(1, 10**8))
def test_a_link_opens_its_invitation_until_it_closes(invitation: UUID, before_s: int) -> None:
    from ataraxy.clinic.people.links import make_link, read_link

    token = make_link("consent", invitation, UNTIL)
    assert read_link("consent", token, UNTIL - timedelta(seconds=before_s)) == invitation


def test_it_is_closed_from_its_last_second_on() -> None:
    from ataraxy.clinic.people.links import make_link, read_link

    with pytest.raises(InputRefused, match="expired"):
        read_link("consent", make_link("consent", uuid4(), UNTIL), UNTIL)


def test_a_link_of_one_kind_does_not_open_another() -> None:
    from ataraxy.clinic.people.links import make_link, read_link

    with pytest.raises(InputRefused, match="not one of ours"):
        read_link("check-in", make_link("consent", uuid4(), UNTIL), UNTIL - timedelta(days=1))


@given(at=st.integers(0, 200), letter=st.sampled_from("abz019:.-"))
def test_a_changed_letter_is_found(at: int, letter: str) -> None:
    from ataraxy.clinic.people.links import make_link, read_link

    token = make_link("consent", UUID(int=7), UNTIL)
    spot = at % len(token)
    forged = token[:spot] + letter + token[spot + 1 :]
    if forged == token:
        return
    with pytest.raises(InputRefused):
        read_link("consent", forged, UNTIL - timedelta(days=1))


@given(st.text(max_size=120))
def test_any_text_is_refused_calmly(token: str) -> None:
    from ataraxy.clinic.people.links import read_link

    with pytest.raises(InputRefused):
        read_link("consent", token, UNTIL)
