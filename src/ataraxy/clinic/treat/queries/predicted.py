"""The predicted band behind the flow sheet: for a person who asked, never for anything that decides."""

from __future__ import annotations

from datetime import timedelta

from ataraxy.clinic.figures.types import Predicted, PredictedBand
from ataraxy.clinic.plan.pictures import SITES
from ataraxy.clinic.treat.queries.prediction import estimated, given_of
from ataraxy.clinic.treat.queries.room import Seat

PRESSURES = ("systolic", "diastolic")
SURE = (
    "90 % of copies of this person lie inside; exploratory, the slope is a wide prior; from about an hour on known to be "
    "too high"
)


def predicted_pressure(at: Seat) -> Predicted | None:
    """What the first model of the route expects of both pressures; None where nothing can be expected."""
    dose = at.state.dose
    asked = given_of(at)
    if dose is None or not asked:
        return None
    found = estimated(asked[0]).forecast
    bands = [found.bands[name] for name in PRESSURES if name in found.bands]
    if not bands or not all(band.lower for band in bands):
        return None
    return Predicted(
        at=tuple(dose.started_at + timedelta(minutes=minute) for minute in found.at_min),
        bands=tuple(PredictedBand(band.lower, band.upper) for band in bands),
        words=f"{found.model.name}, {SITES[found.model.sampling_site]}; {SURE}",
    )
