"""The hash chain: any change to a stream is found, at the place where it begins."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.record.chain import GENESIS, Link, event_text, first_break, link_hash
from ataraxy.core.record.envelope import Envelope, Origin

TEXTS = st.lists(st.text(), min_size=1, max_size=8)


def chain(texts):
    links, previous = [], GENESIS
    for seq, text in enumerate(texts, 1):
        links.append(Link(seq, text, previous, link_hash(previous, text)))
        previous = links[-1].hash
    return links


def broken(links, of):
    return first_break(links, len(of), of[-1].hash)


@given(TEXTS)
def test_an_untouched_stream_holds(texts):
    links = chain(texts)
    assert broken(links, links) is None


def test_an_empty_stream_holds():
    assert first_break([], 0, GENESIS) is None


@given(TEXTS, st.data())
def test_an_edited_text_is_found_where_it_is(texts, data):
    links = chain(texts)
    at = data.draw(st.integers(0, len(links) - 1))
    edited = [replace(ln, text=ln.text + "!") if i == at else ln for i, ln in enumerate(links)]
    assert broken(edited, links).seq == at + 1


@given(TEXTS, st.data())
def test_an_edit_with_its_hash_made_to_fit_is_found_by_the_next_link_or_the_head(texts, data):
    links = chain(texts)
    at = data.draw(st.integers(0, len(links) - 1))
    forged = replace(links[at], text="forged!", hash=link_hash(links[at].previous, "forged!"))
    if forged.hash == links[at].hash:
        return
    found = broken([*links[:at], forged, *links[at + 1 :]], links)
    assert found.seq == min(at + 2, len(links))


@given(TEXTS, st.data())
def test_a_removed_row_is_found(texts, data):
    links = chain(texts)
    at = data.draw(st.integers(0, len(links) - 1))
    assert broken([*links[:at], *links[at + 1 :]], links).seq == at + 1


@given(st.lists(st.text(), min_size=2, max_size=8, unique=True), st.data())
def test_swapped_texts_are_found(texts, data):
    links = chain(texts)
    i = data.draw(st.integers(0, len(links) - 2))
    a, b = links[i], links[i + 1]
    swapped = [*links[:i], replace(a, text=b.text), replace(b, text=a.text), *links[i + 2 :]]
    assert broken(swapped, links).seq == i + 1


@given(TEXTS, st.text())
def test_a_row_added_behind_the_head_is_found(texts, more):
    links = chain(texts)
    longer = chain([*texts, more])
    assert broken(longer, links).seq == len(longer) + 1


def test_the_hash_is_sha256_of_the_link_before_and_the_text():
    assert link_hash(GENESIS, "é") == hashlib.sha256((GENESIS + "\né").encode()).hexdigest()


def test_the_text_of_an_event_is_pinned():
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    envelope = Envelope(UUID(int=1), 1, at, at, None, Origin.DEVICE)
    assert event_text(UUID(int=2), UUID(int=3), "Seen", 1, envelope, {"b": 1, "a": "é"}) == (
        '{"actor":null,"at":"2026-11-23T09:00:00.000000+00:00",'
        '"clinic":"00000000-0000-0000-0000-000000000003","corrects":null,'
        '"id":"00000000-0000-0000-0000-000000000001","origin":"device","payload":{"a":"é","b":1},'
        '"recorded_at":"2026-11-23T09:00:00.000000+00:00","seq":1,'
        '"stream":"00000000-0000-0000-0000-000000000002","type":"Seen","version":1}'
    )
