"""Means of people who had both treatments, or were measured before and after: the pairing correlation r does the work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt

from ataraxy.core.evidence.estimate import Effect
from ataraxy.core.evidence.means import SmallSample, small_sample_factor
from ataraxy.core.evidence.study import Measure
from ataraxy.core.evidence.tails import statistic_of_p


class Standard(StrEnum):
    """Which SD a paired difference is divided by. Only BASELINE and AVERAGE may be pooled with parallel trials."""

    DIFFERENCE = "difference"  # d_z, "SMCC": Gibbons RD, J Educ Stat 1993;18:271-279
    BASELINE = (
        "baseline"  # "SMCR", the control's or the first SD: Becker BJ, Br J Math Stat Psychol 1988;41:257-278
    )
    AVERAGE = (
        "average"  # d_av, "SMCRP": root mean square of both SDs; Cousineau D, Psicothema 2020;32:286-293
    )


@dataclass(frozen=True, slots=True)
class PairedSample:
    """People measured under treatment and under control (or after and before).

    Raises:
        ValueError: fewer than two people, an SD that is not above zero, a correlation outside -1 and 1.
    """

    n: int
    mean: float
    sd: float
    control_mean: float
    control_sd: float
    r: float

    def __post_init__(self) -> None:
        if not isfinite(self.n) or self.n < 2 or self.n != int(self.n):
            raise ValueError(f"Paired means need two people or more, in whole numbers, not {self.n}.")
        if not (self.sd > 0 and self.control_sd > 0 and isfinite(self.mean - self.control_mean)):
            raise ValueError("Both means are numbers and both SDs are above zero; one of them is not.")
        if not -1 < self.r < 1:
            raise ValueError(f"The pairing correlation lies between -1 and 1, and {self.r} does not.")

    @property
    def sd_of_difference(self) -> float:
        return sd_of_difference(self.sd, self.control_sd, self.r)


def sd_of_difference(sd: float, control_sd: float, r: float) -> float:
    """The SD of each person's difference (or change), from both SDs and the correlation.

    Source: Cochrane Handbook, 6.5.2.8.
    """
    return sqrt(sd**2 + control_sd**2 - 2 * r * sd * control_sd)


def correlation_of_pairs(sd: float, control_sd: float, difference_sd: float) -> float:
    """The pairing correlation a printed SD of the difference (or change) tells.

    Raises:
        ValueError: the three SDs cannot belong together: the correlation would lie outside -1 to 1.
    """
    r = (sd**2 + control_sd**2 - difference_sd**2) / (2 * sd * control_sd)
    if not -1 <= r <= 1:
        raise ValueError(
            f"SDs {sd:g} and {control_sd:g} differ by an SD between {abs(sd - control_sd):g} and "
            f"{sd + control_sd:g}, not {difference_sd:g}: one of them may be a standard error."
        )
    return r


def paired_mean_difference(sample: PairedSample) -> Effect:
    """Points of the scale between treatment and control, within people."""
    value = sample.mean - sample.control_mean
    return Effect(
        Measure.MD, value, sample.sd_of_difference**2 / sample.n, f"paired mean difference, r = {sample.r:g}"
    )


def paired_mean_difference_from_t(difference: float, t: float, n: int) -> Effect:
    """The same from a printed paired t, where SDs or the correlation were not printed.

    Raises:
        ValueError: a t of zero (it tells no standard error) or one whose sign is not the difference's.
    """
    if t == 0 or difference * t <= 0:
        raise ValueError(
            f"A difference of {difference:g} with t = {t:g} gives no standard error: check signs."
        )
    return Effect(Measure.MD, difference, (difference / t) ** 2, f"paired mean difference from t({n - 1})")


def paired_mean_difference_from_p(difference: float, p: float, n: int) -> Effect:
    """The same from a printed two-sided p of a paired t test.

    Raises:
        ValueError: p is 1 or not a p value, or the difference is zero: no standard error follows.
    """
    t = statistic_of_p(p, n - 1)
    if t == 0 or difference == 0:
        raise ValueError("A difference of zero, or p = 1, gives no standard error.")
    return Effect(Measure.MD, difference, (difference / t) ** 2, f"paired mean difference from p, {n - 1} df")


def paired_smd(
    sample: PairedSample,
    by: Standard = Standard.AVERAGE,
    small_sample: SmallSample = SmallSample.EXACT,
) -> Effect:
    """The paired difference in SDs (see :class:`Standard` for which), with its large-sample variance.

    AVERAGE by default: an SD of people, as parallel trials have, and from both periods.
    """
    if by is Standard.DIFFERENCE:
        sd, df = sample.sd_of_difference, float(sample.n - 1)
    elif by is Standard.BASELINE:
        sd, df = sample.control_sd, float(sample.n - 1)
    else:
        sd = sqrt((sample.sd**2 + sample.control_sd**2) / 2)
        df = 2 * (sample.n - 1) / (1 + sample.r**2)
    value = small_sample_factor(df, small_sample) * (sample.mean - sample.control_mean) / sd
    variance = _variance(sample, by, value)
    return Effect(Measure.SMD, value, variance, f"paired difference in SDs ({by.value}), r = {sample.r:g}")


def paired_smd_from_t(t: float, n: int, r: float) -> Effect:
    """A paired t as a difference in SDs of people, taking both SDs as equal.

    Source: Dunlap WP, Psychol Methods 1996;1:170-177, eq. 3; variance as of :class:`Standard.BASELINE`.
    """
    sample = PairedSample(n, t * sqrt(2 * (1 - r) / n), 1, 0, 1, r)
    return paired_smd(sample, Standard.BASELINE)


def _variance(sample: PairedSample, by: Standard, value: float) -> float:
    if by is Standard.DIFFERENCE:
        return 1 / sample.n + value**2 / (2 * sample.n)
    if by is Standard.BASELINE:
        return 2 * (1 - sample.r) / sample.n + value**2 / (2 * sample.n)
    mean_square = (sample.sd**2 + sample.control_sd**2) / 2
    spread = sample.sd**4 + sample.control_sd**4 + 2 * (sample.r * sample.sd * sample.control_sd) ** 2
    return value**2 * spread / (8 * mean_square**2 * (sample.n - 1)) + sample.sd_of_difference**2 / (
        mean_square * (sample.n - 1)
    )
