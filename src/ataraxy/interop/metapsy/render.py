"""Studies as a table of the Metapsy data standard: one comparison a row, empty cells as NA."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from ataraxy.core.evidence.study import (
    Arm,
    ArmRole,
    Figure,
    Form,
    Group,
    Outcome,
    OutcomeKind,
    Seen,
    Study,
)
from ataraxy.interop.metapsy.columns import COLUMNS
from ataraxy.interop.metapsy.read import DOMAINS, JUDGEMENTS
from ataraxy.interop.numerals import plain, slug

REGISTRIES = {"NCT": "ClinicalTrials.gov", "ACTRN": "ANZCTR", "ISRCTN": "ISRCTN"}
Cells = dict[str, str]
REMISSION = re.compile(r"\bremi(?:ssion|tt)")
RESPONSE = re.compile(r"\brespon[ds]|\bremi(?:ssion|tt)")


def render_table(studies: Iterable[Study]) -> bytes:
    """Every outcome with groups, by every pair of a tested arm and a control; standard deviations only (H-060).

    Of events only response and remission: the table has no other, and a relapse would come back as something good.
    """
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, COLUMNS, restval="NA", lineterminator="\n")
    table.writeheader()
    for study in studies:
        for cells in _rows(study):
            table.writerow({name: value or "NA" for name, value in cells.items()})
    return written.getvalue().encode()


def _rows(study: Study) -> Iterator[Cells]:
    about = _about(study)
    for outcome in study.outcomes:
        for first, second in _pairs(study, outcome) if _type(outcome) else ():
            cells = {**about, **_what(outcome), "seen_in_source": _seen(outcome).value}
            for side, group in (("arm1", first), ("arm2", second)):
                if group is None:
                    continue
                cells.update(_arm(study.arm(group.arm), side))
                cells.update(_numbers(outcome, group, side))
            yield cells


def _pairs(study: Study, outcome: Outcome) -> Iterator[tuple[Group | None, Group | None]]:
    """Every tested arm beside every control; alone on its own side where there is none of the other."""
    roles = {arm.key: arm.role for arm in study.arms}
    tested: list[Group | None] = []
    controls: list[Group | None] = []
    for group in outcome.groups:
        if group.arm in roles:
            (tested if roles[group.arm] is ArmRole.EXPERIMENTAL else controls).append(group)
    for first in tested or [None] * bool(controls):
        for second in controls or [None]:
            yield first, second


def _about(study: Study) -> Cells:
    judged = {one: name for name, one in JUDGEMENTS.items()}
    domains = {one: name for name, one in DOMAINS.items()}
    return {
        "study": study.label if slug(study.label) == study.id else study.id,
        **{domains[one.domain]: judged[one.judgement] for one in study.bias if one.domain in domains},
        "year": "" if study.year is None else str(study.year),
        "diagnosis": ", ".join(one.value for one in study.conditions),
        "target_group": study.population,
        "design": study.design.value,
        "blinding": "double-blind" if study.blinded else "open-label",
        "doi": study.doi,
        "registration_number": "; ".join(study.registrations),
        "registry": "; ".join(_registry(one) for one in study.registrations),
        "full_ref": study.title,
        "cohort_id": study.cohort_id,
        "retracted_on": "" if study.retracted_on is None else study.retracted_on.isoformat(),
        "carryover": "" if study.carryover is None else study.carryover.value,
        "randomised": "yes" if study.randomised else "no",
    }


def _registry(number: str) -> str:
    return next((name for begin, name in REGISTRIES.items() if number.startswith(begin)), "EudraCT")


def _what(outcome: Outcome) -> Cells:
    return {
        "outcome_type": _type(outcome),
        "instrument": outcome.instrument,
        "cov_time_point": outcome.label,
        "primary_instrument": "1" if outcome.primary else "0",
        "primary_timepoint": "1" if outcome.primary else "0",
        "post_crossover": "0" if outcome.first_period else "",
        "dose_days": "" if outcome.hour is None else _days(outcome.hour),
        "pairing_r": _text(outcome.pairing_r),
    }


def _type(outcome: Outcome) -> str:
    """What the table calls it; empty where it has no word for it."""
    if outcome.kind is OutcomeKind.CONTINUOUS:
        if not outcome.lower_is_better:
            return ""  # a reader of the table would take it with the other end up
        return "change" if outcome.form is Form.CHANGE else "msd"
    words = f"{outcome.definition} {outcome.label}".lower()
    if outcome.lower_is_better or not RESPONSE.search(words):
        return ""
    return "remission" if REMISSION.search(words) else "response"


def _days(hour: Figure) -> str:
    return format(round(hour.value / 24, 9).normalize(), "f")


def _arm(arm: Arm, side: str) -> Cells:
    return {
        f"condition_{side}": arm.drug,
        f"multi_{side}": arm.key,
        f"drug_{side}": arm.drug,
        f"dose_{side}": "" if arm.dose is None else f"{plain(arm.dose.value)} {arm.dose_unit}",
        f"name_{side}": arm.label,
    }


def _numbers(outcome: Outcome, group: Group, side: str) -> Cells:
    if outcome.kind is OutcomeKind.EVENTS:
        return {f"event_{side}": _text(group.events), f"totaln_{side}": _text(group.n)}
    middle = "_change" if outcome.form is Form.CHANGE else ""
    return {
        f"n{middle}_{side}": _text(group.n),
        f"mean{middle}_{side}": _text(group.mean),
        f"sd{middle}_{side}": _text(group.sd),
        f"baseline_m_{side}": _text(group.baseline_mean),
        f"baseline_sd_{side}": _text(group.baseline_sd),
    }


def _seen(outcome: Outcome) -> Seen:
    """The least sure of an outcome's numbers speaks for its rows."""
    order = list(Seen)
    figures = [
        one
        for group in outcome.groups
        for one in (group.n, group.mean, group.sd, group.events)
        if one is not None
    ]
    return max((one.seen for one in figures), key=order.index, default=Seen.SECOND_HAND)


def _text(figure: Figure | None) -> str:
    return "" if figure is None else plain(figure.value)
