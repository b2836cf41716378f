"""The compiled search for the highest likelihood, for thousands of pools. Import it only when it is needed.

Pools lie side by side in vector lanes, a study's numbers one below the other. The likelihood's slope is looked at along
the whole curve first: that tells where it has more than one peak, and between which two heights its only one lies. From
there Newton's steps are taken for tr(P) / y'PPy = 1, which is nearly straight in tau² (exactly, of equal variances).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ataraxy.core.pharmacology.lanes import JIT, U, vexp, vlog

LANES = 32  # pools side by side
STRIDE = np.uint64(LANES)
AT_ONCE = (
    1e-7  # after a step of Newton's this small, beside tau² and the typical variance, nothing is left to find
)

# The rows of the table: what is known of every pool, then three for each study.
TOTAL, SECOND, THIRD, MEAN, PULL, CUBED, PULLED, SPREAD = range(8)  # sums over its studies
NOW, LOW, HIGH, BEFORE, AFTER, FALLEN, LEAST, BOUND, TYPICAL = range(8, 17)  # where the search is
NAMED = 17
PER_STUDY = 3  # effect, variance, weight
Y, V, W = (np.uint64(one * LANES) for one in range(PER_STUDY))


def table(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Room to work in, for pools of at most ``k`` studies: numbers, and flags."""
    return np.empty((NAMED + PER_STUDY * k) * LANES), np.empty(3 * LANES, np.int64)


@njit(inline="always", **JIT)
def at(row):
    return U(row) * STRIDE


@njit(inline="always", **JIT)
def study(j):
    return U(NAMED + PER_STUDY * j) * STRIDE


@njit(**JIT)
def taken(t, y, v, first, k, m):
    """The pools from ``first`` on into the lanes; the last one again where there are no more."""
    for j in range(k):
        to = study(j)
        if first + LANES <= m:
            for lane in range(LANES):
                i, of = U(lane), U(j) * U(m) + U(first) + U(lane)
                t[to + Y + i] = y[of]
                t[to + V + i] = v[of]
        else:
            for lane in range(LANES):
                i, of = U(lane), U(j) * U(m) + U(min(first + lane, m - 1))
                t[to + Y + i] = y[of]
                t[to + V + i] = v[of]


@njit(**JIT)
def weighed(t, k):
    """Weights at each pool's tau²; their sums to the first, second and third power; the weighted mean."""
    for lane in range(LANES):
        i = U(lane)
        t[at(TOTAL) + i] = 0.0
        t[at(SECOND) + i] = 0.0
        t[at(THIRD) + i] = 0.0
        t[at(MEAN) + i] = 0.0
    for j in range(k):
        one = study(j)
        for lane in range(LANES):
            i = U(lane)
            w = 1.0 / (t[one + V + i] + t[at(NOW) + i])
            t[one + W + i] = w
            t[at(TOTAL) + i] += w
            t[at(SECOND) + i] += w * w
            t[at(THIRD) + i] += w * w * w
            t[at(MEAN) + i] += w * t[one + Y + i]
    for lane in range(LANES):
        i = U(lane)
        t[at(MEAN) + i] /= t[at(TOTAL) + i]


@njit(**JIT)
def pulled(t, k):
    """Sums of the weighted residuals about the mean: y'PPy, its like with one P more, and Q."""
    for lane in range(LANES):
        i = U(lane)
        t[at(PULL) + i] = 0.0
        t[at(CUBED) + i] = 0.0
        t[at(PULLED) + i] = 0.0
        t[at(SPREAD) + i] = 0.0
    for j in range(k):
        one = study(j)
        for lane in range(LANES):
            i = U(lane)
            away, w = t[one + Y + i] - t[at(MEAN) + i], t[one + W + i]
            u = w * away
            t[at(SPREAD) + i] += u * away
            t[at(PULL) + i] += u * u
            t[at(PULLED) + i] += w * u
            t[at(CUBED) + i] += w * u * u
    for lane in range(LANES):
        i = U(lane)
        t[at(CUBED) + i] -= t[at(PULLED) + i] * t[at(PULLED) + i] / t[at(TOTAL) + i]


