"""A good file spoilt at random is refused with its place, cause and cure, or is still a model; never a crash."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ataraxy.catalog.check import SHELVES, check_on_shelf, shelf_of
from ataraxy.catalog.effects import parse_effect
from ataraxy.catalog.library import HOME, toml_files
from ataraxy.catalog.pk import parse_model
from ataraxy.catalog.populations import parse_population
from ataraxy.catalog.shape import FAILED, fit
from ataraxy.catalog.toml import parse_toml
from ataraxy.core.errors import CatalogError, InputRefused
from ataraxy.core.pharmacology.audit import problems_of_model
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.model import PkModel
from ataraxy.core.pharmacology.people import one_person
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import simulate
from ataraxy.core.pharmacology.units import KNOWN

PARSE = {"pk_models": parse_model, "effect_models": parse_effect, "populations": parse_population}
FILES = [(folder, path.name) for folder in PARSE for path in toml_files(folder)]
CHOSEN = [
    ("pk_models", "perez-ruixo-2021.toml"),
    ("pk_models", "simons-2022.toml"),
    ("pk_models", "otto-2021-both.toml"),
    ("effect_models", "anxiety.toml"),
    ("effect_models", "occupancy-both.toml"),
    ("populations", "clinic-adults.toml"),
]
PERSON, AT_MIN = one_person(70.0), np.array([1.0, 30.0, 60.0, 600.0])
WORDS = st.sampled_from([
    *KNOWN, "central", "v1", "cl", "fgut", "nose", "log", "logit", "power", "times", "above", "trial", "weight_kg",
    "ancestry", "S", "R", "racemic", "oral", "true", "[]", "{}", "nan", "-inf", "1e400", "0", "-1", "1e-30", "1979-05-27",
])  # fmt: skip
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-10000, max_value=10000).map(
    str
)


def text_of(folder, name):
    return (HOME / folder / name).read_text(encoding="utf-8")


@st.composite
def spoilt(draw):
    """One of the good files with one to three things done to it."""
    folder, name = draw(st.sampled_from(CHOSEN))
    lines = text_of(folder, name).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        match draw(st.sampled_from(["drop", "double", "cut", "word", "number", "key", "text"])):
            case "drop":
                del lines[place]
                lines = lines or [""]
            case "double":
                lines.insert(place, line)
            case "cut":
                lines[place] = line[: draw(st.integers(0, len(line)))]
            case "word":
                lines[place] = _swapped(line, draw(st.integers(0, 9)), f'"{draw(WORDS)}"')
            case "number":
                lines[place] = _swapped(line, draw(st.integers(0, 9)), draw(NUMBERS | WORDS))
            case "key":
                lines[place] = line.replace(
                    draw(st.sampled_from(["unit", "value", "source", "name"])), "x", 1
                )
            case "text":
                lines[place] = draw(st.text(max_size=40))
    return folder, name, "\n".join(lines)


def _swapped(line, which, new):
    """The line with the value after one of its equals signs replaced."""
    parts = line.split(" = ")
    if len(parts) < 2:
        return line
    place = 1 + which % (len(parts) - 1)
    rest = parts[place].split(",", 1)
    parts[place] = ",".join([new, *rest[1:]]) if len(rest) > 1 else new
    return " = ".join(parts)


@settings(max_examples=400)
@given(spoilt())
def test_a_spoilt_file_is_refused_clearly_or_is_still_good(case):
    folder, name, text = case
    try:
        parsed = PARSE[folder](text.encode("utf-8", "surrogatepass"), name)
    except CatalogError as error:
        assert error.where.startswith(f"{name}:")
        assert error.cause and error.cure
        return
    if folder == "pk_models":
        assert_it_can_be_simulated(parsed)


def assert_it_can_be_simulated(model):
    """What passes the checks gives finite levels, not below zero, by every route it knows."""
    for way in model.routes:
        dose = Dose(way.route, 0.0, mg=20.0, enantiomer=model.enantiomer)
        try:
            found = simulate(model, (dose,), PERSON, AT_MIN, draws=Draws(1))
        except InputRefused as refused:  # a path for the other half alone
            assert refused.field == "enantiomer"
            continue
        for analyte in model.analytes:
            levels = found.values[analyte.name]
            assert np.isfinite(levels).all() and (levels >= -1e-9).all()


def leaves(value, path=()):
    """Every plain value inside, by its path."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, one in inside for leaf in leaves(one, (*path, key))]
    return [path]


