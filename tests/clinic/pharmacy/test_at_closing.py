"""What the evening asks of the stock: which syringe is whose, and none is thrown away while its dose runs."""

from __future__ import annotations

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
