"""Student's t of many statistics with few different degrees of freedom: how far an interval reaches, and p values."""

from __future__ import annotations

import numpy as np

from ataraxy.core.evidence.pool_rows import FloatArray

WORTH_COMPILED = 2_000  # p values from which compiled code gains more than loading it costs
FEW = 40  # degrees of freedom up to which the continued fraction is short


def reach_of_t(df: FloatArray, level: float) -> FloatArray:
    """How many standard errors an interval of ``level`` reaches to each side; NaN without degrees of freedom."""
    from scipy.special import stdtrit

    if len(df) and (df == df[0]).all():
        kinds, which = df[:1], np.zeros(len(df), np.int64)
    else:
        kinds, which = np.unique(df, return_inverse=True)
    return np.asarray(stdtrit(np.where(kinds > 0, kinds, np.nan), 0.5 + level / 2)[which])


def p_of_t(statistic: FloatArray, df: FloatArray) -> FloatArray:
    """How often chance alone lies at least this far out, to either side; NaN without degrees of freedom."""
    from scipy.special import stdtr

    if len(df) < WORTH_COMPILED or not (df >= 1).all() or not (df <= FEW).all():
        return np.asarray(2 * stdtr(np.where(df > 0, df, np.nan), -np.abs(statistic)))
    return _compiled(np.abs(statistic), df)


def _compiled(statistic: FloatArray, df: FloatArray) -> FloatArray:
    from scipy.special import betaln

    from ataraxy.core.evidence.between_kernels import table, tails

    whole = bool((df == np.floor(df)).all())
    logs = betaln(np.arange(FEW + 1) / 2, 0.5)[df.astype(np.int64)] if whole else betaln(df / 2, 0.5)
    p = np.empty(len(df))
    tails(table(0)[0], statistic, df, logs, 10 + int(df.max() / 2), p)
    return np.where(np.isinf(statistic), 0.0, p)
