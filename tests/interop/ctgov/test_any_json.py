"""Whatever the bytes: a study, or a refusal that says cause and cure. And what was read survives being written."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import parse_toml
from ataraxy.catalog.written import written
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.study import Study
from ataraxy.interop.ctgov import read_study, render_study
from ataraxy.interop.taken import Taken

Json = dict[str, Any]
SAME_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["NA", "<1", "1e400", "-0", "Week 2", "Ketamine then saline", "10,000", "PRIMARY", "95"]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def take(data: bytes) -> Taken | None:
    """What the reader gives; None where it refuses with cause and cure. Anything else fails the test."""
    try:
        return read_study(data)
    except InputRefused as refused:
        assert refused.cause
        assert refused.cure
        return None


def as_ours(study: Study) -> Study:
    """A study through the text of a catalog file."""
    problems: list[Any] = []
    again = fit(Study, parse_toml(written(study), "x.toml").values, (), problems)
    assert again is not FAILED, problems
    assert isinstance(again, Study)
    return again


def check(taken: Taken | None) -> None:
    """What was read can be kept as a catalog file, and written for the registry and read or refused again."""
    if taken is None:
        return
    assert as_ours(taken.study) == taken.study
    take(render_study(taken.study))


def check_journey(taken: Taken | None) -> None:
    """What was read is the same after being written and read, the words of who left too."""
    if taken is None:
        return
    check(taken)
    once = read_study(render_study(taken.study)).study
    assert once == taken.study


@given(data=st.binary(max_size=200))
def test_any_bytes_are_refused_clearly(data: bytes) -> None:
    assert take(data) is None


@given(value=values)
def test_any_json_is_refused_clearly(value: Any) -> None:
    assert take(json.dumps(value).encode()) is None


@given(protocol=values, results=values)
def test_any_json_in_the_right_place_is_a_study_or_refused(protocol: Any, results: Any) -> None:
    assert take(json.dumps({"protocolSection": protocol, "resultsSection": results}).encode()) is None


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"a":' * 100_000, b'{"protocolSection": ' + b"9" * 5000 + b"}"]
)
def test_deep_nesting_and_huge_numbers_are_refused(data: bytes) -> None:
    assert take(data) is None


@given(cut=st.floats(0, 1, exclude_max=True))
@SAME_FIXTURE
def test_a_file_that_ends_early_is_refused(cut: float, parallel: Json) -> None:
    data = json.dumps(parallel).encode()
    assert take(data[: int(cut * len(data))]) is None


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, one in inner for spot in spots(one, (*path, key)))]


def changed(told: Json, path: tuple[Any, ...], new: Any) -> Json:
    told = copy.deepcopy(told)
    here: Any = told
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = new
    return told


@pytest.fixture(params=["parallel", "crossover"])
def study(request: pytest.FixtureRequest) -> Json:
    found: Json = request.getfixturevalue(request.param)
    return found


@given(data=st.data())
@settings(parent=SAME_FIXTURE, max_examples=120)
def test_a_study_with_anything_anywhere_is_a_study_or_refused(data: st.DataObject, study: Json) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([spot for spot in spots(study) if spot]))
        study = changed(study, path, data.draw(values))
    check(take(json.dumps(study).encode()))


def test_a_study_with_any_one_thing_missing_survives_the_journey_or_is_refused(study: Json) -> None:
    for path in spots(study):
        if path:
            told = copy.deepcopy(study)
            del _at(told, path[:-1])[path[-1]]
            check_journey(take(json.dumps(told).encode()))


numbers = st.decimals(-1000, 1000, places=2).map(str) | st.integers(0, 200).map(str)
numbers |= st.sampled_from(["NA", "<1", "1,234", "0", "", "1e3", "-0.0", "0.050"])


@given(data=st.data())
@settings(parent=SAME_FIXTURE, max_examples=120)
def test_any_numbers_survive_the_journey(data: st.DataObject, study: Json) -> None:
    results = [path for path in spots(study) if path[:1] == ("resultsSection",)]
    cells = [path for path in results if str(_at(study, path)).lstrip("<-").replace(".", "").isdigit()]
    for _ in range(data.draw(st.integers(1, 6))):
        study = changed(study, data.draw(st.sampled_from(cells)), data.draw(numbers))
    check_journey(take(json.dumps(study).encode()))


def test_a_spread_known_of_the_beginning_alone_survives_the_journey(study: Json) -> None:
    """The registry names one kind of spread for an outcome: the baseline's, where the end has none."""
    told = study["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"]
    for measure in told:
        for row in measure.get("classes", [])[1:]:
            for cell in row["categories"][0]["measurements"]:
                cell["spread"] = "NA"
    check_journey(take(json.dumps(study).encode()))


@given(data=st.data())
@settings(parent=SAME_FIXTURE, max_examples=120)
def test_any_words_in_place_of_words_give_a_study_or_are_refused(data: st.DataObject, study: Json) -> None:
    texts = [path for path in spots(study) if path and isinstance(_at(study, path), str)]
    told = study
    for _ in range(data.draw(st.integers(1, 4))):
        words = st.text(max_size=30) | st.sampled_from([str(_at(study, path)) for path in texts])
        told = changed(told, data.draw(st.sampled_from(texts)), data.draw(words))
    check(take(json.dumps(told).encode()))


def _at(told: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        told = told[key]
    return told


def test_what_was_read_survives_being_written(study: Json, read: Callable[[Json], Taken]) -> None:
    check_journey(read(study))
