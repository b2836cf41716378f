"""The name under which each act of a clinic is written, and the way back from its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from ataraxy.core.clinic.events import ClinicPayload
from ataraxy.core.record.envelope import Recorded
from ataraxy.core.record.read import read_event

TYPES: Mapping[str, type] = {kind.__name__: kind for kind in get_args(ClinicPayload)}


def parse_clinic_event(text: str) -> Recorded[Any]:
    """A clinic's act from its canonical text.

    Raises:
        RecordUnreadable: says what is wrong with the text and what to do.
    """
    return read_event(text, TYPES, {})
