"""How django-allauth behaves here: nobody signs up by themselves, and second-factor secrets are stored encrypted."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from ipaddress import ip_address

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

# An address nobody has; nothing listens on it.
UNKNOWN = "0.0.0.0"  # noqa: S104  # nosec B104
QUIET = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # the director adds staff

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the client is, for the limits of the log-in; each client has limits of their own."""
        return client_address(request.META)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, object] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """As usual, but nobody needs to be told that they logged in."""
        if message_template not in QUIET:
            super().add_message(request, level, message_template, message_context, extra_tags, message)


def client_address(meta: Mapping[str, object]) -> str:
    """The address of whoever asks: as our own front tells it, else the peer's.

    The front runs on this machine, drops whatever a client says about itself, and appends the client's address. A
    header from anywhere else is the client's own words: with those, every try could come from a new address.
    """
    peer = str(meta.get("REMOTE_ADDR") or "")
    told = str(meta.get("HTTP_X_FORWARDED_FOR") or "").rsplit(",", 1)[-1].strip()
    client = _address(told) if _is_loopback(peer) else None
    return client or peer or UNKNOWN


def _is_loopback(peer: str) -> bool:
    address = _address(peer)
    return address is not None and ip_address(address).is_loopback


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


class MfaAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    """Keyed by a secret of its own, so that changing Django's key locks nobody out."""
    digest = hashlib.sha256(settings.ENV.secret("mfa").encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
