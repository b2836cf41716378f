"""Discrepancies: how they are opened, by a dose without a vial or by a count."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from ataraxy.clinic.pharmacy.book import Book
from ataraxy.clinic.pharmacy.models import Administration, CountLine, Discrepancy, DiscrepancyStep, Vial
from ataraxy.core.pharmacy.discrepancy import Step, What
from ataraxy.core.pharmacy.events import DiscrepancyOpened

UNCOVERED = "Drug entered a patient, and no vial accounts for it."


UNKNOWN = "Drug entered a patient, and its strength is not known: chart it in mg, or say which vial it was."


def open_dose_discrepancy(book: Book, given: Administration, mg: Decimal) -> Discrepancy:
    """The open discrepancy of this dose that covers ``mg``; a new one if there is none."""
    for one in Discrepancy.objects.filter(
        administration__dose_id=given.dose_id, substance=given.substance, mg__gte=mg
    ):
        if not one.steps.filter(step=Step.CLOSED).exists():
            return one
    return _open(book, What.DOSE, given.substance, UNCOVERED, mg=mg, given=given)


def open_unknown_discrepancy(book: Book, given: Administration, ml: Decimal | None) -> Discrepancy:
    """Drug entered a patient, and nobody can say how many mg."""
    return _open(book, What.DOSE, given.substance, UNKNOWN, ml=ml, given=given)


def open_count_discrepancy(book: Book, line: CountLine, what: What, ml: Decimal) -> Discrepancy:
    """A count found another volume than the books say."""
    found = "less" if what is What.MISSING else "more"
    words = f"Counted {line.found_ml} mL, the books say {line.expected_ml} mL: {ml} mL {found}."
    vial = Vial.objects.select_related("product").get(id=line.vial_id)
    return _open(book, what, vial.product.substance, words, ml=ml, vial=vial, line=line)


def _open(
    book: Book,
    what: What,
    substance: str,
    words: str,
    *,
    ml: Decimal | None = None,
    mg: Decimal | None = None,
    vial: Vial | None = None,
    line: CountLine | None = None,
    given: Administration | None = None,
) -> Discrepancy:
    ctx, new = book.ctx, book.ctx.new_id()
    dose: UUID | None = given.dose_id if given else None
    (told,) = book.write(
        DiscrepancyOpened(new, what, substance, words, vial.id if vial else None, ml, mg, dose)
    )
    row = Discrepancy.objects.create(
        id=new,
        clinic=ctx.clinic,
        number=Discrepancy.objects.filter(clinic=ctx.clinic).count() + 1,
        what=what,
        substance=substance,
        at=told.envelope.at,
        ml=ml,
        mg=mg,
        vial=vial,
        line=line,
        administration=given,
        event_id=told.envelope.id,
    )
    DiscrepancyStep.objects.create(
        clinic=ctx.clinic,
        discrepancy=row,
        number=1,
        step=Step.OPENED,
        by=ctx.signer(),
        at=told.envelope.at,
        words=words,
        event_id=told.envelope.id,
    )
    return row