@njit(**JIT)
def edges(t, k, nearly_zero):
    """Between which tau² it is worth looking, and the harmonic mean of the variances.

    y'PPy is at most SS / tau⁴ (SS: squares about the plain mean) and tr(P) at least (n - 1) / (largest v + tau²), so the
    likelihood falls from where tau⁴ = SS / (n - 1) x (largest v + tau²) on.
    """
    for lane in range(LANES):
        i = U(lane)
        t[at(TYPICAL) + i], t[at(LEAST) + i], t[at(TOTAL) + i] = 0.0, np.inf, 0.0
        t[at(BOUND) + i], t[at(MEAN) + i], t[at(SPREAD) + i] = 0.0, 0.0, 0.0
    for j in range(k):
        one = study(j)
        for lane in range(LANES):
            i = U(lane)
            v = t[one + V + i]
            given = v < np.inf
            t[at(TYPICAL) + i] += 1.0 / v
            t[at(TOTAL) + i] += 1.0 if given else 0.0
            t[at(MEAN) + i] += t[one + Y + i]
            t[at(LEAST) + i] = min(t[at(LEAST) + i], v)
            t[at(BOUND) + i] = max(t[at(BOUND) + i], v if given else 0.0)
    for j in range(k):
        one = study(j)
        for lane in range(LANES):
            i = U(lane)
            away = t[one + Y + i] - t[at(MEAN) + i] / t[at(TOTAL) + i]
            t[at(SPREAD) + i] += away * away if t[one + V + i] < np.inf else 0.0
    for lane in range(LANES):
        i = U(lane)
        n, most = t[at(TOTAL) + i], t[at(BOUND) + i]
        per = t[at(SPREAD) + i] / (n - 1.0)
        t[at(TYPICAL) + i] = n / t[at(TYPICAL) + i]
        t[at(LEAST) + i] *= nearly_zero
        t[at(BOUND) + i] = 0.5 * (per + np.sqrt(per * per + 4.0 * per * most))


@njit(**JIT)
def sloped(t, k):
    """As ``weighed`` and ``pulled``, but only what tells whether the likelihood rises."""
    for lane in range(LANES):
        i = U(lane)
        t[at(TOTAL) + i], t[at(SECOND) + i], t[at(MEAN) + i], t[at(PULL) + i] = 0.0, 0.0, 0.0, 0.0
    for j in range(k):
        one = study(j)
        for lane in range(LANES):
            i = U(lane)
            w = 1.0 / (t[one + V + i] + t[at(NOW) + i])
            t[one + W + i] = w
            t[at(TOTAL) + i] += w
            t[at(SECOND) + i] += w * w
            t[at(MEAN) + i] += w * t[one + Y + i]
    for lane in range(LANES):
        i = U(lane)
        t[at(MEAN) + i] /= t[at(TOTAL) + i]
    for j in range(k):
        one = study(j)
        for lane in range(LANES):
            i = U(lane)
            u = t[one + W + i] * (t[one + Y + i] - t[at(MEAN) + i])
            t[at(PULL) + i] += u * u


@njit(inline="always", **JIT)
def trace(t, i, restricted):
    """tr(P), or the sum of the weights."""
    total = t[at(TOTAL) + i]
    return total - t[at(SECOND) + i] / total if restricted else total


@njit(inline="always", **JIT)
def squared(t, i, restricted):
    """tr(PP), twice Fisher's information of tau²; or the sum of the squared weights."""
    total, second = t[at(TOTAL) + i], t[at(SECOND) + i]
    ratio = second / total
    return second - 2.0 * t[at(THIRD) + i] / total + ratio * ratio if restricted else second


