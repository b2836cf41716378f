"""An unforeseen fault is logged with its place in the code, and nothing of the request: no patient data in logs."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from django.core.signals import got_request_exception
from django.http import HttpRequest

log = logging.getLogger("ataraxy.web")


def log_fault(sender: object, request: HttpRequest | None = None, **_: object) -> None:
    """Which view, which exception, and the last places it went through; wherever in the request it was raised."""
    exception = sys.exc_info()[1]
    places = traceback.extract_tb(exception.__traceback__ if exception else None)[-4:]
    where = " < ".join(f"{Path(p.filename).name}:{p.lineno} {p.name}" for p in reversed(places))
    match = getattr(request, "resolver_match", None)
    log.error(
        "fault in %s: %s at %s", match.view_name if match else "no view", type(exception).__name__, where
    )


def watch_for_faults() -> None:
    got_request_exception.connect(log_fault, dispatch_uid="ataraxy.fault")
