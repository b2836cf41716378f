"""What a monitor is told when it asks, announces or sends curves."""

from __future__ import annotations

from datetime import UTC, datetime

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.interop.hl7v2.reply import answer, outcome_of
from ataraxy.interop.hl7v2.split import Message, MessageRefused, split

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def asked(kind: str, *segments: str, ack: str = "") -> Message:
    return split("\r".join([f"MSH|^~\\&|MON|WARD|||20261123||{kind}|q1|P|2.6|||{ack}", *segments]))


@pytest.mark.parametrize(
    ("kind", "segment", "told", "tag"),
    [
        ("QRY^R02", "QRD|20261123|R|I|Q101||||12345|RES", "ORF^R04", "Q101"),
        ("QRY^A19", "QRD|20261123|D|D|1|||1^RD|12345|^DEM", "ADR^A19", "1"),
        ("QBP^Q22^QBP_Q21", "QPD|IHE PDQ|T7|@PID.3.1^12345", "RSP^K22", "T7"),
        ("QBP^Q23", "QPD|X|T8|1", "RSP^K23", "T8"),
        ("QRY^XYZ", "QRD|1|R|I|9", "ORF^R04", "9"),
    ],
)
def test_a_question_is_answered_that_nobody_was_found(kind: str, segment: str, told: str, tag: str) -> None:
    message = asked(kind, segment, "PID|||12345||Doe^Jane")
    assert outcome_of(message) is None
    (text,) = answer(message, "ours", NOW)
    theirs = hl7.parse(text)
    assert str(theirs.segment("MSH")[9]) == told
    assert [str(theirs.segment("MSA")[i]) for i in (1, 2)] == ["AA", "q1"]
    assert [str(theirs.segment("QAK")[i]) for i in (1, 2)] == [tag, "NF"]
    assert segment in text and "Doe" not in text and "\rPID" not in text


def test_a_receipt_goes_before_the_answer_where_it_is_wanted() -> None:
    texts = answer(asked("QRY^R02", "QRD|1|R|I|Q1", ack="AL"), "ours", NOW)
    assert ["MSA|CA|q1" in texts[0], "MSA|AA|q1" in texts[1]] == [True, True]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("ADT^A01", "AA"),
        ("ADT^A08", "AA"),
        ("ORU^W01", "AA"),
        ("ORU^R40", "AR"),
        ("ORM^O01", "AR"),
        ("", "AR"),
    ],
)
def test_everything_else_has_an_outcome(kind: str, code: str) -> None:
    outcome = outcome_of(asked(kind))
    assert outcome is not None and outcome.code == code and outcome.words


@given(data=st.binary(max_size=200))
def test_any_message_that_can_be_split_is_answered_or_acknowledged(data: bytes) -> None:
    try:
        message = split(b"MSH|^~\\&|" + data)
    except MessageRefused:
        return
    outcome = outcome_of(message)
    texts = answer(message, "ours", NOW) if outcome is None else (outcome.words,)
    assert all(texts) or message.kind == "ORU^R01"
