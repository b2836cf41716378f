"""A count out of a number of people, with its uncertainty: never a bare percentage."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054  # the standard normal's 97.5 % point


@dataclass(frozen=True, slots=True)
class Proportion:
    """``count`` of ``of``. ``share`` and its 95 % interval are None when ``of`` is 0: unknown, not zero."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def wilson(count: int, of: int) -> Proportion:
    """A proportion with Wilson's 95 % score interval, without continuity correction.

    Raises:
        ValueError: more counted than there are, or a negative number.

    Source: Wilson EB, J Am Stat Assoc 1927;22:209-212.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is not a proportion")
    if of == 0:
        return Proportion(count, of, None, None, None)
    share, z2 = count / of, Z_95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == of else middle + half
    return Proportion(count, of, share, low, high)
