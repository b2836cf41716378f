"""The rescue equipment is tried and signed once a day, and what does not work is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused, NotPermitted


def test_before_anybody_looked_there_is_a_gap(nurse: Any, context: Callable[..., Any]) -> None:
    from ataraxy.clinic.day.equipment import equipment_gap, equipment_today

    assert equipment_today(context(nurse)) is None
    assert "is not signed" in equipment_gap(context(nurse))


def test_a_signed_check_holds_for_the_day_and_not_for_the_next(
    nurse: Any, context: Callable[..., Any], now: Any
) -> None:
    from ataraxy.clinic.day.equipment import ITEMS, equipment_gap, equipment_today, sign_equipment

    sign_equipment(context(nurse), ITEMS)
    found = equipment_today(context(nurse))
    assert found is not None and found.fit and found.by == nurse.name
    assert equipment_gap(context(nurse)) == ""
    assert equipment_today(context(nurse, now + timedelta(days=1))) is None


def test_what_does_not_work_closes_the_gate_and_needs_a_word(nurse: Any, context: Callable[..., Any]) -> None:
    from ataraxy.clinic.day.equipment import ITEMS, equipment_gap, sign_equipment

    without = [item for item in ITEMS if item != "suction"]
    with pytest.raises(InputRefused, match="does not work"):
        sign_equipment(context(nurse), without)
    sign_equipment(context(nurse), without, "Pump dead; a second one is on its way.")
    assert equipment_gap(context(nurse)) == "the rescue equipment does not work: suction"


def test_a_later_check_the_same_day_counts(nurse: Any, context: Callable[..., Any], now: Any) -> None:
    from ataraxy.clinic.day.equipment import ITEMS, equipment_gap, sign_equipment

    sign_equipment(context(nurse), [], "Cupboard locked.")
    later = context(nurse, now + timedelta(minutes=20))
    sign_equipment(later, ITEMS)
    assert equipment_gap(later) == ""


def test_an_item_nobody_knows_is_refused(nurse: Any, context: Callable[..., Any]) -> None:
    from ataraxy.clinic.day.equipment import sign_equipment

    with pytest.raises(InputRefused, match="not on the list"):
        sign_equipment(context(nurse), ["kettle"])


def test_only_who_would_use_it_signs_for_it(coordinator: Any, context: Callable[..., Any]) -> None:
    from ataraxy.clinic.day.equipment import ITEMS, sign_equipment

    with pytest.raises(NotPermitted):
        sign_equipment(context(coordinator), ITEMS)
