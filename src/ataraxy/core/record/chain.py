"""The hash chain of one stream: each link covers its own text and the link before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ataraxy.core.record.codec import canonical, instant, render
from ataraxy.core.record.envelope import Envelope

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One stored event as the verifier sees it: position, canonical text, and the two hashes."""

    seq: int
    text: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first link that does not hold, and why."""

    seq: int
    reason: str


def event_text(
    stream: UUID, clinic: UUID, type_name: str, version: int, envelope: Envelope, payload: object
) -> str:
    """The canonical text of an event: the very bytes that are hashed and stored.

    ``payload`` is a payload dataclass or its rendered form.
    """
    body: dict[str, Any] = {
        "actor": render(envelope.actor),
        "at": instant(envelope.at),
        "clinic": str(clinic),
        "corrects": render(envelope.corrects),
        "id": str(envelope.id),
        "origin": envelope.origin.value,
        "payload": render(payload),
        "recorded_at": instant(envelope.recorded_at),
        "seq": envelope.seq,
        "stream": str(stream),
        "type": type_name,
        "version": version,
    }
    return canonical(body)


def link_hash(previous: str, text: str) -> str:
    """SHA-256 over the previous link's hash and this event's text, in hex."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def first_break(links: Iterable[Link], head_seq: int, head_hash: str) -> Break | None:
    """Walk a stream in order of ``seq`` and name the first broken link, or None.

    Finds an edited text, a removed or swapped row, and a tail cut short of the head.
    """
    previous, expected = GENESIS, 1
    for link in links:
        if link.seq != expected:
            return Break(expected, f"event {expected} is missing: the next one found is {link.seq}")
        if link.previous != previous:
            return Break(link.seq, "it does not follow the event before it")
        if link_hash(previous, link.text) != link.hash:
            return Break(link.seq, "its text was changed after it was written")
        previous, expected = link.hash, expected + 1
    if expected - 1 != head_seq:
        return Break(expected, f"the record ends at event {expected - 1}, the head says {head_seq}")
    if previous != head_hash:
        return Break(head_seq, "the head's hash is not the last event's")
    return None
