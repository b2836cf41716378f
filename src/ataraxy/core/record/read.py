"""From the canonical text of an event back to the event: one reader for every stream of the record."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ataraxy.core.errors import RecordUnreadable
from ataraxy.core.record.codec import PayloadRefused, parse
from ataraxy.core.record.envelope import Envelope, Recorded

Lift = Callable[[dict[str, Any]], dict[str, Any]]
Lifts = Mapping[tuple[str, int], Lift]  # (type, from version) -> the payload one version later

ENVELOPE_FIELDS = ("actor", "at", "corrects", "id", "origin", "recorded_at", "seq")


def read_event(text: str, types: Mapping[str, type], lifts: Lifts) -> Recorded[Any]:
    """One event from its text, its payload lifted to the shape this release knows.

    Raises:
        RecordUnreadable: the text is not an event, its type is unknown, or a later release wrote it.
    """
    try:
        body = json.loads(text)
        name, version, payload = body["type"], body["version"], body["payload"]
        envelope = parse(Envelope, {field: body[field] for field in ENVELOPE_FIELDS})
    except (ValueError, KeyError, TypeError) as error:
        raise RecordUnreadable(
            f"This text is not an event of the record ({error}).",
            "Run `ataraxy verify` and restore a backup.",
        ) from None
    kind = types.get(name)
    if kind is None:
        raise RecordUnreadable(
            f"No event of type {name!r} is known here.", "Upgrade to the release that wrote it."
        )
    lifted = lift(name, version, payload, kind.VERSION, lifts)  # type: ignore[attr-defined]
    try:
        return Recorded(envelope, parse(kind, lifted))
    except PayloadRefused as error:
        raise RecordUnreadable(
            f"Event {envelope.id} does not fit its type: {error}.",
            "Report it; the record itself is unharmed.",
        ) from None


def lift(name: str, version: int, payload: dict[str, Any], current: int, lifts: Lifts) -> dict[str, Any]:
    """An old payload, step by step, in the shape of version ``current``.

    Raises:
        RecordUnreadable: the version is newer than ``current``, or a step is missing.
    """
    if type(version) is not int or not 1 <= version <= current:
        raise RecordUnreadable(
            f"{name} has version {version}, this release knows up to {current}.",
            "Upgrade to the release that wrote it; never run an older one on this record.",
        )
    for step in range(version, current):
        raise_one = lifts.get((name, step))
        if raise_one is None:
            raise RecordUnreadable(
                f"{name} version {step} cannot be read any more.", "Report it: a release dropped a step."
            )
        payload = raise_one(payload)
    return payload
