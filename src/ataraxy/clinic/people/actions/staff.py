"""The director adds staff and keeps their credentials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from ataraxy.clinic.audit.acts import append_act
from ataraxy.clinic.audit.append import Entry, already_done
from ataraxy.clinic.context import Context
from ataraxy.clinic.people.models import Clinic, Credential, CredentialKind, Role, Staff, User
from ataraxy.clinic.people.signing import require_role
from ataraxy.core.clinic.events import CredentialRecorded, LockSet, StaffAdded
from ataraxy.core.errors import InputRefused


def add_staff(
    ctx: Context, name: str, email: str, roles: Sequence[str], password: str, *, key: str | None = None
) -> Staff:
    """Add a member of staff with a first password, which they change after logging in.

    Raises:
        InputRefused: the address has a log-in already, no role, or a weak password.
    """
    require_role(ctx, Role.DIRECTOR)
    known = [role.value for role in Role if role.value in roles]
    if not known:
        raise InputRefused(
            "No role was chosen.", "Choose at least one: the role decides what opens.", "roles"
        )
    with transaction.atomic():
        if already_done(ctx, key):
            return Staff.objects.get(clinic=ctx.clinic, user__email__iexact=email)
        user = _new_user(ctx, email, password)
        staff = Staff.objects.create(id=ctx.new_id(), clinic=ctx.clinic, user=user, name=name, roles=known)
        append_act(ctx, Entry(StaffAdded(staff.id, tuple(known))), key=key)
        return staff


def _new_user(ctx: Context, email: str, password: str) -> User:
    if User.objects.filter(email__iexact=email).exists():
        raise InputRefused("This address has a log-in already.", "Use another address.", "email")
    user = User(id=ctx.new_id(), email=User.objects.normalize_email(email))
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise InputRefused(
            " ".join(weak.messages), "Choose a longer or less common one.", "password"
        ) from None
    user.set_password(password)
    user.save()
    return user


def set_lock(ctx: Context, minutes: int, *, key: str | None = None) -> None:
    """After how long an idle page is locked; 0: never."""
    require_role(ctx, Role.DIRECTOR)
    with transaction.atomic():
        if append_act(ctx, Entry(LockSet(minutes)), key=key):
            Clinic.objects.filter(id=ctx.clinic.id).update(lock_after_min=minutes)


def record_credential(
    ctx: Context,
    staff: Staff,
    kind: CredentialKind,
    number: str,
    expires_on: date,
    *,
    key: str | None = None,
) -> None:
    """Enter a licence or certificate with its expiry; the earlier ones stay on file."""
    require_role(ctx, Role.DIRECTOR)
    with transaction.atomic():
        act = Entry(CredentialRecorded(staff.id, kind.value, expires_on))
        if append_act(ctx, act, key=key):
            Credential.objects.create(
                id=ctx.new_id(), staff=staff, kind=kind, number=number, expires_on=expires_on
            )