@njit(**JIT)
def looked(t, flags, k, heights, restricted):
    """The likelihood's slope along the curve: where it first falls, and whether it rises again (flag 1)."""
    for lane in range(LANES):
        i = U(lane)
        t[at(LOW) + i], t[at(HIGH) + i], t[at(FALLEN) + i] = 0.0, np.inf, 0.0
        t[at(BEFORE) + i], t[at(AFTER) + i] = 0.0, np.inf
        flags[U(LANES) + i] = 0
    for height in heights:
        wanted = 0
        for lane in range(LANES):
            i = U(lane)
            tau2 = height * t[at(TYPICAL) + i]
            t[at(NOW) + i] = tau2
            wanted += 1 if (tau2 > t[at(LEAST) + i] and tau2 < t[at(BOUND) + i]) or height == 0.0 else 0
        if wanted == 0:
            continue
        sloped(t, k)
        for lane in range(LANES):
            i = U(lane)
            tau2, pull, over = t[at(NOW) + i], t[at(PULL) + i], trace(t, i, restricted)
            inside = (tau2 > t[at(LEAST) + i] and tau2 < t[at(BOUND) + i]) or height == 0.0
            fallen = t[at(FALLEN) + i] > 0.0
            rises, falls = inside and pull > over, inside and not pull > over
            flags[U(LANES) + i] |= 1 if rises and fallen else 0
            t[at(LOW) + i] = tau2 if rises and not fallen else t[at(LOW) + i]
            t[at(BEFORE) + i] = over / pull if rises and not fallen else t[at(BEFORE) + i]
            t[at(HIGH) + i] = tau2 if falls and not fallen else t[at(HIGH) + i]
            t[at(AFTER) + i] = over / pull if falls and not fallen else t[at(AFTER) + i]
            t[at(FALLEN) + i] = 1.0 if falls else t[at(FALLEN) + i]


@njit(**JIT)
def begun(t, flags):
    """Between the two heights where tr(P) / y'PPy would be one if it were straight; zero where the curve only falls."""
    for lane in range(LANES):
        i = U(lane)
        low, high = t[at(LOW) + i], t[at(HIGH) + i]
        before, after = t[at(BEFORE) + i], t[at(AFTER) + i]
        share = (1.0 - before) / (after - before)
        share = share if share > 0.0 and share < 1.0 else 0.5
        start = low + share * (high - low) if high < np.inf else low
        t[at(NOW) + i] = start if high > 0.0 else 0.0
        t[at(HIGH) + i] = high if high < np.inf else max(low, t[at(BOUND) + i])
        flags[i] = 1 if high > 0.0 else 0
        flags[U(2 * LANES) + i] = 1


@njit(**JIT)
def moved(t, flags, relative, restricted):
    """One step of every pool that is still on its way (flag 0); how many still are."""
    going = 0
    for lane in range(LANES):
        i = U(lane)
        now, pull, over = t[at(NOW) + i], t[at(PULL) + i], trace(t, i, restricted)
        info, slope = squared(t, i, restricted), pull - over
        low = now if slope > 0.0 else t[at(LOW) + i]
        high = now if slope < 0.0 else t[at(HIGH) + i]
        bent = 2.0 * over * t[at(CUBED) + i] - info * pull
        to = now + (slope * pull / bent if bent > 0.0 else slope / info)
        within = to >= low and to <= high
        to = to if within else 0.5 * (low + high)
        step, size = abs(to - now), now + t[at(TYPICAL) + i]
        ended = step <= relative * size or (bent > 0.0 and within and step <= AT_ONCE * size)
        on = flags[i] == 1
        t[at(NOW) + i] = to if on else now
        t[at(LOW) + i] = low
        t[at(HIGH) + i] = high
        flags[U(2 * LANES) + i] += 1 if on else 0
        flags[i] = 1 if on and not ended else 0
        going += 1 if on and not ended else 0
    return going


@njit(**JIT)
def climbed(t, flags, k, relative, most, restricted):
    """Every pool to its peak, and its weights there."""
    for _ in range(most):
        weighed(t, k)
        pulled(t, k)
        if moved(t, flags, relative, restricted) == 0:
            break
    weighed(t, k)


