"""What the evening asks of the stock: which syringe is whose, and none is thrown away while its dose runs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse


def test_a_syringe_whose_dose_runs_leads_to_its_session_and_not_to_the_waste(
    drawn: Any, session: Any, nurse: Any, context: Any
) -> None:
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.plan.models import Session

    syringe = drawn("0.80")
    waste = reverse("pharmacy:waste-syringe", args=[syringe.id])

    def told() -> Any:
        return next(one for one in still_open(context(nurse)) if one.name == "Syringe")

    assert told().url == waste and told().what.endswith("is not empty")
    Session.objects.filter(id=session.id).update(phase="dosing")
    assert told().url == reverse("treat:session", args=[session.id])
    assert told().what.endswith("is in use: its dose runs")
    assert told().blocks


def test_the_evenings_count_names_whose_each_syringe_is_and_is_marked_as_the_evenings(
    drawn: Any, session: Any, location: Any, nurse: Any, context: Any, log_in: Any
) -> None:
    from ataraxy.clinic.day.queries.drugs import CLOSING, counts

    first, again = drawn("0.80"), drawn("0.30")
    assert first.id != again.id
    page = log_in(nurse).get(counts(context(nurse), CLOSING)[0].url).content.decode()
    whose = f"drawn up in the syringe of {session.patient.record_number}, {session.room.name}"
    assert page.count(whose) == 2
    ticked = page[: page.index("checked")].rindex('value="')
    assert page[ticked:].startswith('value="closing"')


def test_a_tenth_of_a_millilitre_less_is_told_at_once_and_counted_again_from_there(
    drawn: Any, location: Any, nurse: Any, colleague: Any, context: Any, log_in: Any
) -> None:
    from ataraxy.clinic.day.queries.closing import still_open
    from ataraxy.clinic.pharmacy.actions.count import count, to_count
    from ataraxy.core.pharmacy.places import PlaceKind

    drawn("0.80")
    found = {(row.vial_id, PlaceKind(row.place), row.holder): row.ml for row in to_count(location)}
    short = next(where for where in found if where[1] is PlaceKind.VIAL)
    count(context(nurse), location, "closing", found | {short: found[short] - Decimal("0.10")}, colleague)
    assert "1 difference in the books is open" in [one.what for one in still_open(context(nurse))]
    page = log_in(nurse).get("/pharmacy/discrepancies/").content.decode()
    assert "Counted 9.10 mL, the books say 9.20 mL: 0.10 mL less." in page
    again = f"{reverse('pharmacy:count', args=[location.id])}?why=on%20demand"
    assert f'href="{again}"' in page
    form = log_in(nurse).get(again).content.decode()
    ticked = form[: form.index("checked")].rindex('value="')
    assert form[ticked:].startswith('value="on demand"')
    assert "9.20" not in form and "9.10" not in form  # a count that sees what is expected confirms it
