"""The answer a device expects, in its own mode and with its own separators."""

from datetime import UTC, datetime

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.interop.hl7v2.ack import AckCode, acknowledge
from ataraxy.interop.hl7v2.split import field, split

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def sent(accept: str = "", application: str = "", marks: str = "^~\\&", receiver: str = "ATX|CLINIC") -> str:
    return f"MSH|{marks}|MON|WARD|{receiver}|20260101||ORU^R01^ORU_R01|77|P|2.6|||{accept}|{application}"


def answers(accept: str, application: str, code: AckCode) -> list[str]:
    made = acknowledge(split(sent(accept, application)), code, "", "1", NOW)
    return [field(split(ack).segments[1], 1) for ack in made]


@pytest.mark.parametrize(
    ("accept", "application", "code", "expected"),
    [
        ("", "", "AA", ["AA"]),
        ("", "", "CE", ["AE"]),
        ("AL", "NE", "AA", ["CA"]),
        ("AL", "NE", "AR", ["CR"]),
        ("NE", "AL", "CA", ["AA"]),
        ("AL", "AL", "AA", ["CA", "AA"]),
        ("NE", "NE", "AA", []),
        ("ER", "NE", "AA", []),
        ("ER", "NE", "AE", ["CE"]),
        ("SU", "NE", "AA", ["CA"]),
        ("SU", "NE", "AE", []),
        ("AL", "", "AA", ["CA"]),
        ("", "AL", "AA", ["AA"]),
        ("NE", "ER", "CR", ["AR"]),
        ("ZZ", "NE", "AA", ["CA"]),  # a condition nobody knows: a device left without an answer stops
    ],
)
def test_the_devices_mode_decides_which_acknowledgements_it_gets(
    accept: str, application: str, code: AckCode, expected: list[str]
) -> None:
    assert answers(accept, application, code) == expected


def test_sender_and_receiver_are_swapped_and_the_control_id_returned() -> None:
    (ack,) = acknowledge(split(sent("AL", "NE")), "AA", "", "A-1", NOW)
    assert ack == (
        "MSH|^~\\&|ATX|CLINIC|MON|WARD|20261123123000+0000||ACK^R01^ACK|A-1|P|2.6|||NE|NE\rMSA|CA|77|\r"
    )


def test_a_sender_that_names_no_receiver_still_hears_who_answers() -> None:
    (ack,) = acknowledge(split(sent(receiver="|")), "AA", "", "1", NOW)
    assert field(split(ack).header, 3) == field(split(ack).header, 4) == "ATARAXY"


def test_the_answer_uses_the_senders_separators() -> None:
    odd = "MSH#*~!@#MON*X#WARD#####ORU*R01#7#P#2.6"
    (ack,) = acknowledge(split(odd), "AE", "a#b*c", "1", NOW)
    back = split(ack)
    assert ack.startswith("MSH#*~!@#ATARAXY#ATARAXY#MON*X#WARD#")
    assert back.text(field(back.segments[1], 3)) == "a#b*c"
    assert back.kind == "ACK^R01"


def test_an_error_says_why_in_a_field_of_its_own() -> None:
    (ack,) = acknowledge(split(sent()), "AR", "Not read here.", "1", NOW)
    error = split(ack).segments[2]
    assert (error[0], field(error, 3).split("^")[0], field(error, 4)) == ("ERR", "200", "E")
    assert field(error, 8) == "Not read here."


def test_even_an_unreadable_message_gets_an_answer() -> None:
    (ack,) = acknowledge(None, "AR", "No MSH.", "1", NOW)
    assert split(ack).kind == "ACK^ACK"
    assert field(split(ack).segments[1], 1) == "AR"


def test_two_acknowledgements_have_two_control_ids() -> None:
    made = acknowledge(split(sent("AL", "AL")), "AA", "", "9", NOW)
    assert [split(ack).control_id for ack in made] == ["9", "9.2"]


@given(text=st.text(max_size=40), control=st.text(st.characters(exclude_categories=["C"]), min_size=1))
def test_any_text_reads_back_here_and_stays_one_message_for_the_hl7_package(text: str, control: str) -> None:
    (ack,) = acknowledge(split(sent()), "AE", text, control, NOW)
    back = split(ack)
    assert back.text(field(back.segments[1], 3)) == text
    assert back.control_id == control
    theirs = hl7.parse(ack)
    assert (str(theirs.segment("MSA")[1]), str(theirs.segment("MSA")[2])) == ("AE", "77")


def test_a_time_without_a_zone_is_not_sent() -> None:
    with pytest.raises(ValueError, match="zone"):
        acknowledge(split(sent()), "AA", "", "1", NOW.replace(tzinfo=None))
