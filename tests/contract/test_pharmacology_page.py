"""The page about the engine names every line a file may hold, every word it may say and every unit."""

from __future__ import annotations

import re
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest

from ataraxy.core.pharmacology import effect, model, simulate
from ataraxy.core.pharmacology.inputs import OCCASION_GAP_MIN, SESSION_GAP_MIN
from ataraxy.core.pharmacology.regimen import SALT_PER_BASE
from ataraxy.core.pharmacology.units import KNOWN

PAGE = (Path(__file__).parents[2] / "docs/reference/pharmacology.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`]+)`", PAGE))
LINES = (
    model.PkModel, model.Parameter, model.Scaling, model.Compartment, model.Flow, model.Saturable, model.RouteIn,
    model.Path, model.Beyond, model.Analyte, model.Residual, model.Variation, model.Covariance,
    effect.EffectModel, effect.Driver,
)  # fmt: skip
WORDS: tuple[type[StrEnum], ...] = (
    model.Enantiomer, model.Site, model.Basis, model.Standing, model.PkRoute, model.Covariate, model.ScalingKind,
    model.Spread, effect.Endpoint, effect.Shape, simulate.Tier,
)  # fmt: skip


@pytest.mark.parametrize("kind", LINES, ids=lambda kind: kind.__name__)
def test_every_line_of_a_file_is_told(kind: type) -> None:
    assert not {field.name for field in fields(kind)} - NAMED


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.__name__)
def test_every_word_a_line_may_say_is_told(kind: type[StrEnum]) -> None:
    assert not {word.value for word in kind} - NAMED


def test_every_unit_is_told_and_every_unit_told_is_known() -> None:
    sentence = PAGE.split("these units and no others:")[1].split("A unit")[0]
    assert set(re.findall(r"`([^`]+)`", sentence)) == set(KNOWN)


def test_the_numbers_of_the_page_are_the_program_s() -> None:
    assert f"{SALT_PER_BASE} mg" in PAGE
    assert f"less than {SESSION_GAP_MIN / 60:.0f} h apart are one session" in PAGE
    assert f"more than {OCCASION_GAP_MIN / 60:.0f} h apart are different occasions" in PAGE
