"""How django-allauth behaves here: nobody signs up by themselves, and second-factor secrets are stored encrypted."""

from __future__ import annotations

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

QUIET = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # the director adds staff

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


class MfaAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    """Keyed by a secret of its own, so that changing Django's key locks nobody out."""
    digest = hashlib.sha256(settings.ENV.secret("mfa").encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
