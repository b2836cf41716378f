"""Effects of two groups of people measured: mean differences, in points of the scale or in standard deviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite, lgamma, log, sqrt

from ataraxy.core.evidence.estimate import Effect
from ataraxy.core.evidence.study import Measure


class SmallSample(StrEnum):
    """How the upward bias of a standardised difference is taken away. Hedges LV, J Educ Stat 1981;6:107-128."""

    EXACT = "exact"  # by the gamma function
    APPROXIMATE = "approximate"  # 1 - 3 / (4 df - 1)
    NONE = "none"  # Cohen's d


class Variance(StrEnum):
    """Which sampling variance of a standardised difference.

    LARGE_SAMPLE is what reviews print (RevMan, and metafor's "LS"), so it is what is used unless asked otherwise:
    our pools are compared with theirs. UNBIASED ("UB") is Hedges' exact one; BORENSTEIN ("LS2") carries the
    correction into the variance.
    """

    LARGE_SAMPLE = "large-sample"
    UNBIASED = "unbiased"
    BORENSTEIN = "borenstein"


@dataclass(frozen=True, slots=True)
class Sample:
    """One arm's people and what they scored (or by how much they changed).

    Raises:
        ValueError: fewer than two people, an SD that is not above zero, or a number that is none.
    """

    n: int
    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not isfinite(self.n) or self.n < 2 or self.n != int(self.n):
            raise ValueError(f"A mean with an SD needs two people or more, in whole numbers, not {self.n}.")
        if not (isfinite(self.mean) and isfinite(self.sd) and self.sd > 0):
            raise ValueError(f"Mean {self.mean} and SD {self.sd}: both are numbers, and an SD is above zero.")


def merged(samples: Sequence[Sample]) -> Sample:
    """Groups of different people as one group: the mean and SD all of them together have.

    Source: Cochrane Handbook, 6.5.2.10.
    """
    n = sum(sample.n for sample in samples)
    mean = sum(sample.n * sample.mean for sample in samples) / n
    squares = sum((s.n - 1) * s.sd**2 + s.n * (s.mean - mean) ** 2 for s in samples)
    return Sample(n, mean, sqrt(squares / (n - 1)))


def pooled_sd(one: Sample, other: Sample) -> float:
    """The SD within two groups, as if both had the same."""
    df = one.n + other.n - 2
    return sqrt(((one.n - 1) * one.sd**2 + (other.n - 1) * other.sd**2) / df)


def small_sample_factor(df: float, how: SmallSample = SmallSample.EXACT) -> float:
    """By what a standardised difference with ``df`` degrees of freedom is multiplied to be unbiased (Hedges' J).

    Raises:
        ValueError: one degree of freedom or fewer, where no unbiased estimate exists.
    """
    if how is SmallSample.NONE:
        return 1.0
    if not df > 1:
        raise ValueError(
            f"Hedges' correction needs more than one degree of freedom, not {df:g}: more people."
        )
    if how is SmallSample.APPROXIMATE:
        return 1 - 3 / (4 * df - 1)
    return exp(lgamma(df / 2) - log(df / 2) / 2 - lgamma((df - 1) / 2))


def mean_difference(experimental: Sample, control: Sample, same_sd: bool = False) -> Effect:
    """Points of the scale by which the experimental arm ended (or changed) above control.

    Each arm keeps its own SD unless ``same_sd``.
    """
    if same_sd:
        variance = pooled_sd(experimental, control) ** 2 * (1 / experimental.n + 1 / control.n)
        method = "mean difference, one SD for both arms"
    else:
        variance = experimental.sd**2 / experimental.n + control.sd**2 / control.n
        method = "mean difference"
    return Effect(Measure.MD, experimental.mean - control.mean, variance, method)


def standardised_mean_difference(
    experimental: Sample,
    control: Sample,
    small_sample: SmallSample = SmallSample.EXACT,
    variance: Variance = Variance.LARGE_SAMPLE,
) -> Effect:
    """The mean difference in SDs of people within the arms: Hedges' g (Cohen's d without small-sample correction).

    Of changes, it is in SDs of the change: never pool it with one in SDs of the score itself.
    """
    d = (experimental.mean - control.mean) / pooled_sd(experimental, control)
    return smd_of_d(d, experimental.n, control.n, small_sample, variance)


def smd_of_d(
    d: float,
    n: int,
    control_n: int,
    small_sample: SmallSample = SmallSample.EXACT,
    variance: Variance = Variance.LARGE_SAMPLE,
) -> Effect:
    """A Cohen's d of two groups, corrected and given its variance.

    Source: Hedges LV, J Educ Stat 1981;6:107-128; Borenstein M, Introduction to Meta-Analysis, 2009, ch. 4.
    """
    df = n + control_n - 2
    factor = small_sample_factor(df, small_sample)
    g, sizes = factor * d, 1 / n + 1 / control_n
    if variance is Variance.LARGE_SAMPLE:
        spread = sizes + g * g / (2 * (n + control_n))
    elif variance is Variance.BORENSTEIN:
        spread = factor**2 * (sizes + d * d / (2 * (n + control_n)))
    else:
        spread = sizes + (1 - (df - 2) / (df * small_sample_factor(df) ** 2)) * g * g
    name = "Cohen's d" if small_sample is SmallSample.NONE else f"Hedges' g, {small_sample.value} correction"
    return Effect(Measure.SMD, g, spread, f"{name}, {variance.value} variance")


def smd_by_sd(difference: Effect, sd: float) -> Effect:
    """A mean difference in units of an SD known from elsewhere (a norm, or all trials of the scale): not estimated.

    Raises:
        ValueError: an SD that is not above zero, or an effect that is not a mean difference.
    """
    if difference.measure is not Measure.MD:
        raise ValueError(f"Only a mean difference can be divided by an SD, not {difference.measure.value}.")
    if not sd > 0:
        raise ValueError(f"An SD is above zero, and {sd} is not.")
    return Effect(
        Measure.SMD,
        difference.value / sd,
        difference.variance / sd**2,
        f"{difference.method}, by an SD of {sd:g}",
    )


def smd_by_baseline_sd(
    experimental_change: Sample,
    control_change: Sample,
    baseline_sd: float,
    control_baseline_sd: float,
    r: float,
) -> Effect:
    """How much more one arm changed than the other, in SDs before treatment (pooled over the arms): Morris's d_ppc2.

    Args:
        r: correlation of the scores before and after, within arms.

    Raises:
        ValueError: a correlation of 1 or outside, an SD that is not above zero, or fewer than five people.

    Source: Morris SB, Organ Res Methods 2008;11:364-386, eq. 8 and 25.
    """
    if not -1 < r < 1:
        raise ValueError(f"A correlation lies between -1 and 1, and {r} does not.")
    n, control_n = experimental_change.n, control_change.n
    df = n + control_n - 2
    if df <= 2:
        raise ValueError("Morris's variance needs five people or more.")
    sd = pooled_sd(Sample(n, 0, baseline_sd), Sample(control_n, 0, control_baseline_sd))
    factor = small_sample_factor(df)
    value = factor * (experimental_change.mean - control_change.mean) / sd
    spread = 2 * (1 - r) * (1 / n + 1 / control_n)
    variance = factor**2 * spread * df / (df - 2) * (1 + value**2 / spread) - value**2
    return Effect(Measure.SMD, value, variance, f"change in SDs before treatment (Morris), r = {r:g}")
