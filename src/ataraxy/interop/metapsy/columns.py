"""The columns of the Metapsy data standard, and ours beside them. A name close to one of them is told, not passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from ataraxy.core.errors import InputRefused
from ataraxy.interop.taken import Note, Weight

WHO = ("study", "condition_arm1", "condition_arm2", "multi_arm1", "multi_arm2")
WHAT = (
    "outcome_type", "instrument", "rating", "instrument_symptom", "primary_instrument", "cov_time_point",
    "study_time_point", "time_weeks", "time_days", "primary_timepoint", "post_crossover",
)  # fmt: skip
NUMBERS = (
    "n_arm1", "mean_arm1", "sd_arm1", "n_arm2", "mean_arm2", "sd_arm2",
    "n_change_arm1", "mean_change_arm1", "sd_change_arm1", "n_change_arm2", "mean_change_arm2", "sd_change_arm2",
    "event_arm1", "totaln_arm1", "event_arm2", "totaln_arm2",
    "baseline_m_arm1", "baseline_sd_arm1", "baseline_n_arm1", "baseline_m_arm2", "baseline_sd_arm2", "baseline_n_arm2",
)  # fmt: skip
BIAS = ("d1", "d2", "d3", "d4", "d5", "rob")
ABOUT = (
    "year", "drug_arm1", "drug_arm2", "dose_arm1", "dose_arm2", "name_arm1", "name_arm2", "n_dosing_sessions",
    "cumulative_dose_arm1", "cumulative_dose_arm2", "dose_days", "dose_weeks", "mean_age", "percent_women",
    "diagnosis", "target_group", "design", "blinding", "doi", "registration_number", "full_ref",
)  # fmt: skip
OURS = ("cohort_id", "registry", "seen_in_source", "retracted_on", "pairing_r", "carryover", "randomised")
COLUMNS = (*WHO, *WHAT, *NUMBERS, *BIAS, *ABOUT, *OURS)
NEEDED = ("study", "outcome_type", "instrument", "design", "condition_arm1", "condition_arm2")
COMPUTED = frozenset(
    {
        ".id",
        ".g",
        ".g_se",
        ".ge_se",
        ".log_rr",
        ".log_rr_se",
        ".event_arm1",
        ".event_arm2",
        ".totaln_arm1",
        ".totaln_arm2",
    }
)


def check_columns(header: Iterable[str]) -> Iterator[Note]:
    """Notes of columns nobody reads.

    Raises:
        InputRefused: a column is missing, stands twice, or is almost one of ours, which would lose its numbers.
    """
    told = [name for name in header if name]
    twice = next((name for name in told if told.count(name) > 1), None)
    if twice is not None:
        raise InputRefused(f"The column {twice[:60]!r} stands twice.", "Remove one of them.", twice)
    for name in told:
        if name not in COLUMNS and name not in COMPUTED:
            close = [one for one in get_close_matches(name.lower(), COLUMNS, 3, 0.75) if one not in told]
            if close:
                words = f"There is no column {name[:60]!r}."
                raise InputRefused(words, f"Did you mean {close[0]!r}? Rename it, or take it out.", name)
            yield Note("row 1", Weight.LEFT_OUT, f"The column {name[:60]!r} is not known here.")
    for name in NEEDED:
        if name not in told:
            words = f"The column {name!r} is missing."
            raise InputRefused(words, f"The table needs {', '.join(NEEDED)}.", name)
