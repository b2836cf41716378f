"""Signing: the person proves again, at the moment of signing, that it is them."""

from __future__ import annotations

from datetime import date

from allauth.core import ratelimit
from django.http import HttpRequest

from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import CredentialKind, Role
from ataraxy.core.errors import InputRefused, NotPermitted


def signed_by(request: HttpRequest, ctx: Context, *roles: Role) -> None:
    """Check the password typed into the signature block, the role, and the credential the role needs.

    Raises:
        InputRefused: the password is missing or wrong, or was tried too often (field ``password``).
        NotPermitted: this person does not hold the role or its credential.
    """
    require_role(ctx, *roles)
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        raise InputRefused("Too many tries.", "Wait five minutes, then sign again.", "password")
    if not request.user.check_password(request.POST.get("password", "")):
        raise InputRefused(
            "The password does not match.", "Type your own log-in password to sign.", "password"
        )


def require_role(ctx: Context, *roles: Role) -> None:
    """The acting person holds one of ``roles``; who acts as a prescriber has a licence in date."""
    staff = ctx.signer()
    if not staff.has_role(*roles):
        names = " or ".join(role.label.lower() for role in roles)
        raise NotPermitted("This belongs to another role.", f"Ask a {names}.")
    if Role.PRESCRIBER in roles and staff.has_role(Role.PRESCRIBER):
        require_credential(ctx, CredentialKind.PRESCRIBING)


def require_credential(ctx: Context, kind: CredentialKind) -> None:
    """The acting person's credential of this kind is on file and in date on the clinic's calendar."""
    staff, today = ctx.signer(), ctx.today.date()
    latest: date | None = (
        staff.credentials.filter(kind=kind)
        .order_by("-expires_on")
        .values_list("expires_on", flat=True)
        .first()
    )
    if latest is None:
        raise NotPermitted(f"No {kind.label.lower()} is on file for you.", "Ask the director to enter it.")
    if latest < today:
        raise NotPermitted(
            f"Your {kind.label.lower()} expired on {latest}.", "Ask the director to enter the new one."
        )
