"""The people of a test clinic, by role; ``outsider`` works at another clinic and must find nothing here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
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


@cache
def hashed_password() -> str:
    """Everybody's password in the tests, hashed once: a hash takes longer than most tests."""
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD, hasher="pbkdf2_sha256")


@pytest.fixture
def employ() -> Callable[..., Any]:
    """employ(clinic, role, name=...) -> a member of staff with a log-in and every credential the role needs."""

    def make(clinic: Any, *roles: str, name: str = "") -> Any:
        from ataraxy.clinic.people.models import Credential, Staff, User

        title = name or f"{roles[0].title()} {clinic.name.split()[0]}"
        user = User(email=f"{title.lower().replace(' ', '.')}@example.org")
        user.password = hashed_password()
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


# --- a patient taken along the pathway, by the same actions as the screens use ----------------------


@pytest.fixture
def room(clinic: Any) -> Any:
    from ataraxy.clinic.people.models import Room

    return Room.objects.create(clinic=clinic, name="Room 1")


@pytest.fixture
def protocol(director: Any, context: Callable[..., Any]) -> Any:
    """The intravenous protocol, activated, with every line signed."""
    from ataraxy.clinic.plan.actions.protocols import activate_protocol, sign_lines
    from ataraxy.clinic.plan.queries import unsigned_claims
    from ataraxy.clinic.plan.shelf import shelf

    ctx = context(director, NOW - timedelta(days=40))
    chosen = next(s for s in shelf() if s.protocol.id == "iv-racemic-0.5")
    row = activate_protocol(ctx, chosen)
    sign_lines(ctx, row, [claim.id for claim in unsigned_claims(row)])
    return row


@pytest.fixture
def clock_at_now(clinic: Any) -> None:
    """The clinic's clock as the pages read it stands a minute after NOW, whatever day the test runs on."""
    from ataraxy.clinic.people.models import ClockOffset

    offset = NOW + timedelta(minutes=1) - datetime.now(UTC)
    ClockOffset.objects.update_or_create(clinic=clinic, defaults={"offset": offset})


@pytest.fixture
def screened_patient(patient: Any, prescriber: Any, context: Callable[..., Any], clock_at_now: None) -> Any:
    """The patient with every fact the intravenous protocol asks about for PTSD, all of them met."""
    from decimal import Decimal

    from ataraxy.catalog.load import cautions
    from ataraxy.clinic.screen.actions import facts
    from ataraxy.clinic.screen.actions.scales import answer_scale, instrument_of
    from ataraxy.core.chart.events import Answer, Outcome, TreatmentKind, TreatmentRecorded
    from ataraxy.core.protocol.types import Disorder

    ctx, no = context(prescriber), facts.Asked(Answer.NO)
    drug, talk = TreatmentKind.DRUG, TreatmentKind.PSYCHOTHERAPY
    facts.record_diagnosis(ctx, patient, Disorder.PTSD, "F43.10", "interview")
    answer_scale(ctx, patient, "pcl5", [3] * instrument_of("pcl5").item_count)
    for earlier in (
        TreatmentRecorded(drug, "sertraline", Decimal(150), 16, None, Outcome.NON_RESPONSE, Answer.YES),
        TreatmentRecorded(talk, "tf-cbt", None, None, 14, Outcome.PARTIAL, Answer.YES),
    ):
        facts.record_treatment(ctx, patient, earlier)
    facts.record_conditions(ctx, patient, dict.fromkeys(cautions().conditions, no))
    facts.record_medicines(ctx, patient, dict.fromkeys(cautions().medicine_groups, no))
    facts.record_pregnancy(ctx, patient, Answer.NO, "urine test today")
    facts.record_body(ctx, patient, Decimal("72.0"), Decimal(175))
    return patient


@pytest.fixture
def decided_patient(
    screened_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]
) -> Any:
    """A prescriber has decided to treat; consent is asked next."""
    from ataraxy.clinic.screen.actions.decisions import sign_decision
    from ataraxy.core.chart.events import DecisionKind
    from ataraxy.core.protocol.types import Disorder

    words = "Two adequate trials failed, goals agreed."
    sign_decision(context(prescriber), screened_patient, protocol, Disorder.PTSD, DecisionKind.TREAT, words)
    return screened_patient


@pytest.fixture
def invitation(decided_patient: Any, protocol: Any, coordinator: Any, context: Callable[..., Any]) -> Any:
    from ataraxy.clinic.consent.actions import invite_to_consent
    from ataraxy.core.protocol.types import Disorder

    return invite_to_consent(context(coordinator), decided_patient, protocol, Disorder.PTSD)


@pytest.fixture
def agreed_patient(decided_patient: Any, invitation: Any, protocol: Any) -> Any:
    """Consent to treatment and research is signed on the active version."""
    from ataraxy.clinic.consent.actions import sign_consent
    from ataraxy.clinic.consent.text import consent_text
    from ataraxy.clinic.context import patient_context
    from ataraxy.clinic.plan.queries import protocol_of
    from ataraxy.core.chart.events import GrantKind

    ctx = replace(patient_context(decided_patient), now=NOW)
    points = consent_text(protocol_of(protocol)).points
    grants = [GrantKind.TREATMENT, GrantKind.RESEARCH]
    sign_consent(ctx, invitation, grants, points, "Canary Quillfeather")
    return decided_patient


@pytest.fixture
def course(agreed_patient: Any, protocol: Any, prescriber: Any, context: Callable[..., Any]) -> Any:
    """A planned course of six infusions; nothing is booked yet."""
    from ataraxy.clinic.plan.actions.courses import start_course
    from ataraxy.core.protocol.types import Disorder

    return start_course(context(prescriber), agreed_patient, protocol, Disorder.PTSD, "to sleep, to work")


@pytest.fixture
def fill() -> Callable[..., Any]:
    """fill(client, url, field=value ...) -> the answer to the form at ``url``, sent as a browser would.

    Hidden fields come from the page; ``password=True`` types the person's own.
    """
    import re

    def send(client: Any, url: str, **fields: Any) -> Any:
        drawn = client.get(url)
        assert drawn.status_code == 200, drawn.status_code
        hidden = dict(
            re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', drawn.content.decode())
        )
        hidden.pop("csrfmiddlewaretoken", None)
        if fields.get("password") is True:
            fields["password"] = PASSWORD
        return client.post(url, hidden | {name.replace("__", "-"): value for name, value in fields.items()})

    return send


@pytest.fixture
def events() -> Callable[..., Any]:
    """events(stream, type) -> the payloads of that type in a stream, in order."""

    def read(stream: Any, kind: str) -> list[dict[str, Any]]:
        import json

        from ataraxy.clinic.audit.models import Event

        rows = Event.objects.filter(stream_id=stream, type=kind).order_by("seq")
        return [json.loads(row.text)["payload"] for row in rows]

    return read


@pytest.fixture
def password() -> str:
    """What everybody here types to log in and to sign."""
    return PASSWORD
