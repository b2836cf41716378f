"""A standard error is never read as a standard deviation, nor an interval or a range as either."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ataraxy.interop.ctgov import read_study, render_study
from ataraxy.interop.ctgov.dispersion import Dispersion, dispersion_of
from ataraxy.interop.taken import Taken, Weight

Json = dict[str, Any]
Read = Callable[[Json], Taken]


@pytest.mark.parametrize(
    ("told", "is_"),
    [
        ("Standard Deviation", Dispersion.SD),
        ("STANDARD_DEVIATION", Dispersion.SD),
        ("standard  deviation.", Dispersion.SD),
        ("Standard Error", Dispersion.SE),
        ("STANDARD_ERROR", Dispersion.SE),
        ("STANDARD_ERROR_OF_MEAN", Dispersion.SE),
        ("95% Confidence Interval", Dispersion.CI_95),
        ("95 % CI", Dispersion.CI_95),
        ("CONFIDENCE_95", Dispersion.CI_95),
        ("90% Confidence Interval", Dispersion.OTHER_CI),
        ("CONFIDENCE_90", Dispersion.OTHER_CI),
        ("CONFIDENCE_975", Dispersion.OTHER_CI),
        ("Confidence Interval", Dispersion.OTHER_CI),
        ("Inter-Quartile Range", Dispersion.IQR),
        ("INTER_QUARTILE_RANGE", Dispersion.IQR),
        ("Full Range", Dispersion.RANGE),
        ("FULL_RANGE", Dispersion.RANGE),
        ("", Dispersion.NONE),
        ("NA", Dispersion.NONE),
        ("GEOMETRIC_COEFFICIENT", Dispersion.UNKNOWN),
        ("variance", Dispersion.UNKNOWN),
    ],
)
def test_every_spelling_is_what_it_says(told: str, is_: Dispersion) -> None:
    assert dispersion_of(told) is is_


def set_dispersion(told: Json, name: str, **numbers: str) -> None:
    measure = told["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    measure["dispersionType"] = name
    for cell in measure["classes"][1]["categories"][0]["measurements"]:
        cell.pop("spread")
        cell.update(numbers)


@pytest.mark.parametrize("name", ["Standard Deviation", "STANDARD_DEVIATION"])
def test_a_standard_deviation_is_only_that(name: str, parallel: Json, read: Read) -> None:
    set_dispersion(parallel, name, spread="11.0")
    for group in read(parallel).study.outcomes[0].groups:
        assert group.sd is not None
        assert (group.se, group.low, group.high) == (None, None, None)


@pytest.mark.parametrize("name", ["Standard Error", "STANDARD_ERROR", "Standard Error of the Mean"])
def test_a_standard_error_is_only_that(name: str, parallel: Json, read: Read) -> None:
    set_dispersion(parallel, name, spread="2.8")
    for group in read(parallel).study.outcomes[0].groups:
        assert group.se is not None
        assert (group.sd, group.low, group.high, group.baseline_sd) == (None, None, None, None)


@pytest.mark.parametrize("name", ["95% Confidence Interval", "CONFIDENCE_95"])
def test_an_interval_is_only_that(name: str, parallel: Json, read: Read) -> None:
    set_dispersion(parallel, name, lowerLimit="20.0", upperLimit="40.0")
    for group in read(parallel).study.outcomes[0].groups:
        assert group.low is not None
        assert group.high is not None
        assert (group.sd, group.se) == (None, None)


@pytest.mark.parametrize(
    "name", ["90% Confidence Interval", "INTER_QUARTILE_RANGE", "Full Range", "something new", "NA"]
)
def test_what_is_none_of_them_leaves_the_mean_alone_and_is_told(
    name: str, parallel: Json, read: Read
) -> None:
    set_dispersion(parallel, name, spread="5.0", lowerLimit="20.0", upperLimit="40.0")
    taken = read(parallel)
    for group in taken.study.outcomes[0].groups:
        assert group.mean is not None
        assert (group.sd, group.se, group.low, group.high) == (None, None, None, None)
    assert any("is not carried" in note.words for note in taken.notes)


@pytest.mark.parametrize(
    ("title", "declared"),
    [("CAPS-5 total, mean (SE)", "STANDARD_DEVIATION"), ("CAPS-5 (SD)", "STANDARD_ERROR")],
)
def test_a_title_that_names_another_spread_than_the_declared_one_is_told(
    title: str, declared: str, parallel: Json, read: Read
) -> None:
    parallel["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0].update(
        title=title, dispersionType=declared
    )
    doubts = [note.words for note in read(parallel).notes if note.weight is Weight.DOUBT]
    assert any("The declared one is taken" in words for words in doubts)


def test_a_standard_deviation_beside_an_estimate_is_no_standard_error(parallel: Json, read: Read) -> None:
    measure = parallel["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    measure["analyses"][0]["dispersionType"] = "STANDARD_DEVIATION"
    taken = read(parallel)
    assert taken.study.outcomes[0].reported[0].se is None
    assert any("is no standard error" in note.words for note in taken.notes)


def test_arms_with_different_spreads_are_never_exported_under_one_name(parallel: Json, read: Read) -> None:
    from dataclasses import replace

    study = read(parallel).study
    first, second = study.outcomes[0].groups
    mixed = replace(study.outcomes[0], groups=(first, replace(second, sd=None, se=second.sd)))
    again = read_study(render_study(replace(study, outcomes=(mixed,)))).study
    assert again.outcomes[0].groups[0].sd == first.sd
    assert again.outcomes[0].groups[1].sd is None


def test_the_file_of_the_fixture_is_marked_synthetic(parallel: Json) -> None:
    assert "SYNTHETIC" in json.dumps(parallel)
