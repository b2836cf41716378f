"""``ataraxy evidence``: what it prints, and how it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ataraxy.catalog.library import HOME
from ataraxy.commands import say
from ataraxy.commands.check import check
from ataraxy.commands.evidence import evidence
from ataraxy.commands.evidence_page import number, plain
from ataraxy.core.errors import InputRefused


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(say.out, "width", 260)
    monkeypatch.setenv("COLUMNS", "260")


def page(capsys: pytest.CaptureFixture[str], *asked: str) -> str:
    assert evidence(*asked) == 0
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *asked: str) -> dict[str, Any]:
    assert evidence(*asked, json=True) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_both_answers_in_social_anxiety_stand_under_each_other_with_why_they_differ(capsys):
    words = page(capsys, "sad", "", "or")
    for part in (
        "social anxiety disorder", "crossovers taken as if of different people", "6 of 18 beside 0 of 17",
        "28.94  [3.45, 242.57]", "crossovers with people beside themselves", "5 to ketamine only, 0 to saline only",
        "13.72  [1.80, 104.65]", "Why they differ", "each is counted twice", "Published, Whittaker 2021",
        "Of 100 people, 47 [30 to 64] responded", "Two studies: no interval of theirs is sure.",
        "counts of Glue 2020 are not read", "inferred", "30 people in all",
        "Truppman Lattie 2021 (further analysis)", "Glue 2017 (no control)",
    ):  # fmt: skip
        assert part in words, part


def test_the_negative_trial_and_the_retracted_one_are_on_the_page(capsys):
    words = page(capsys, "ptsd")
    assert "Abdallah 2022 (parallel, 158 people): negative" in words
    assert "the primary question was answered no" in words
    assert "RETRACTED on 2026-03-31" in words
    assert "Numbers that disagree with themselves" in words and "Almeida 2024, PCL-5" in words


@pytest.mark.parametrize("disorder", ["sad", "gad", "ptsd"])
def test_a_figure_of_all_anxiety_and_one_of_another_hour_are_told_apart(disorder, capsys):
    words = page(capsys, disorder, "24")
    assert f"(across diagnoses; anxiety, not {disorder.upper()}): SMD -0.44" in words
    published = words.split("By the hour after the dose")[0]
    assert "anxiety within 12 h" not in published


def test_points_say_of_which_scale_and_those_of_none_stand_apart(capsys):
    words = page(capsys, "ptsd", "", "md")
    assert "-12.70 IES-R points" in words
    assert words.count("MD -3.66 [-7.05, -0.27] points of a scale that was not seen") == 1


def test_what_nobody_has_shown_is_said(capsys):
    assert "No randomised trial of intravenous ketamine in generalised anxiety disorder alone." in page(
        capsys, "gad"
    )


def test_an_hour_narrows_the_pools_to_what_was_measured_then(capsys):
    words = page(capsys, "ptsd", "24")
    assert "about a day after" in words and "-12.70  [-22.85, -2.55]" in words
    assert "At which hour CAPS-5 at week 2 was taken was not seen." in words


def test_programs_get_the_whole_answer(capsys):
    answer = told(capsys, "sad", "", "or")
    (pool,) = answer["pools"]
    common = [one for found in pool["forests"] for one in found["pooled"] if one["key"] == "common"]
    values = [one["result"]["value"] for one in common]
    assert values == [pytest.approx(13.7193, abs=1e-4), pytest.approx(28.9364, abs=1e-4)]
    assert answer["condition"] == "sad" and answer["window"] is None
    assert pool["forests"][0]["rows"][0]["hour"] is None  # a cell nobody saw stays empty
    assert {one["study"] for one in answer["studies"]} >= {"taylor-2018", "mills-2025"}


@pytest.mark.parametrize("disorder", ["gad", "sad", "ptsd", "panic", "ocd", "depression", "anxiety", "pain"])
@pytest.mark.parametrize("measure", ["", "or", "rr", "rd", "smd", "md", "hr"])
def test_every_disorder_and_measure_is_told_in_words_and_in_json(disorder, measure, capsys):
    assert page(capsys, disorder, "", measure)
    assert told(capsys, disorder, "", measure)["condition"] == disorder


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("flu",), "no disorder 'flu'"),
        (("sad", "", "luck"), "no measure 'luck'"),
        (("sad", "-1"), "Nobody measures"),
        (("sad", "soon"), "Nobody measures"),
        (("sad", "nan"), "Nobody measures"),
        (("sad", "1e9"), "Nobody measures"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_cure(asked, says):
    with pytest.raises(InputRefused, match=says) as caught:
        evidence(*asked)
    assert caught.value.cure


@pytest.mark.parametrize(
    ("value", "words"), [(28.936, "28.94"), (0.0, "0.00"), (2.99e-5, "3.0e-05"), (1e300, "1.0e+300")]
)
def test_numbers_are_short_and_never_rounded_to_nothing(value, words):
    assert number(value) == words


def test_what_is_infinite_is_told_as_text_to_programs():
    assert json.dumps(plain((float("inf"), 1.0))) == '["inf", 1.0]'


@pytest.mark.parametrize(
    ("folder", "name", "says"),
    [
        ("studies", "taylor-2018", "28 days between; carry-over not-seen"),
        ("studies", "mills-2025", "RETRACTED on 2026-03-31"),
        ("studies", "mills-2025", "Its numbers disagree (mills-2025, hama-cohort-2, reported 1)"),
        ("reviews", "hartland-2023", "SMD -1.17 [-1.89, -0.44]"),
        ("reviews", "almeida-2024", "Its numbers disagree"),
    ],
)
def test_a_study_and_a_review_are_checked_and_printed(folder, name, says, capsys, tmp_path):
    file = tmp_path / f"{name}.toml"
    file.write_bytes((HOME / folder / file.name).read_bytes())
    assert check(file) == 0
    words = capsys.readouterr().out
    assert says in words and "no problem found" in words
    assert check(file, json=True) == 0
    model = json.loads(capsys.readouterr().out)["model"]
    assert model["id"] == name and model["source"] == name
