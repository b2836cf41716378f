"""The 16-bit float of medical Bluetooth devices, and its five ways to say "no value".

Source: IEEE 11073-20601 annex F.8 (SFLOAT-Type): a 4-bit exponent to the base of 10 and a 12-bit mantissa, both
two's complement, least significant octet first.
"""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum


class Special(IntEnum):
    """What an SFLOAT says instead of a number. None of them is ever a value."""

    POSITIVE_INFINITY = 0x07FE
    NAN = 0x07FF  # not a number: the cuff failed, the finger is out
    NRES = 0x0800  # not at this resolution
    RESERVED = 0x0801
    NEGATIVE_INFINITY = 0x0802


SPECIAL = {special.value: special for special in Special}


def sfloat(raw: int) -> Decimal | Special:
    """A number as it was sent, trailing zeros included, or why there is none.

    Args:
        raw: the 16 bits, 0 to 0xFFFF.
    """
    if raw in SPECIAL:
        return SPECIAL[raw]
    exponent, mantissa = raw >> 12, raw & 0x0FFF
    if exponent >= 0x8:
        exponent -= 0x10
    if mantissa >= 0x0800:
        mantissa -= 0x1000
    return Decimal((int(mantissa < 0), tuple(int(d) for d in str(abs(mantissa))), exponent))


def as_sfloat(value: Decimal | Special, exponent: int = 0) -> int:
    """The 16 bits of a number at an exponent; what a device sends. Used by the simulated devices and by tests.

    Raises:
        ValueError: the number does not fit, or would be taken for a special value.
    """
    if isinstance(value, Special):
        return value.value
    mantissa = int(value.scaleb(-exponent).to_integral_value())
    if not -8 <= exponent <= 7 or not -0x0800 <= mantissa <= 0x07FF:
        raise ValueError(f"{value} at exponent {exponent} does not fit into an SFLOAT.")
    raw = (exponent & 0xF) << 12 | (mantissa & 0x0FFF)
    if raw in SPECIAL:
        raise ValueError(f"{value} would be taken for {SPECIAL[raw].name}.")
    return raw
