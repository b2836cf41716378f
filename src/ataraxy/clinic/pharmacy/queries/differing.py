"""Discrepancies as the pages and papers show them."""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.clinic.pharmacy.models import Discrepancy, DiscrepancyStep
from ataraxy.core.pharmacy.discrepancy import Resolution, Step, What

WHAT = {
    What.DOSE: "A dose that no vial accounts for",
    What.MISSING: "Less than the books say",
    What.SURPLUS: "More than the books say",
}
RESOLUTIONS = {
    Resolution.CHARGED: "Charged to the vial it came from",
    Resolution.OUTSIDE: "From stock that was never in this ledger; reported",
    Resolution.CHART_WRONG: "The dose was charted wrongly, and is corrected",
    Resolution.COUNTED_WRONG: "Counted again: it is there",
    Resolution.OVERFILL: "More in the vial than its label says",
    Resolution.LOSS: "Theft or loss, to be reported",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One discrepancy. ``state`` is overdue (open), due (explained) or done (closed)."""

    row: Discrepancy
    what: str
    amount: str
    about: str
    state: str
    words: str
    steps: tuple[DiscrepancyStep, ...]
    ending: str
    is_open: bool
    is_explained: bool
    is_dose: bool
    is_loss: bool


def shown(row: Discrepancy) -> Shown:
    steps = tuple(sorted(row.steps.all(), key=lambda s: s.number))
    last = steps[-1]
    states = {Step.OPENED: ("overdue", "open"), Step.EXPLAINED: ("due", "explained, not closed")}
    state, words = states.get(Step(last.step), ("done", "closed"))
    amount = (
        f"{row.mg.normalize():f} mg"
        if row.mg is not None
        else f"{row.ml} mL"
        if row.ml
        else "an unknown amount"
    )
    given = row.administration
    about = f"patient {given.patient.record_number}" if given else str(row.vial or "")
    return Shown(
        row,
        WHAT[What(row.what)],
        f"{amount} of {row.substance}",
        about,
        state,
        words,
        steps,
        RESOLUTIONS[Resolution(last.resolution)] if last.resolution else "",
        state != "done",
        last.step == Step.EXPLAINED,
        row.what == What.DOSE,
        last.resolution == Resolution.LOSS,
    )