def put(value, path, new):
    """A copy of the values with another one at this path."""
    if not path:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = put(value[path[0]], path[1:], new)
    return copied


def got(value, path):
    return value if not path else got(value[path[0]], path[1:])


FIGURES = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-3000, max_value=3000)


@st.composite
def spoilt_values(draw):
    """The values of a good model with one to three of them swapped for others of the file, or for numbers."""
    name = draw(st.sampled_from([path.name for path in toml_files("pk_models")]))
    values = parse_toml(text_of("pk_models", name), name).values
    places = leaves(values)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places))
        other = st.sampled_from(places).map(lambda path, now=values: got(now, path))
        values = put(values, place, draw(FIGURES if isinstance(got(values, place), Decimal | int) else other))
    return values


@settings(max_examples=300)
@given(spoilt_values())
def test_a_spoilt_model_is_refused_or_can_still_be_simulated(values):
    problems = []
    model = fit(PkModel, values, (), problems)
    if model is FAILED or problems or problems_of_model(model):
        return
    assert_it_can_be_simulated(model)


@settings(max_examples=100)
@given(
    st.sampled_from(sorted(PARSE)),
    st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")),
)
def test_garbage_is_refused_clearly(folder, data):
    with pytest.raises(CatalogError) as caught:
        PARSE[folder](data, "garbage.toml")
    assert caught.value.where.startswith("garbage.toml:")
    assert check_on_shelf(folder, data, "garbage.toml")


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_a_file_is_known_by_its_keys_wherever_it_lies(folder, name):
    data = text_of(folder, name).encode()
    assert shelf_of(data, name, "elsewhere") == folder
    assert check_on_shelf(folder, data, name) == ()


def test_a_protocol_is_no_pharmacology():
    data = (HOME / "protocols" / "iv-racemic-0.5.toml").read_bytes()
    assert shelf_of(data, "iv-racemic-0.5.toml", "protocols") is None
    assert shelf_of(b"= broken", "x.toml", "elsewhere") is None
    assert shelf_of(b"= broken", "x.toml", "pk_models") == "pk_models"


@pytest.mark.parametrize(
    ("folder", "name", "old", "new", "line_of", "says"),
    [
        (
            "pk_models",
            "otto-2021.toml",
            'clearance = "cl_nk"',
            'clearance = "v2"',
            'clearance = "v2"',
            "takes a value of clearance",
        ),
        ("pk_models", "otto-2021.toml", "value = 187", "value = -187", "value = -187", "not above zero"),
        (
            "pk_models",
            "otto-2021.toml",
            'unit = "L/h"',
            'unit = "l/hr"',
            'unit = "l/hr"',
            "unit 'l/hr' is not known",
        ),
        (
            "pk_models",
            "otto-2021.toml",
            'target = "nk", clearance',
            'target = "liver", clearance',
            'target = "liver"',
            "no compartment 'liver'",
        ),
        (
            "pk_models",
            "simons-2022.toml",
            'rate = "ka1"',
            'rate = "ka1", clearance = "clk1"',
            'rate = "ka1", clearance',
            "clearance and rate",
        ),
        ("pk_models", "simons-2022.toml", ", apparent = true", "", 'route = "sublingual"', "times the dose"),
        (
            "effect_models",
            "anxiety.toml",
            'unit = "1/d"',
            'unit = "d"',
            'kout = "kout"',
            "takes a value of rate",
        ),
        (
            "populations",
            "clinic-adults.toml",
            "share = 0.45",
            "share = 0.55",
            "disorder = [",
            "do not add to 1",
        ),
    ],
)
def test_the_line_of_the_fault_is_told(folder, name, old, new, line_of, says):
    text = text_of(folder, name)
    assert old in text
    spoilt_text = text.replace(old, new, 1)
    problems = [p for p in check_on_shelf(folder, spoilt_text.encode(), name) if says in p.cause]
    line = next(i for i, words in enumerate(spoilt_text.splitlines(), 1) if line_of in words)
    assert [p.where.split(":")[1] for p in problems][:1] == [str(line)]


def test_every_folder_of_pharmacology_is_checked_at_the_start():
    assert set(SHELVES) == set(PARSE) | {"studies", "reviews"}
