"""Frames out of a byte stream."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.interop.hl7v2.split import MessageRefused
from ataraxy.live.mllp import KEPT_BYTES, LIMIT_BYTES, FrameFault, Framer, FrameRefused, frame

A, B = b"MSH|^~\\&|A\rOBX|1", b"MSH|^~\\&|B"
clean = st.binary(max_size=40).map(lambda data: data.translate(None, b"\x0b\x1c"))
streams = st.lists(
    st.one_of(
        clean.map(frame),
        clean,
        st.sampled_from([b"\x0b", b"\x1c", b"\x1c\r", b"\r\n", b"\x0b\x0b", b"\x1c\x1c"]),
        st.binary(max_size=12),
    ),
    max_size=8,
).map(b"".join)


def fed(pieces: list[bytes], limit: int = LIMIT_BYTES) -> list[bytes | FrameRefused]:
    framer = Framer(limit)
    return [found for piece in pieces for found in framer.feed(piece)] + framer.close()


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[start:stop] for start, stop in pairwise(edges)]


@given(stream=streams, places=st.lists(st.integers(min_value=0), max_size=12), limit=st.integers(1, 60))
def test_any_cut_of_a_stream_gives_the_same_frames(stream: bytes, places: list[int], limit: int) -> None:
    whole = fed([stream], limit)
    assert fed(cut(stream, places), limit) == whole
    assert fed([bytes([byte]) for byte in stream], limit) == whole


@given(messages=st.lists(clean, max_size=6))
def test_what_is_framed_comes_out_again(messages: list[bytes]) -> None:
    assert fed([b"".join(frame(message) for message in messages)]) == messages


@given(before=clean, message=clean)
def test_a_good_frame_survives_whatever_came_before_it(before: bytes, message: bytes) -> None:
    for noise in (before, b"\x0b" + before, before + b"\x1c"):
        assert fed([noise + frame(message)])[-1] == message


@given(stream=streams)
def test_every_byte_is_in_a_frame_or_counted_as_refused(stream: bytes) -> None:
    counted = sum(len(found) if isinstance(found, bytes) else found.size for found in fed([stream]))
    assert counted <= len(stream) <= counted + sum(stream.count(mark) for mark in b"\x0b\x1c\r\n")


def test_two_frames_in_one_read_are_two_messages() -> None:
    assert Framer().feed(frame(A) + frame(B)) == [A, B]


def test_half_a_frame_waits_for_the_rest() -> None:
    framer = Framer()
    assert framer.feed(frame(A)[:7]) == []
    assert framer.feed(frame(A)[7:]) == [A]


def test_a_missing_end_block_costs_one_frame_and_not_the_next() -> None:
    assert Framer().feed(b"\x0b" + A + frame(B)) == [FrameRefused(FrameFault.NO_END_BLOCK, A, len(A)), B]


def test_a_frame_whose_end_never_comes_is_given_up_once_and_the_next_is_heard() -> None:
    framer = Framer()
    assert not framer.waits and framer.give_up() == []
    framer.feed(b"\x0b" + A)
    assert framer.waits
    assert framer.give_up() == [FrameRefused(FrameFault.NO_END_BLOCK, A, len(A))]
    assert not framer.waits and framer.feed(frame(B)) == [B]


def test_a_device_that_leaves_out_the_last_carriage_return_is_answered_at_once() -> None:
    assert Framer().feed(b"\x0b" + A + b"\x1c") == [A]


def test_garbage_between_frames_is_set_aside() -> None:
    found = Framer().feed(frame(A) + b"GET / HTTP/1.1\r\n" + frame(B))
    assert found == [A, FrameRefused(FrameFault.GARBAGE, b"GET / HTTP/1.1", 14), B]


def test_line_ends_between_frames_are_nothing() -> None:
    assert fed([frame(A) + b"\r\n\r\n" + frame(B) + b"\n"]) == [A, B]


def test_a_frame_cut_off_by_the_end_of_the_connection_is_told() -> None:
    assert fed([b"\x0b" + A]) == [FrameRefused(FrameFault.CUT_OFF, A, len(A))]


def test_a_frame_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    largest = b"x" * LIMIT_BYTES
    assert fed([frame(largest)]) == [largest]
    refused, after = fed([frame(largest + b"x") + frame(A)])
    assert isinstance(refused, FrameRefused)
    assert (refused.fault, refused.size) == (FrameFault.TOO_LARGE, LIMIT_BYTES + 1)
    assert refused.kept == b"x" * KEPT_BYTES
    assert after == A


def test_an_endless_frame_is_refused_once_and_holds_no_memory() -> None:
    framer = Framer(limit_bytes=1000)
    found = framer.feed(b"\x0b")
    for _ in range(100):
        found += framer.feed(b"y" * 999)
    assert [refused.fault for refused in found if isinstance(refused, FrameRefused)] == [FrameFault.TOO_LARGE]
    assert len(framer._held) == 0


@pytest.mark.parametrize("fault", FrameFault)
def test_every_fault_says_cause_and_cure(fault: FrameFault) -> None:
    refused = FrameRefused(fault, b"", 0)
    assert refused.cause.endswith(".") and refused.cure.endswith(".")


@pytest.mark.parametrize("mark", [b"\x0b", b"\x1c"])
def test_a_message_with_a_block_character_cannot_be_framed(mark: bytes) -> None:
    with pytest.raises(MessageRefused, match="block character"):
        frame(A + mark)
