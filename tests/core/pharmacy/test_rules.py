"""What blocks a draw, each reason by itself and all together; and how a discrepancy goes from step to step."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacy.discrepancy import Step, Taken, What, difference, next_step
from ataraxy.core.pharmacy.rules import Drawing, against_draw
from ataraxy.core.pharmacy.stock import Product, Registration, Schedule, Vial, strength_is_known

HERE, ELSEWHERE = uuid.UUID(int=1), uuid.UUID(int=2)
NOW, TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 11, 23)
KETAMINE = Product(
    "ketamine", Schedule.III, Decimal(50), Decimal(10), timedelta(hours=24), timedelta(hours=12)
)
SOUND = Vial(uuid.UUID(int=3), KETAMINE, "L", TODAY, HERE, Decimal(10))
FINE = Drawing(SOUND, Decimal(10), Decimal("0.7"), HERE, TODAY, NOW, TODAY)
IN_FORCE = [Registration(HERE, "Us", "FS1", TODAY)]


def test_everything_valid_up_to_today_may_be_drawn() -> None:
    assert against_draw(FINE, IN_FORCE) == ()


@pytest.mark.parametrize(
    ("drawing", "registrations", "words"),
    [
        (replace(FINE, credential_until=None), IN_FORCE, "No licence"),
        (replace(FINE, credential_until=TODAY - timedelta(1)), IN_FORCE, "licence expired"),
        (FINE, [], "No registration"),
        (FINE, [Registration(HERE, "Us", "FS1", TODAY - timedelta(1))], "No registration"),
        (FINE, [Registration(ELSEWHERE, "Us", "FS1", TODAY)], "No registration"),
        (replace(FINE, vial=replace(SOUND, location=ELSEWHERE)), IN_FORCE, "another location"),
        (replace(FINE, vial=replace(SOUND, expires_on=TODAY - timedelta(1))), IN_FORCE, "vial expired"),
        (replace(FINE, vial=replace(SOUND, opened_at=NOW - timedelta(hours=24))), IN_FORCE, "too long ago"),
        (replace(FINE, held_ml=Decimal("0.69")), IN_FORCE, "holds 0.69 mL"),
    ],
)
def test_one_reason_alone_blocks_the_draw_and_says_the_cure(
    drawing: Drawing, registrations: list[Registration], words: str
) -> None:
    (against,) = against_draw(drawing, registrations)
    assert words in against.cause
    assert against.cure


def test_ketamine_has_three_strengths_and_other_substances_any() -> None:
    assert [n for n in range(1, 200) if strength_is_known("ketamine", Decimal(n))] == [10, 50, 100]
    assert strength_is_known("midazolam", Decimal(5))


def test_a_count_finds_what_is_missing_or_too_much() -> None:
    assert difference(Decimal("9.30"), Decimal("9.30")) is None
    assert difference(Decimal("9.30"), Decimal("9.00")) == (What.MISSING, Decimal("0.30"))
    assert difference(Decimal("9.30"), Decimal("9.60")) == (What.SURPLUS, Decimal("0.30"))


def test_one_person_explains_and_another_closes() -> None:
    one, other = uuid.UUID(int=5), uuid.UUID(int=6)
    opened = (Taken(Step.OPENED, one, "x"),)
    explained = (*opened, Taken(Step.EXPLAINED, one, "y"))
    next_step(opened, Step.EXPLAINED, one)
    next_step(explained, Step.CLOSED, other)
    for taken, step, by, words in (
        (opened, Step.CLOSED, other, "Nobody has explained"),
        (explained, Step.CLOSED, one, "explained this yourself"),
        ((*explained, Taken(Step.CLOSED, other, "z")), Step.EXPLAINED, one, "is closed"),
    ):
        with pytest.raises(InputRefused, match=words):
            next_step(taken, step, by)
