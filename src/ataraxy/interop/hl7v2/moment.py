"""HL7 timestamps to moments and back. A time without a zone is the clinic's.

Source: HL7 v2.6 chapter 2A, DTM: ``YYYYMMDDHHMM[SS[.S[S[S[S]]]]][+/-ZZZZ]``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache


def parse_moment(text: str, zone: tzinfo) -> datetime | None:
    """A timestamp, at least to the minute; None when it is not one.

    Args:
        text: the DTM field, first component.
        zone: the zone of a time that names none.
    """
    clock, offset = text, ""
    if text[-5:-4] in ("+", "-"):
        clock, offset = text[:-5], text[-5:]
    whole, _, fraction = clock.partition(".")
    digits = whole + fraction + offset[1:]
    if len(whole) not in (12, 14) or len(fraction) > 6 or not (digits.isascii() and digits.isdigit()):
        return None
    second = _second(whole, offset, zone)
    return second.replace(microsecond=int(fraction.ljust(6, "0"))) if second and fraction else second


@lru_cache(maxsize=1024)
def _second(whole: str, offset: str, zone: tzinfo) -> datetime | None:
    """A whole second, in UTC; the monitors of a house all tell the same one."""
    try:
        return datetime(
            int(whole[:4]),
            int(whole[4:6]),
            int(whole[6:8]),
            int(whole[8:10]),
            int(whole[10:12]),
            int(whole[12:14] or 0),
            tzinfo=_offset(offset) if offset else zone,
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def render_moment(at: datetime) -> str:
    """A moment with its zone, to 0.1 ms when it has a fraction of a second."""
    if at.utcoffset() is None:
        raise ValueError("A time without a zone cannot be sent.")
    fraction = f".{at.microsecond // 100:04d}" if at.microsecond else ""
    if at.tzinfo is not UTC:
        return f"{at:%Y%m%d%H%M%S}{fraction}{at:%z}"
    clock = at.isoformat()  # the same, at a third of the cost: every acknowledgement has one
    return f"{clock[:4]}{clock[5:7]}{clock[8:10]}{clock[11:13]}{clock[14:16]}{clock[17:19]}{fraction}+0000"


def _offset(text: str) -> timezone:
    size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-size if text[0] == "-" else size)
