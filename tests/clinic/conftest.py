"""The people of a test clinic, by role; ``outsider`` works at another clinic and must find nothing here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "quiet-river-of-mornings-7"


@pytest.fixture
def now() -> datetime:
    """The present moment of a test that simulates its clock."""
    return NOW


@pytest.fixture
def clinic(database: str) -> Any:
    """A demo clinic (no second factor needed), whose clock runs on the wall's time."""
    from ataraxy.clinic.people.models import Clinic

    return Clinic.objects.create(
        name="Stillwater Clinic", zone="America/New_York", phone="555 0100", is_demo=True
    )


@pytest.fixture
def real_clinic(database: str) -> Any:
    """A clinic that is no demo: second factor mandatory, no drafts, no shifted clock."""
    from ataraxy.clinic.people.models import Clinic

    return Clinic.objects.create(name="Harbour Clinic", zone="America/New_York", phone="555 0200")


@pytest.fixture
def employ() -> Callable[..., Any]:
    """employ(clinic, role, name=...) -> a member of staff with a log-in and every credential the role needs."""

    def make(clinic: Any, *roles: str, name: str = "") -> Any:
        from django.contrib.auth.hashers import make_password

        from ataraxy.clinic.people.models import Credential, Staff, User

        title = name or f"{roles[0].title()} {clinic.name.split()[0]}"
        user = User(email=f"{title.lower().replace(' ', '.')}@example.org")
        user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
        user.save()
        staff = Staff.objects.create(clinic=clinic, user=user, name=title, roles=list(roles))
        kinds = {
            "prescriber": ("prescribing", "rescue"),
            "nurse": ("nursing", "rescue"),
            "therapist": ("therapy",),
        }
        for kind in kinds.get(roles[0], ()):
            Credential.objects.create(staff=staff, kind=kind, number="X-1", expires_on=date(2030, 1, 1))
        return staff

    return make


@pytest.fixture
def prescriber(clinic: Any, employ: Callable[..., Any]) -> Any:
    return employ(clinic, "prescriber")


@pytest.fixture
def nurse(clinic: Any, employ: Callable[..., Any]) -> Any:
    return employ(clinic, "nurse")


@pytest.fixture
def therapist(clinic: Any, employ: Callable[..., Any]) -> Any:
    return employ(clinic, "therapist")


@pytest.fixture
def coordinator(clinic: Any, employ: Callable[..., Any]) -> Any:
    return employ(clinic, "coordinator")


@pytest.fixture
def director(clinic: Any, employ: Callable[..., Any]) -> Any:
    return employ(clinic, "director")


@pytest.fixture
def researcher(clinic: Any, employ: Callable[..., Any]) -> Any:
    return employ(clinic, "researcher")


@pytest.fixture
def outsider(database: str, employ: Callable[..., Any]) -> Any:
    """Staff of another clinic, with every role there."""
    from ataraxy.clinic.people.models import Clinic, Role

    other = Clinic.objects.create(name="Elsewhere Clinic", zone="Europe/London", is_demo=True)
    return employ(
        other, "prescriber", *[r for r in Role.values if r != "prescriber"], name="Outsider Elsewhere"
    )


@pytest.fixture
def context() -> Callable[..., Any]:
    """context(staff, now=...) -> what an action takes."""

    def make(staff: Any, now: datetime = NOW) -> Any:
        from ataraxy.clinic.context import staff_context

        return replace(staff_context(staff), now=now)

    return make


@pytest.fixture
def log_in() -> Callable[..., Any]:
    """log_in(staff) -> a Django test client that is logged in as them."""

    def make(staff: Any) -> Any:
        from django.test import Client

        client = Client(raise_request_exception=True)
        client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def patient(clinic: Any, coordinator: Any, context: Callable[..., Any]) -> Any:
    """A referred patient with an open, empty chart."""
    from ataraxy.clinic.people.chart import open_chart
    from ataraxy.clinic.people.models import Patient
    from ataraxy.core.chart.events import ChartOpened

    person = Patient.objects.create(
        clinic=clinic,
        record_number="R-1001",
        given_name="Canary",
        family_name="Quillfeather",
        birth_date=date(1986, 4, 12),
        sex="female",
        phone="555 0111",
    )
    open_chart(
        context(coordinator, NOW - timedelta(days=30)), person, ChartOpened("Dr Lane", "treatment-resistant")
    )
    return person
