"""Whatever comes over the wire is answered with its cause, and the next message still works."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from ataraxy.core.errors import InputRefused
from ataraxy.core.protocol.types import Measure
from ataraxy.live.intake import Peers, address_of
from ataraxy.live.mllp import frame

SPO2 = (Measure.SPO2, 97)


def aside() -> list[Any]:
    from ataraxy.clinic.treat.models import Quarantined

    return list(Quarantined.objects.order_by("id"))


@pytest.mark.parametrize(
    ("sent", "cause"),
    [
        (frame(b"this is no HL7"), "MSH"),
        (frame(b"MSH|^~\\&|A||||20261123||ORU^R01|7|P|2.6\rnonsense"), "not an HL7 segment"),
        (frame(b"MSH|^~\\&|A||||20261123||ORU^R01||P|2.6\r"), "control id"),
        (frame(b"MSH|^~\\&|A||||20261123||ORU^R01|7|P|2.6\rPID|1\rPID|2\r"), "more than one patient"),
        (b"GET / HTTP/1.1\r\nHost: monitor\r\n\r\n\x0b", "outside any MLLP frame"),
        (b"\x0bMSH|cut off here\x0b", "no end block"),
    ],
)
def test_what_is_no_message_is_kept_aside_and_answered_and_the_next_one_works(
    ward: Any, live: Any, call: Any, sent: bytes, cause: str
) -> None:
    bed, monitor = ward.session(), call(live)
    monitor.socket.sendall(sent)
    code, _, words = monitor.answer()
    assert code in ("AE", "CE") and cause in words
    (row,) = aside()
    assert cause in row.reason and row.cure and row.clinic_id == ward.clinic.id and row.peer == "127.0.0.1"
    monitor.socket.sendall(b"\x1c\r" if sent.endswith(b"\x0b") else b"")
    if sent.endswith(b"\x0b"):
        monitor.answer()  # the empty frame that was begun
    assert monitor.tell(bed.says(SPO2)) == "CA"
    assert len(bed.samples()) == 1


def test_a_connection_cut_inside_a_frame_is_kept_aside(ward: Any, live: Any, call: Any, until: Any) -> None:
    bed, monitor = ward.session(), call(live)
    whole = frame(bed.says(SPO2))
    monitor.socket.sendall(whole[:-40])
    monitor.close()
    (row,) = until(aside)
    assert "ended in the middle" in row.reason and bytes(row.raw) == whole[1:-40]


def test_a_message_in_pieces_and_two_in_one_are_all_heard(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    whole = frame(bed.says(SPO2))
    for start in range(0, len(whole), 50):
        monitor.socket.sendall(whole[start : start + 50])
        time.sleep(0.002)
    monitor.send(bed.says(SPO2), bed.says(SPO2))
    assert [monitor.answer()[0] for _ in range(3)] == ["CA"] * 3
    assert len(bed.samples()) == 3


def asking(kind: str, *segments: str, enhanced: bool = False) -> bytes:
    mode = "|||AL|AL" if enhanced else ""
    header = f"MSH|^~\\&|ATARAXY^DEMO|DEMO|||20261123||{kind}|q1|P|2.6{mode}"
    return "\r".join([header, *segments]).encode() + b"\r"


@pytest.mark.parametrize(
    ("kind", "code"), [("ADT^A08", "AA"), ("ORU^W01", "AA"), ("ORU^R40", "AR"), ("ORM^O01", "AR")]
)
def test_admissions_and_curves_are_answered_and_left_and_alarms_rejected(
    ward: Any, live: Any, call: Any, kind: str, code: str
) -> None:
    bed, monitor = ward.session(), call(live)
    monitor.send(asking(kind, "PID|1||R-0001", "OBX|1|NA|x||1^2^3"))
    assert monitor.answer()[:2] == [code, "q1"]
    assert not aside()
    assert monitor.tell(bed.says(SPO2)) == "CA"


@pytest.mark.parametrize("kind", ["QRY^R02", "QRY^A19", "QBP^Q22"])
def test_a_question_is_answered_with_nobody_found_and_the_next_message_works(
    ward: Any, live: Any, call: Any, kind: str
) -> None:
    bed, monitor = ward.session(), call(live)
    monitor.send(asking(kind, f"QRD|20261123|R|I|Q101||||{bed.record_number}|RES", "PV1||I|^^&24"))
    assert monitor.answer()[:2] == ["AA", "q1"]
    assert not aside()
    assert monitor.tell(bed.says(SPO2)) == "CA"


def test_an_enhanced_question_gets_its_receipt_and_its_answer(ward: Any, live: Any, call: Any) -> None:
    monitor = call(live)
    monitor.send(asking("QRY^R02", "QRD|20261123|R|I|Q101||||R-0001|RES", enhanced=True))
    assert [monitor.answer()[0] for _ in range(2)] == ["CA", "AA"]


def test_a_sign_of_life_without_a_value_or_a_name_is_answered_and_nobody_has_to_look_at_it(
    ward: Any, live: Any, call: Any
) -> None:
    monitor = call(live)
    monitor.send(b"MSH|^~\\&|||||||ORU^R01|106|P|2.3.1|\r")
    assert monitor.answer()[:2] == ["AA", "106"]
    assert not aside()


def test_a_frame_that_is_begun_and_never_ended_is_given_up_and_answered(
    ward: Any, live: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ataraxy.live.intake.REST_OF_A_FRAME_S", 0.2)
    bed, monitor = ward.session(), call(live)
    monitor.socket.sendall(frame(bed.says(SPO2))[:-2])
    code, _, words = monitor.answer()
    assert code in ("AE", "CE") and "no end block" in words
    assert monitor.tell(bed.says(SPO2)) == "CA"
    assert len(aside()) == 1 and len(bed.samples()) == 1


def test_line_feeds_between_segments_are_segments(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    for ends in (b"\n", b"\r\n", b"\r\r"):
        assert monitor.tell(bed.says(SPO2).replace(b"\r", ends)) == "CA"
    assert [sample.value for sample in bed.samples()] == [97] * 3


def test_a_frame_of_a_mebibyte_is_read_and_a_larger_one_is_kept_aside(
    ward: Any, live: Any, call: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    message = bed.says(SPO2)
    note = b"NTE|1||" + b"x" * ((1 << 20) - len(message) - 8) + b"\r"
    assert monitor.tell(message + note) == "CA"
    assert len(bed.samples()) == 1
    monitor.send(bed.says(SPO2) + note + b"NTE|2||" + b"y" * 1000 + b"\r")
    assert "larger than 1 MiB" in monitor.answer()[2]
    assert monitor.tell(bed.says(SPO2)) == "CA"


CHARSETS = [
    ("", "utf-8"),
    ("ASCII", "ascii"),
    ("UNICODE UTF-8", "utf-8"),
    ("8859/1", "iso8859-1"),
    ("8859/5", "iso8859-5"),
    ("8859/15", "iso8859-15"),
    ("GB 18030-2000", "gb18030"),
    ("GB18030", "gb18030"),
    ("BIG-5", "big5"),
    ("KS X 1001", "euc-kr"),
]


@pytest.mark.parametrize(("named", "charset"), CHARSETS)
def test_a_name_in_any_character_set_harms_no_value(
    ward: Any, live: Any, call: Any, named: str, charset: str
) -> None:
    bed, monitor = ward.session(), call(live)
    names = {
        "gb18030": "\u738b\u5c0f\u660e",
        "big5": "\u738b\u5c0f\u660e",
        "euc-kr": "\uae40\ucca0\uc218",
        "iso8859-5": "Иванов",
        "ascii": "Doe",
    }
    text = bed.says(SPO2).decode().replace("UNICODE UTF-8", named)
    text = text.replace("PID|||^^^^PI||", f"PID|||^^^^PI||{names.get(charset, 'Müller')}")
    assert monitor.tell(text.encode(charset)) == "CA"
    assert [sample.value for sample in bed.samples()] == [97]


def test_a_sender_that_asks_for_an_application_acknowledgement_gets_one(
    ward: Any, live: Any, call: Any
) -> None:
    bed, monitor = ward.session(), call(live)
    assert monitor.tell(bed.says(SPO2, accept_ack="", application_ack="")) == "AA"
    assert monitor.tell(bed.says(SPO2, accept_ack="NE", application_ack="AL")) == "AA"


def test_a_peer_that_is_not_on_the_list_is_closed_and_named_in_the_log(
    start_live: Any, call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    monitor = call(start_live(peers="10.0.4.7"))
    with pytest.raises((EOFError, ConnectionError)):
        monitor.tell(b"MSH|^~\\&|")
    assert "127.0.0.1 was closed" in caplog.text and "ATARAXY_MLLP_PEERS" in caplog.text
    assert not aside()


def test_an_endless_flood_of_nonsense_is_closed_after_a_while(live: Any, call: Any, until: Any) -> None:
    monitor = call(live)
    monitor.socket.settimeout(5)
    with pytest.raises((EOFError, ConnectionError)):
        for _ in range(500):
            monitor.socket.sendall(b"junk\x0bjunk\x0b")
            monitor.answer()
    until(lambda: len(aside()) > 20)
    assert len(aside()) < 80


def test_an_idle_link_lives_on(ward: Any, live: Any, call: Any) -> None:
    bed, monitor = ward.session(), call(live)
    monitor.tell(bed.says(SPO2))
    time.sleep(1.5)
    assert monitor.tell(bed.says(SPO2)) == "CA"


def test_a_peer_that_never_reads_its_answers_holds_up_nobody(ward: Any, live: Any, call: Any) -> None:
    rude, kind = ward.session(), ward.session()
    deaf = call(live)
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    deaf.send(*[rude.says(SPO2) for _ in range(200)])
    assert call(live).tell(kind.says(SPO2)) == "CA"


def test_peers_are_this_machine_alone_unless_named() -> None:
    alone, named = Peers.named(()), Peers.named(("10.0.4.0/24", "fd00::7"))
    assert alone.allow("127.0.0.1") and alone.allow("::1") and alone.allow("::ffff:127.0.0.1")
    assert not alone.allow("10.0.4.7")
    assert named.allow("10.0.4.7") and named.allow("fd00::7") and not named.allow("127.0.0.1")
    with pytest.raises(InputRefused, match=r"Write addresses"):
        Peers.named(("monitor-3",))


def test_an_address_to_bind_is_read_or_refused() -> None:
    assert address_of("127.0.0.1:2575") == ("127.0.0.1", 2575)
    assert address_of("[::1]:2575") == ("::1", 2575)
    with pytest.raises(InputRefused, match=r"127\.0\.0\.1:2575"):
        address_of("2575")


def test_a_monitor_no_clinic_knows_waits_for_whoever_runs_the_house(
    make_ward: Any, live: Any, call: Any
) -> None:
    from ataraxy.clinic.devices.actions import take_over
    from ataraxy.clinic.treat.queries.quarantine import unplaced, waiting

    ward, other = make_ward(), make_ward(name="Another Clinic")
    bed, monitor = ward.session(bound=False), call(live)
    for _ in range(3):
        message = bed.says(SPO2, sending_application=("STRANGER",))
        assert monitor.tell(message) == "CA"
    (line,) = unplaced()
    assert (line.device, line.count) == ("STRANGER/DEMO/1", 3)
    assert not waiting(ward.context()) and not waiting(other.context())
    assert take_over(ward.context("director"), line.message, line.until) == 3
    assert [one.count for one in waiting(ward.context())] == [3] and not waiting(other.context())


def test_a_message_our_own_reading_stumbles_over_is_kept_aside_and_gives_its_room_back(
    ward: Any, live: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ataraxy.live import arrived as reading
    from ataraxy.live.intake import IN_FLIGHT

    bed, monitor, right = ward.session(), call(live), reading.parse_oru

    def stumble(message: Any, *zone: Any) -> Any:
        if message.control_id.startswith("bad"):
            raise RecursionError
        return right(message, *zone)

    monkeypatch.setattr(reading, "parse_oru", stumble)
    for n in range(IN_FLIGHT + 1):  # more than one connection may have unanswered
        monitor.send(bed.says(SPO2, control_id=f"bad{n}"))
        assert "could not be read (RecursionError)" in monitor.answer()[2]
    assert monitor.tell(bed.says(SPO2)) == "CA"
    assert len(bed.samples()) == 1 and len(aside()) == IN_FLIGHT + 1
    assert all("could not be read" in row.reason and row.cure and bytes(row.raw) for row in aside())


def test_one_answer_that_cannot_be_given_leaves_the_others_theirs(
    django: None, caplog: pytest.LogCaptureFixture
) -> None:
    from datetime import UTC, datetime

    from ataraxy.live.arrived import Arrived
    from ataraxy.live.server import answer_each

    given = []

    def refuse(code: str, text: str) -> None:
        raise ValueError("the line is in a strange state")

    def take(code: str, text: str) -> None:
        given.append(code)

    messages = [Arrived(b"", f"10.0.4.{n}", datetime.now(UTC), a) for n, a in enumerate((take, refuse, take))]
    answer_each([(message, "AA", "") for message in messages])
    assert given == ["AA", "AA"] and "10.0.4.1 could not be answered: ValueError" in caplog.text
