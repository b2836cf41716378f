"""Whatever is thrown at the simulator: an answer of plain numbers, or a refusal with its cure."""

from __future__ import annotations

import warnings
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ataraxy.catalog.effects import effect_models
from ataraxy.catalog.pk import models
from ataraxy.core.errors import CatalogError, InputRefused
from ataraxy.core.pharmacology.draws import Draws
from ataraxy.core.pharmacology.model import Enantiomer, PkModel, PkRoute
from ataraxy.core.pharmacology.people import People
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.core.pharmacology.simulate import Simulation, Tier, simulate
from ataraxy.engine.plan import resolve
from ataraxy.engine.search import parse_wish

odd = st.floats(allow_nan=True, allow_infinity=True)
minutes = st.one_of(st.floats(-1e3, 1e5), odd)
amounts = st.one_of(st.floats(0, 1e3), odd)


@st.composite
def doses(draw: st.DrawFn) -> Any:
    per_kg = draw(st.booleans())
    return {
        "route": draw(st.sampled_from(list(PkRoute))),
        "start_min": draw(minutes),
        ("mg_per_kg" if per_kg else "mg"): draw(amounts),
        "duration_min": draw(st.one_of(st.just(0.0), minutes)),
        "most_mg": draw(st.one_of(st.just(float("inf")), amounts)),
        "enantiomer": draw(st.sampled_from(list(Enantiomer))),
    }


@st.composite
def spoilt_models(draw: st.DrawFn) -> PkModel:
    """A model of the catalog, some of its numbers replaced by anything."""
    model = draw(st.sampled_from(sorted(models().values(), key=lambda m: m.id)))
    anything = st.one_of(
        st.decimals(allow_nan=True, allow_infinity=True).filter(
            lambda d: not d.is_snan()
        ),  # no file can hold one
        st.sampled_from([Decimal(0), Decimal(-1), Decimal("1e-300"), Decimal("1e300"), Decimal("NaN")]),
    )
    parameters = tuple(
        replace(p, value=draw(anything)) if draw(st.integers(0, 5)) == 0 else p for p in model.parameters
    )
    between = tuple(
        replace(v, variance=draw(anything)) if draw(st.integers(0, 8)) == 0 else v for v in model.between
    )
    return replace(model, parameters=parameters, between=between)


@st.composite
def crowds(draw: st.DrawFn) -> Any:
    n = draw(st.integers(0, 3))
    figure = st.one_of(st.floats(1, 300), odd)
    return {
        "number": np.array([draw(st.integers(-2, 2**62)) for _ in range(n)], dtype=np.int64),
        "weight_kg": np.array([draw(figure) for _ in range(n)], dtype=np.float64),
        "age_years": np.array([draw(figure) for _ in range(n)], dtype=np.float64),
        "height_cm": np.array([draw(st.one_of(st.just(170.0), odd)) for _ in range(n)], dtype=np.float64),
        **{
            name: np.array(
                [draw(st.sampled_from(["", "female", "asian", "?"])) for _ in range(n)], dtype=np.str_
            )
            for name in ("sex", "ancestry", "disorder", "comedication")
        },
    }


def thrown(model: PkModel, given_: Any, crowd: Any, at: Any, effects: Any, **more: Any) -> Simulation | None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            regimen = tuple(Dose(**one) for one in given_)
            people = People(**crowd)
            return simulate(model, regimen, people, np.array(at, dtype=np.float64), effects=effects, **more)
        except (InputRefused, CatalogError) as refused:
            assert refused.cause and refused.cure
            return None


@given(
    spoilt_models(),
    st.lists(doses(), max_size=3),
    crowds(),
    st.lists(minutes, max_size=6),
    st.lists(st.sampled_from(sorted(effect_models())), max_size=2),
    st.one_of(st.none(), st.integers(-3, 2**64)),
    st.one_of(st.just(1e-6), odd),
)
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
def test_garbage_gives_numbers_or_a_refusal(model, given_, crowd, at, names, seed, tolerance) -> None:
    effects = tuple(effect_models()[name] for name in names)
    draws = None if seed is None else Draws(seed)
    found = thrown(model, given_, crowd, at, effects, draws=draws, tolerance=tolerance)
    if found is not None:
        for name, values in found.values.items():
            assert values.shape == (len(crowd["number"]), len(found.at_min)), name
            assert np.isfinite(values).all(), name


@pytest.mark.slow
@given(spoilt_models(), st.lists(doses(), max_size=3), crowds(), st.lists(minutes, max_size=6))
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_garbage_gives_numbers_or_a_refusal_in_the_compiled_tier_too(model, given_, crowd, at) -> None:
    found = thrown(model, given_, crowd, at, (), draws=Draws(1), tier=Tier.NUMBA)
    if found is not None:
        assert all(np.isfinite(values).all() for values in found.values.values())


@given(st.text(max_size=40))
def test_any_text_is_a_wish_or_is_refused(text: str) -> None:
    try:
        assert 0 < parse_wish(text).share <= 1
    except InputRefused as refused:
        assert refused.cure


@given(st.text(max_size=20))
def test_any_name_is_resolved_or_is_refused(name: str) -> None:
    known = ("iv-racemic-0.5", "sc-ascending", "sc-fixed")
    try:
        assert resolve(name, known, "protocol") in known
    except InputRefused as refused:
        assert refused.cause and refused.cure