@njit(**JIT)
def likeliest(
    t, flags, y, v, k, m, heights, nearly_zero, relative, most, restricted, tau2, se, found, steps, doubtful
):
    """Every pool's first peak, its error, and whether the likelihood rises again beyond it.

    ``y`` and ``v``: (k, m) as one flat array. ``heights``: zero and where to look, in units of the typical variance.
    """
    for first in range(0, m, LANES):
        taken(t, y, v, first, k, m)
        edges(t, k, nearly_zero)
        looked(t, flags, k, heights, restricted)
        begun(t, flags)
        climbed(t, flags, k, relative, most, restricted)
        for lane in range(min(LANES, m - first)):
            i, to = U(lane), U(first) + U(lane)
            tau2[to] = t[at(NOW) + i]
            se[to] = np.sqrt(2.0 / squared(t, i, restricted))
            found[to] = flags[i] == 0
            doubtful[to] = flags[U(LANES) + i] != 0
            steps[to] = flags[U(2 * LANES) + i]


@njit(**JIT)
def reached(t, flags, y, v, k, m, starts, relative, most, restricted, tau2, found):
    """Every pool's peak as it is reached from its start; zero where the likelihood falls all the way from there."""
    for first in range(0, m, LANES):
        taken(t, y, v, first, k, m)
        edges(t, k, 0.0)
        for lane in range(LANES):
            i = U(lane)
            start = starts[U(min(first + lane, m - 1))]
            t[at(NOW) + i], t[at(LOW) + i], flags[i] = start, 0.0, 1
            t[at(HIGH) + i] = max(start, t[at(BOUND) + i])
        climbed(t, flags, k, relative, most, restricted)
        for lane in range(min(LANES, m - first)):
            i, to = U(lane), U(first) + U(lane)
            tau2[to] = t[at(NOW) + i] if t[at(NOW) + i] > relative * t[at(TYPICAL) + i] else 0.0
            found[to] = flags[i] == 0


@njit(**JIT)
def summed(t, y, v, k, m, tau2, mean, total, q, trace_of_p):
    """The weighted mean of every pool at its tau², the sum of weights, Q and tr(P)."""
    for first in range(0, m, LANES):
        taken(t, y, v, first, k, m)
        for lane in range(LANES):
            t[at(NOW) + U(lane)] = tau2[U(min(first + lane, m - 1))]
        weighed(t, k)
        pulled(t, k)
        for lane in range(min(LANES, m - first)):
            i, to = U(lane), U(first) + U(lane)
            mean[to], total[to], q[to] = t[at(MEAN) + i], t[at(TOTAL) + i], t[at(SPREAD) + i]
            trace_of_p[to] = trace(t, i, True)


@njit(**JIT)
def tails(t, statistic, df, log_beta, steps, p):
    """Two-sided p of Student's t: the incomplete beta function I(df / 2, 1 / 2) by its continued fraction.

    ``log_beta``: of (df / 2, 1 / 2). ``steps`` of the fraction, from its end backwards; 10 + df / 2 give twelve digits.
    """
    z, a, b, fraction, front, far = at(0), at(1), at(2), at(3), at(4), at(5)
    for first in range(0, len(p), LANES):
        for lane in range(LANES):
            i, of = U(lane), U(min(first + lane, len(p) - 1))
            t2, half = min(statistic[of] * statistic[of], 1e280), 0.5 * df[of]
            inside, beyond = df[of] / (df[of] + t2), t2 / (df[of] + t2)
            tail = inside < (half + 1.0) / (half + 2.5)
            t[z + i], t[far + i] = inside if tail else beyond, 1.0 if tail else 0.0
            t[a + i], t[b + i] = half if tail else 0.5, 0.5 if tail else half
            t[front + i] = vexp(half * vlog(inside) + 0.5 * vlog(beyond) - log_beta[of])
            t[fraction + i] = 1.0
        for step in range(steps):
            n = float(steps - step)
            for lane in range(LANES):
                i = U(lane)
                x, one, other, f = t[z + i], t[a + i], t[b + i], t[fraction + i]
                f = 1.0 + n * (other - n) * x / ((one + 2.0 * n - 1.0) * (one + 2.0 * n) * f)
                m = n - 1.0
                t[fraction + i] = 1.0 - (one + m) * (one + other + m) * x / (
                    (one + 2.0 * m) * (one + 2.0 * m + 1.0) * f
                )
        for lane in range(min(LANES, len(p) - first)):
            i, to = U(lane), U(first) + U(lane)
            part = t[front + i] / (t[a + i] * t[fraction + i])
            p[to] = part if t[far + i] == 1.0 else 1.0 - part
