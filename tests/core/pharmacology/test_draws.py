"""Random draws belong to a person: the same for any grouping, order, thread or machine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from ataraxy.core.errors import InputRefused
from ataraxy.core.pharmacology import draw_kernels
from ataraxy.core.pharmacology.draws import normals, uniforms
from ataraxy.core.pharmacology.normal_quantile import exact_log, normal_quantile

SEEDS = st.integers(0, 2**63 - 1)
KS = st.integers(1, 9)
PEOPLE = np.arange(1000, dtype=np.int64)


@given(SEEDS, KS, st.lists(st.integers(0, 200), min_size=1, max_size=40), st.integers(0, 3))
def test_a_person_gets_the_same_numbers_in_any_company(seed, k, people, stream):
    number = np.array(people, dtype=np.int64)
    everybody = uniforms(seed, np.arange(201, dtype=np.int64), k, stream)
    np.testing.assert_array_equal(uniforms(seed, number, k, stream), everybody[:, number])


@given(SEEDS, KS, st.integers(0, 3), st.integers(0, 2**40))
def test_compiled_draws_are_the_same_to_the_last_bit(seed, k, stream, first):
    number = first + PEOPLE[:300]
    plain, compiled = (normals(seed, number, k, stream, compiled=one) for one in (False, True))
    np.testing.assert_array_equal(compiled.view(np.uint64), plain.view(np.uint64))


@given(st.floats(1e-300, 1.0, exclude_max=True))
def test_the_compiled_quantile_is_the_same_far_out_too(p):
    assert draw_kernels.quantile(p) == normal_quantile(np.array([p]))[0]


@pytest.mark.parametrize("chunk", [1, 7, 64, 999])
def test_chunks_and_threads_change_no_bit(chunk):
    whole = normals(11, PEOPLE, 5)
    parts = [PEOPLE[i : i + chunk] for i in range(0, len(PEOPLE), chunk)]
    with ThreadPoolExecutor(2) as pool:
        found = np.concatenate(list(pool.map(lambda one: normals(11, one, 5), parts)), axis=1)
    np.testing.assert_array_equal(found.view(np.uint64), whole.view(np.uint64))


GOLDEN_UNIFORMS = {
    (0, 0, 0): ("0x1.7a5d3204726e0p-7", "0x1.eeb1585ce5462p-3", "0x1.c8667a55d902cp-4"),
    (1, 0, 0): ("0x1.36da89edd58a1p-2", "0x1.b289f407757c2p-1", "0x1.3fc3972bb8306p-3"),
    (1, 1, 0): ("0x1.cceffc977a08ap-1", "0x1.aa87b74ada3c8p-5", "0x1.7d7c2595a1d6ap-1"),
    (20261123, 7, 0): ("0x1.3a9e4ba7d8410p-1", "0x1.c90bee092e7d0p-1", "0x1.d685774ed2177p-2"),
    (20261123, 7, 1): ("0x1.7f2e0a23b09a4p-1", "0x1.142066d059a34p-1", "0x1.3895182e49148p-1"),
    (20261123, 123456789, 1000): ("0x1.3112c76c1f24cp-1", "0x1.58d43c3279ca3p-2", "0x1.13cee5a5c65b6p-1"),
    (9223372036854775807, 1099511627776, 900): (
        "0x1.1bfcc454c29fap-1",
        "0x1.36bb7733f93b2p-1",
        "0x1.ca73ac56059e4p-1",
    ),
}
GOLDEN_NORMALS = {
    (0, 0, 0): ("-0x1.22cd198aad6edp+1", "-0x1.67147405be6f2p-1", "-0x1.380f15f728cdfp+0"),
    (1, 0, 0): ("-0x1.0740bdbfeba2cp-1", "0x1.07e9ca910c31bp+0", "-0x1.02ae3eccf376ep+0"),
    (1, 1, 0): ("0x1.48781c1891827p+0", "-0x1.a008fd46218b3p+0", "0x1.517703059e155p-1"),
    (20261123, 7, 0): ("0x1.2a05eb2bb5d02p-2", "0x1.3da83f8d6937ap+0", "-0x1.a09a77474f713p-4"),
    (20261123, 7, 1): ("0x1.56c31f14da646p-1", "0x1.9441020ea2406p-4", "0x1.1f6408a4675b0p-2"),
    (20261123, 123456789, 1000): ("0x1.f0ddbbe456f4ep-3", "-0x1.af7846e107e95p-2", "0x1.8dd6bde37210ap-4"),
    (9223372036854775807, 1099511627776, 900): (
        "0x1.197fe6f907c0cp-3",
        "0x1.15c17477e9197p-2",
        "0x1.417f01335aa74p+0",
    ),
}


@pytest.mark.parametrize("seed_person_stream", GOLDEN_UNIFORMS)
def test_the_first_numbers_are_these_on_every_machine(seed_person_stream):
    """Written down once, to the last bit: another machine or a later release that draws otherwise is told."""
    seed, person, stream = seed_person_stream
    number = np.array([person], dtype=np.int64)
    found = [float(v).hex() for v in uniforms(seed, number, 3, stream)[:, 0]]
    assert found == list(GOLDEN_UNIFORMS[seed_person_stream])
    drawn = [float(v).hex() for v in normals(seed, number, 3, stream)[:, 0]]
    assert drawn == list(GOLDEN_NORMALS[seed_person_stream])


def test_seeds_people_and_streams_all_differ():
    drawn = [
        uniforms(seed, np.array([person], dtype=np.int64), 4, stream)[:, 0]
        for seed in (0, 1, 2**62)
        for person in (0, 1, 2**40)
        for stream in (0, 1, 100, 1000)
    ]
    assert len({float(v) for one in drawn for v in one}) == 3 * 3 * 4 * 4


def test_uniforms_are_uniform_and_normals_are_normal():
    flat = uniforms(3, np.arange(100_000, dtype=np.int64), 1)[0]
    assert flat.min() > 0
    assert flat.max() < 1
    assert stats.kstest(flat, "uniform").pvalue > 1e-3
    drawn = normals(4, np.arange(100_000, dtype=np.int64), 3)
    assert np.abs(drawn.mean(axis=1)).max() < 4 / np.sqrt(100_000)
    assert np.abs(drawn.var(axis=1) - 1).max() < 4 * np.sqrt(2 / 100_000)
    assert np.abs(stats.skew(drawn, axis=1)).max() < 4 * np.sqrt(6 / 100_000)
    assert np.abs(np.corrcoef(drawn) - np.eye(3)).max() < 4 / np.sqrt(100_000)


@given(st.floats(1e-300, 1 - 2.0**-53))
def test_the_quantile_of_the_normal_is_right_to_1e_14(p):
    found = normal_quantile(np.array([p]))[0]
    assert found == pytest.approx(ndtri(p), rel=1e-14, abs=1e-15)


@given(st.floats(2.3e-308, 1e300))
def test_the_logarithm_is_right_to_the_last_bits(x):
    assert exact_log(np.array([x]))[0] == pytest.approx(np.log(x), rel=4e-16, abs=4e-16)


def test_nobody_and_nothing_are_no_special_case():
    assert uniforms(1, np.zeros(0, dtype=np.int64), 3).shape == (3, 0)
    assert uniforms(1, PEOPLE, 0).shape == (0, 1000)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(InputRefused) as told:
        uniforms(seed, PEOPLE, 1)
    assert told.value.field == "seed" and "whole number" in told.value.cure


def test_a_person_below_zero_is_refused():
    with pytest.raises(InputRefused) as told:
        uniforms(1, np.array([3, -2], dtype=np.int64), 1)
    assert told.value.field == "people"
