"""One number a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology.model import PkRoute
from ataraxy.core.pharmacology.regimen import Dose
from ataraxy.engine.figures import Kind, figure_values, totals
from ataraxy.engine.plan import Planned, plan
from ataraxy.engine.work import Work, answer

Make = Callable[..., Planned]


def column(work: Work, name: str) -> int:
    return [figure.name for figure in work.figures].index(name)


def test_the_area_to_infinity_is_the_area_under_a_long_curve(planned: Make) -> None:
    """With metabolites, absorption and all: one linear system against a fine trapezoid over ten days."""
    for model, route in (("otto-2021-both", "iv-racemic-0.5"), ("kamp-2020-im-sc", "sc-ascending")):
        base = planned(5, model=model, protocol=route, effects=()).work
        grid = np.unique(np.concatenate([[-1.0], np.arange(0, 600, 0.25), np.geomspace(600, 20_000, 3000)]))
        work = replace(base, at_min=tuple(grid.tolist()), stay=None, held=(), curves=())
        work = replace(work, figures=tuple(f for f in work.figures if f.kind is Kind.EXPOSURE))
        told = answer(work, 0, 5)
        for place, figure in enumerate(work.figures):
            curve = told.values[figure.output]
            area = np.trapezoid(curve, grid, axis=1) / 60
            np.testing.assert_allclose(told.figures[:, place], area, rtol=2e-3)


def test_the_peak_rise_is_over_the_persons_own_baseline(planned: Make) -> None:
    work = planned(50).work
    told = answer(work, 0, 50)
    systolic = told.values["systolic"]
    rise = told.figures[:, column(work, "systolic highest rise")]
    np.testing.assert_allclose(rise, systolic.max(axis=1) - systolic[:, 0])
    assert np.all(rise >= 0)


def test_an_infusion_peaks_at_its_end(planned: Make) -> None:
    work = planned(50).work
    assert set(answer(work, 0, 50).figures[:, column(work, "ketamine highest at")].tolist()) == {40.0}


def test_the_halves_of_a_racemic_dose_are_also_told_together(planned: Make) -> None:
    work = planned(20, model="otto-2021-both").work
    told = answer(work, 0, 20)
    np.testing.assert_allclose(told.values["ketamine"], told.values["S-ketamine"] + told.values["R-ketamine"])
    areas = [told.figures[:, column(work, f"{s}ketamine AUC to infinity")] for s in ("", "S-", "R-")]
    np.testing.assert_allclose(areas[0], areas[1] + areas[2])


def test_nothing_is_added_up_that_is_not_whole() -> None:
    one = np.ones((1, 1))
    assert set(totals({"S-ketamine": one, "x": one})) == {"S-ketamine", "x"}


def test_who_never_settles_is_counted_and_stands_at_the_last_minute(planned: Make) -> None:
    work = planned(400).work
    told = answer(work, 0, 400)
    settled, ready = (told.figures[:, column(work, k)] for k in ("effects settled", "ready to go"))
    assert 0 < told.late[:, 0].sum() < 400
    assert set(settled[told.late[:, 0]].tolist()) == {480.0}
    assert np.all(ready >= 160)
    assert np.all(ready >= settled)


def test_a_substance_that_never_leaves_is_refused(planned: Make) -> None:
    work = planned(3, effects=()).work
    forever = replace(work.model, flows=tuple(f for f in work.model.flows if f.target is not None))
    with pytest.raises(InputRefused, match="never leaves"):
        answer(replace(work, model=forever), 0, 3)


def test_more_than_one_occasion_is_told_to_the_last_minute(planned: Make) -> None:
    found = planned(4, model="simons-2022", effects=())
    twice = tuple(Dose(PkRoute.INTRAVENOUS, day * 1440.0, mg=20.0, duration_min=20.0) for day in (0, 3))
    work = plan(
        found.protocol, found.work.model, found.work.crowd, (), count=4, seed=1, hours=200, regimen=twice
    ).work
    kinds = {figure.kind for figure in work.figures}
    assert Kind.EXPOSURE_SEEN in kinds and Kind.EXPOSURE not in kinds
    assert np.isfinite(answer(work, 0, 4).figures).all()


def test_figures_of_a_plain_triangle_are_what_one_reads_off_it() -> None:
    from ataraxy.engine.figures import Figure

    at, values = np.array([-1.0, 0.0, 60.0, 120.0]), {"x": np.array([[0.0, 0.0, 2.0, 0.0]])}
    asked = [Figure("x", kind, "u") for kind in (Kind.PEAK, Kind.PEAK_AT, Kind.EXPOSURE_SEEN, Kind.LOWEST)]
    assert figure_values(asked, values, at, {}, {}).tolist() == [[2.0, 60.0, 2.0, 0.0]]
