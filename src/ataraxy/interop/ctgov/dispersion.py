"""What stands beside a mean: a standard deviation, a standard error, an interval, a range. Never one for another.

H-060: a standard error read as a standard deviation makes an effect several times too large, and its study too heavy.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Dispersion(StrEnum):
    """As the registry's second interface spells them on export."""

    SD = "STANDARD_DEVIATION"
    SE = "STANDARD_ERROR"
    CI_95 = "CONFIDENCE_95"
    OTHER_CI = "CONFIDENCE_OTHER"
    IQR = "INTER_QUARTILE_RANGE"
    RANGE = "FULL_RANGE"
    NONE = "NA"
    UNKNOWN = "UNKNOWN"


SPELLINGS = {
    "standard deviation": Dispersion.SD,
    "sd": Dispersion.SD,
    "standard error": Dispersion.SE,
    "standard error of the mean": Dispersion.SE,
    "standard error of mean": Dispersion.SE,
    "sem": Dispersion.SE,
    "se": Dispersion.SE,
    "inter quartile range": Dispersion.IQR,
    "interquartile range": Dispersion.IQR,
    "iqr": Dispersion.IQR,
    "full range": Dispersion.RANGE,
    "range": Dispersion.RANGE,
    "": Dispersion.NONE,
    "na": Dispersion.NONE,
    "none": Dispersion.NONE,
    "not applicable": Dispersion.NONE,
}
INTERVAL = re.compile(r"(?:(\d+(?:\.\d+)?) ?% ?)?(?:confidence|ci)(?: interval)?(?: (\d+|other))?")
IN_WORDS = {
    Dispersion.SD: re.compile(r"\bstandard deviations?\b|\bs\.?d\.?\b"),
    Dispersion.SE: re.compile(r"\bstandard errors?\b|\bs\.?e\.?m?\.?\b"),
    Dispersion.CI_95: re.compile(r"\bconfidence intervals?\b|\b95 ?% ?ci\b"),
}


def dispersion_of(text: str) -> Dispersion:
    """Which one a name is, in any of its spellings; UNKNOWN where it is none of ours."""
    told = " ".join(re.split(r"[\s_-]+", text.lower())).strip(" .")
    if told in SPELLINGS:
        return SPELLINGS[told]
    match = INTERVAL.fullmatch(told)
    if match is None:
        return Dispersion.UNKNOWN
    return Dispersion.CI_95 if (match[1] or match[2]) == "95" else Dispersion.OTHER_CI


def named_otherwise(text: str, told: Dispersion) -> Dispersion | None:
    """Another dispersion than the one declared that a title or unit names, without naming the declared one."""
    if told not in IN_WORDS:
        return None
    named = [one for one, words in IN_WORDS.items() if words.search(text.lower())]
    return named[0] if named and told not in named else None
