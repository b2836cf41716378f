"""Tails, against scipy's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from ataraxy.core.pharmacology.tail import (
    log_normal_below,
    log_normal_density,
    log_student_below,
    log_student_density,
)

WIDE = np.concatenate([-np.logspace(4, -6, 200), [0.0], np.logspace(-6, 4, 200), [-30.0, -30.000001, -29.9]])


def test_the_normal_tail_is_scipys_however_far_out():
    np.testing.assert_allclose(log_normal_below(WIDE), special.log_ndtr(WIDE), rtol=1e-12, atol=1e-300)


@given(st.floats(2, 200))
def test_the_student_tail_is_scipys_however_far_out(freedom):
    known = stats.t.logcdf(WIDE, freedom)
    sound = np.isfinite(known)
    found = log_student_below(WIDE, np.array(freedom))
    np.testing.assert_allclose(found[sound], known[sound], rtol=1e-9, atol=1e-12)


@given(st.floats(-50, 50), st.floats(2, 200))
def test_densities_are_scipys(z, freedom):
    at = np.array([z])
    np.testing.assert_allclose(log_normal_density(at), stats.norm.logpdf(at), rtol=1e-12)
    np.testing.assert_allclose(
        log_student_density(at, np.array(freedom)), stats.t.logpdf(at, freedom), rtol=1e-9
    )


@given(st.floats(-60, 60), st.floats(2, 200))
def test_what_lies_below_and_what_lies_above_are_everything(z, freedom):
    both = np.array([z, -z])
    assert (
        np.exp(log_normal_below(both)).sum() == np.float64(1.0)
        or abs(np.exp(log_normal_below(both)).sum() - 1) < 1e-12
    )
    assert abs(np.exp(log_student_below(both, np.array(freedom))).sum() - 1) < 1e-12
