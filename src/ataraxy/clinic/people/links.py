"""Links a patient opens without log-in: signed, expiring, and without a name in them.

A link holds the id of an invitation and the moment it closes, signed for one kind of page; never who is
meant.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.core import signing

from ataraxy.core.errors import InputRefused


def make_link(kind: str, id: UUID, until: datetime) -> str:  # noqa: A002 - the invitation's own id
    """The token of a link for one ``kind`` of page ("consent", "check-in"), good until ``until``."""
    return _signer(kind).sign(f"{id.hex}.{int(until.timestamp())}")


def read_link(kind: str, token: str, now: datetime | None) -> UUID:
    """The invitation a token stands for.

    Args:
        now: None leaves the time for later, where the clinic whose clock counts is not known yet.

    Raises:
        InputRefused: the token is damaged, forged, of another kind, or past its time.
    """
    try:
        held, until = _signer(kind).unsign(token).split(".")
        invitation, closes = UUID(held), datetime.fromtimestamp(int(until), UTC)
    except (signing.BadSignature, ValueError):
        raise InputRefused(
            "This link is not complete, or not one of ours.",
            "Open it again from the message we sent you, or call the clinic.",
        ) from None
    if now is not None and now >= closes:
        raise InputRefused("This link has expired.", "Call the clinic and ask for a new one.")
    return invitation


def _signer(kind: str) -> signing.Signer:
    return signing.Signer(salt=f"ataraxy.link.{kind}", sep=":")
