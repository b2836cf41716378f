"""One reading, compiled: the same likelihood and slopes as the arrays', for every kind of error and of reading."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.pharmacology.likelihood import locate, observed, slopes, terms
from ataraxy.core.pharmacology.observation import Observation, ResidualError

ERRORS = {
    "proportional": ResidualError(proportional_sd=0.15),
    "combined": ResidualError(proportional_sd=0.15, additive_sd=2.0),
    "fixed": ResidualError(additive_sd=3.0),
    "logs": ResidualError(log_sd=0.2),
    "robust": ResidualError(proportional_sd=0.15, additive_sd=2.0, freedom=4.0),
    "robust logs": ResidualError(log_sd=0.2, freedom=4.0),
    "a scale": ResidualError(additive_sd=3.0, lowest=0.0, highest=80.0),
}


@pytest.mark.parametrize("name", ERRORS)
@given(value=st.floats(1.0, 80.0), predicted=st.floats(0.01, 500.0), below=st.booleans())
def test_a_reading_is_as_likely_and_as_steep(name, value, predicted, below):
    from ataraxy.core.pharmacology.fit import _readings
    from ataraxy.core.pharmacology.fit_reading_kernels import reading

    seen = observed([Observation("1", "ketamine", 30.0, value, "ng/mL", ERRORS[name], below)])
    located = locate(seen, np.array([[predicted]]))
    values, sides, errors = _readings(seen)
    found = reading(located[0, 0], values[0], sides[0], errors, 0)
    wanted = [terms(seen, located, seen.value, seen.side), *slopes(seen, located, seen.value, seen.side)]
    np.testing.assert_allclose(found, [float(one[0, 0]) for one in wanted], rtol=1e-9, atol=1e-12)
