"""Any bytes are a reading, a message kept aside, or a clear refusal; never an exception out of the process."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.protocol.types import Measure
from ataraxy.live.mllp import Framer, FrameRefused, frame

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
GOOD = (
    b"MSH|^~\\&|MON^1^EUI-64|WARD|||20261123130000+0000||ORU^R01^ORU_R01|42|P|2.6|||AL|NE||UNICODE UTF-8\r"
    b"PID|||R-0001\rPV1||I|ICU^^5\rOBR|1||||||20261123130000+0000\r"
    b"OBX|1|NM|150301^MDC_PRESS_CUFF_SYS^MDC|1|141|266016^MDC_DIM_MMHG^MDC|||||R|||20261123125500+0000|||^APERIODIC\r"
    b"OBX|2|NM|0002-4bb8^SpO2^MDIL|1|97|0004-0220^%^MDIL||DEMO~QUES|||F\r"
    b"OBX|3|NA|131329^MDC_ECG^MDC|1|80^88^92\r"
)
damage = st.lists(st.tuples(st.integers(min_value=0), st.binary(max_size=4)), max_size=10)
messages = st.binary(max_size=300) | damage.map(lambda changes: damaged(GOOD, changes))


def damaged(message: bytes, changes: list[tuple[int, bytes]]) -> bytes:
    data = bytearray(message)
    for place, piece in changes:
        at = place % (len(data) + 1)
        data[at : at + (place // 7) % 5] = piece
    return bytes(data)


@given(stream=st.lists(messages | messages.map(lambda m: b"\x0b" + m + b"\x1c\r"), max_size=4).map(b"".join))
def test_any_stream_is_frames_and_refusals_each_of_them_answered(stream: bytes) -> None:
    from ataraxy.interop.hl7v2.ack import acknowledge
    from ataraxy.interop.hl7v2.reply import answer, outcome_of
    from ataraxy.live.arrived import arrived
    from ataraxy.live.told import fingerprint, tell, told_at

    framer = Framer()
    for framed in [*framer.feed(stream), *framer.close()]:
        found = arrived(framed, "10.0.4.7", NOW, lambda *_: None)
        assert (found.report is not None) + bool(found.cause and found.cure) + found.unsupported >= 1
        assert "\0" not in found.device and len(found.device) <= 120
        if isinstance(framed, FrameRefused):
            assert found.report is None
        if found.unsupported and found.message is not None:
            assert outcome_of(found.message) or answer(found.message, "a", NOW)
        for text in acknowledge(found.message, "AE", found.cause, "a", NOW):
            assert frame(text.translate({0x0B: " ", 0x1C: " "}).encode("utf-8", "replace"))
        if found.report is not None:
            report = found.in_zone(ZoneInfo("America/New_York"))
            for told in tell(report, NOW - timedelta(hours=1), NOW, timedelta(0)):
                assert told.at <= NOW
                assert told.reading is None or told.absent == ""
                assert "\0" not in told.original
            assert len(fingerprint(report)) == 16 and told_at(report).tzinfo


def test_a_thousand_damaged_messages_leave_the_process_its_neighbour_and_every_message(
    ward: Any, live: Any, call: Any
) -> None:
    """Over the wire into the database: each is answered, and stored as samples or kept aside."""
    from ataraxy.clinic.treat.models import Quarantined

    bed, neighbour = ward.session(), ward.session()
    draw = random.Random(20261123)
    beside, line, wrong, good = call(live), call(live), 0, 0
    for turn in range(1000):
        if wrong >= 15:  # a connection is closed after too many frames that are none
            line.close()
            line, wrong = call(live), 0
        message = damaged(
            bed.says((Measure.SPO2, 97), *bed.cuff(141, 84)),
            [(draw.randrange(10_000), draw.randbytes(draw.randrange(5))) for _ in range(draw.randrange(8))],
        )
        line.send(message.translate(None, b"\x0b\x1c"))  # its header may be damaged to ask for no answer
        if turn % 20 == 0:
            line.send(bed.says((Measure.SPO2, 96)))
            good, last = good + 1, f"{bed.run}-{bed.sent}"
            while (answer := line.answer())[1] != last:
                assert answer[0] in ("AA", "AE", "AR", "CA", "CE", "CR"), turn
                wrong += answer[0] in ("AE", "CE")
            assert answer[0] == "CA"
            assert beside.tell(neighbour.says((Measure.SPO2, 97))) == "CA"
    assert len(neighbour.samples()) == good == 50
    assert sum(sample.value == 96 for sample in bed.samples()) >= good
    assert Quarantined.objects.exists()
