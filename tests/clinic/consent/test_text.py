"""The words that are agreed to are fixed: the same version gives the same text and hash, another gives another."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ataraxy.clinic.consent.text import GRANTS, consent_text
from ataraxy.clinic.plan.shelf import shelf


def test_every_point_heading_and_grant_is_in_the_hashed_text() -> None:
    for one in shelf():
        text = consent_text(one.protocol)
        assert hashlib.sha256(text.plain.encode()).hexdigest() == text.sha256
        for line in one.protocol.consent:
            assert line.text in text.plain
            assert line.heading in text.plain
        assert all(words in text.plain for words in GRANTS.values())
        assert one.protocol.approval_note in text.plain


def test_one_changed_word_changes_the_hash() -> None:
    protocol = shelf()[0].protocol
    first = replace(protocol.consent[0], text=protocol.consent[0].text + "!")
    changed = replace(protocol, consent=(first, *protocol.consent[1:]))
    assert consent_text(changed).sha256 != consent_text(protocol).sha256
    assert consent_text(replace(protocol, version="x")).sha256 != consent_text(protocol).sha256


def test_points_keep_their_order_and_are_counted_once() -> None:
    protocol = shelf()[0].protocol
    points = consent_text(protocol).points
    assert sorted(points) == sorted(line.id for line in protocol.consent)
