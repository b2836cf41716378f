"""Cutting messages, escapes, separators, character sets."""

import contextlib
import string

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.interop.hl7v2.split import (
    STANDARD,
    Message,
    MessageRefused,
    Separators,
    escape,
    field,
    read_header,
    split,
    unescape,
)

MSH = "MSH|^~\\&|APP^EUI|WARD|||20260101120000+0800||ORU^R01^ORU_R01|77|P|2.6"
texts = st.text(max_size=30)
marks = st.permutations(list("|^~\\&#$@!*")).map(lambda signs: Separators(*signs[:5]))
plain = st.text(alphabet=string.ascii_letters + string.digits + ".-", max_size=8)


@given(text=texts, separators=marks)
def test_escaping_then_unescaping_gives_the_text_back(text: str, separators: Separators) -> None:
    escaped = escape(text, separators)
    assert unescape(escaped, separators) == text
    assert not set("\r\n" + separators.field + separators.component) & set(escaped)


@given(raw=texts)
def test_unescaping_never_fails_on_foreign_text(raw: str) -> None:
    assert isinstance(unescape(raw, STANDARD), str)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (r"A\T\B", "A&B"),
        (r"\F\\S\\R\\E\\T\ ".strip(), "|^~\\&"),
        (r"\X0D\ ".strip(), "\r"),
        (r"\XC3A9\ ".strip(), "é"),
        (r"\H\bold\N\ ".strip(), r"\H\bold\N\ ".strip()),
        (r"\Q\F\ ".strip(), "\\Q|"),
        (r"C:\temp", r"C:\temp"),
        (r"\Xzz\ ".strip(), r"\Xzz\ ".strip()),
        ("\\", "\\"),
    ],
)
def test_known_escapes_are_undone_and_others_kept(raw: str, text: str) -> None:
    assert unescape(raw, STANDARD) == text


def test_without_an_escape_character_separators_become_spaces() -> None:
    assert escape("a|b^c", Separators(escape="")) == "a b c"


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_segments_may_end_in_cr_lf_or_both(ending: str) -> None:
    message = split(ending.join([MSH, "PID|||7", "OBX|1", ""]))
    assert [segment[0] for segment in message.segments] == ["MSH", "PID", "OBX"]
    assert field(message.segments[1], 3) == "7"


def test_header_fields_are_numbered_as_in_the_standard() -> None:
    header = split(MSH).header
    assert (field(header, 1), field(header, 2), field(header, 12)) == ("|", "^~\\&", "2.6")
    assert field(header, 99) == ""


def test_the_escape_character_some_devices_lose_is_then_not_in_use() -> None:
    message = split("MSH|^~&|A\\B|||||ORU^R01")
    assert (message.separators.escape, message.separators.subcomponent) == ("", "&")
    assert message.text("A\\T\\B") == "A\\T\\B"


@pytest.mark.parametrize(
    ("msh2", "expected"),
    [
        ("^~\\&#", STANDARD),
        ("^~", Separators(escape="", subcomponent="")),
        ("^", Separators(repetition="", escape="", subcomponent="")),
        ("^~\\", Separators(subcomponent="")),
    ],
)
def test_short_and_long_msh_2(msh2: str, expected: Separators) -> None:
    assert split(f"MSH|{msh2}|X").separators == expected


@pytest.mark.parametrize(
    "bad",
    [b"", b"\r\n", b"GET / HTTP/1.1", b"MSH", b"MSH|", b"MSH||x", b"MSH|^^\\&|", b"MSHa^~\\&a", b"MSH|abcd|x",
     MSH.encode() + b"\rnot a segment|1", MSH.encode() + b"\rob|1"],
)  # fmt: skip
def test_what_is_no_message_is_refused_with_cause_and_cure(bad: bytes) -> None:
    with pytest.raises(MessageRefused) as refused:
        split(bad)
    assert refused.value.cause.endswith(".") and refused.value.cure


def test_a_refusal_repeats_nothing_of_the_message() -> None:
    with pytest.raises(MessageRefused) as refused:
        split(f"{MSH}\rCanaryName, 7 Elm Street|x")
    assert "Canary" not in str(refused.value)


@given(data=st.binary(max_size=200) | st.binary(max_size=120).map(lambda tail: b"MSH|^~\\&|" + tail))
def test_any_bytes_give_a_message_or_a_refusal(data: bytes) -> None:
    for read in (split, read_header):
        with contextlib.suppress(MessageRefused):
            assert isinstance(read(data), Message)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("UNICODE UTF-8", "utf-8"), ("", "utf-8"), ("GB 18030-2000", "gb18030"), ("8859/5", "iso8859-5")],
)
def test_names_are_read_in_the_character_set_told(charset: str, codec: str) -> None:
    name = "Анна" if codec == "iso8859-5" else "李四 亅"  # the last sign holds 0x7C, a bar, in GB 18030
    text = f"{MSH}||||||{charset}\rPID|||7||{name}|x"
    message = split(text.encode(codec))
    assert (field(message.segments[1], 5), field(message.segments[1], 6)) == (name, "x")


def test_bytes_of_no_known_character_set_do_not_lose_the_numbers() -> None:
    message = split(MSH.encode() + b"\rPID|||7||\xff\xfe\rOBX|1|NM|||98")
    assert field(message.segments[2], 5) == "98"


@given(
    rows=st.lists(st.lists(st.lists(plain, min_size=1, max_size=4), min_size=1, max_size=8), max_size=5),
)
def test_the_hl7_package_reads_the_same_components(rows: list[list[list[str]]]) -> None:
    lines = ["OBX|" + "|".join("^".join(parts) for parts in row) for row in rows]
    text = "\r".join([MSH, *lines])
    ours, theirs = split(text), hl7.parse(text)
    for index, row in enumerate(rows, start=1):
        for number, parts in enumerate(row, start=1):
            assert ours.components(field(ours.segments[index], number)) == parts
            for component in range(len(parts)):
                told = theirs[index][number]
                if len(parts) == 1:
                    assert str(told) == parts[0]
                else:
                    assert told[0][component][0] == parts[component]


def test_the_header_alone_is_read_from_a_message_whose_body_is_broken() -> None:
    header = read_header(f"{MSH}\nbroken body".encode())
    assert (header.control_id, header.kind) == ("77", "ORU^R01")
