"""``ataraxy found``: a clinic begins, with its first director."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.prompt import Prompt

from ataraxy.clinic.env import Environment
from ataraxy.commands import database as db
from ataraxy.commands.say import Exit, document, err, out
from ataraxy.core.errors import InputRefused

if TYPE_CHECKING:
    from ataraxy.clinic.people.models import Staff


def found(
    env: Environment,
    name: str,
    zone: str,
    director: str,
    email: str,
    password_file: Path | None,
    as_json: bool,
) -> int:
    """Make the clinic and its first director; asks on a terminal for what was not given."""
    with db.in_use(env) as database:
        db.bring_up_to_date(database, datetime.now(UTC).date())
        name = name or _ask("The clinic's name", as_json, "--name")
        zone = _known_zone(zone or _ask("Its time zone (for example America/New_York)", as_json, "--zone"))
        director = director or _ask("The first director's name", as_json, "--director")
        email = email or _ask("The director's e-mail address (the log-in)", as_json, "--email")
        password = _password(password_file, as_json)
        with db.django_on(env):
            staff = make(name, zone, director, email, password)
            told = {"clinic": str(staff.clinic_id), "director": str(staff.id), "email": staff.user.email}
    if as_json:
        document(told | {"address": env.origin})
    else:
        _say_what_next(env, name, email)
    return Exit.FINE


def make(name: str, zone: str, director: str, email: str, password: str) -> Staff:
    """Write the clinic, the director and the act that added them, in one transaction.

    Raises:
        InputRefused: a name is empty or taken, the address is none or known, or the password is weak.
    """
    from django.db import transaction

    from ataraxy.clinic.audit.acts import append_act
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.context import system_context
    from ataraxy.clinic.people.models import Clinic, Role, Staff
    from ataraxy.core.clinic.events import StaffAdded

    if not name.strip() or not director.strip():
        raise InputRefused("A name is empty.", "Give the clinic and its director a name.")
    if Clinic.objects.filter(name__iexact=name.strip()).exists():
        raise InputRefused(f"A clinic called {name!r} is there already.", "Give this one another name.")
    with transaction.atomic():
        clinic = Clinic.objects.create(name=name.strip(), zone=zone)
        user = _log_in(email, password)
        staff = Staff.objects.create(
            clinic=clinic, user=user, name=director.strip(), roles=[Role.DIRECTOR.value]
        )
        append_act(system_context(clinic), Entry(StaffAdded(staff.id, (Role.DIRECTOR.value,))))
    return staff


def _log_in(email: str, password: str):  # type: ignore[no-untyped-def]
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from ataraxy.clinic.people.models import User

    user = User(email=User.objects.normalize_email(email.strip()))
    try:
        validate_email(user.email)
        validate_password(password, user)
    except ValidationError as refused:
        raise InputRefused(" ".join(refused.messages), "Mend that and found the clinic again.") from None
    if User.objects.filter(email__iexact=user.email).exists():
        raise InputRefused("This address has a log-in already.", "Use another address.")
    user.set_password(password)
    user.save()
    return user


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputRefused(
            f"{zone!r} is no time zone.", "Give an IANA name, for example America/New_York or Europe/Berlin."
        ) from None
    return zone


def _ask(words: str, as_json: bool, option: str) -> str:
    if as_json or not err.is_terminal:
        raise InputRefused(f"{words}: not given.", f"Give {option}, or run this on a terminal.")
    return Prompt.ask(words, console=err)


def _password(password_file: Path | None, as_json: bool) -> str:
    if password_file is not None:
        try:
            return password_file.read_text().rstrip("\n")
        except OSError as error:
            raise InputRefused(
                f"{password_file} cannot be read: {error.strerror}.", "Name another file."
            ) from None
    if as_json or not err.is_terminal:
        raise InputRefused("No password was given.", "Give --password-file, or run this on a terminal.")
    first = Prompt.ask("A password for the director (12 characters or more)", password=True, console=err)
    if first != Prompt.ask("Once more", password=True, console=err):
        raise InputRefused("The two passwords differ.", "Found the clinic again.")
    return first


def _say_what_next(env: Environment, name: str, email: str) -> None:
    out.print(f"[green]✓[/green] [bold]{name}[/bold] is founded. What to do next:")
    out.print("  1. ataraxy serve")
    out.print(
        f"  2. Open {env.origin}, log in as {email}, and set up a second factor when asked.", soft_wrap=True
    )
    out.print("  3. Today tells what is lacking: the rooms, the telephone number, a protocol and its lines.")
    out.print(
        "  4. Under Staff: add the staff and their credentials. Under Stock: the safe and what is in it."
    )
    out.print("  5. ataraxy doctor")
    out.print("  The whole first day: docs/guide/first-day.md")
