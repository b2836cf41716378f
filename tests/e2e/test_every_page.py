"""Every named page, as every role that may open it, on a phone and on a desk: it opens without a fault, nothing in it
breaks the content policy, axe finds no barrier, nothing scrolls sideways, and no link in it leads to a closed door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import Resolver404, resolve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

ROLES = ("prescriber", "nurse", "therapist", "coordinator", "director", "researcher")
PATIENTS_OWN = ("consent:read", "consent:sign", "follow:answer")  # opened by link, below
# a person's own page, hidden: tests/clinic/people/test_lock.py
LOCK = ("people:lock", "people:unlock", "people:here", "people:danger")
SHAPE = """() => JSON.stringify([...new Set([...document.querySelectorAll('body *')]
    .map(e => e.tagName + '.' + e.getAttribute('class')))].sort())"""


@pytest.fixture(scope="module")
def things(demo_house: Any) -> dict[str, Any]:
    """One of everything an address may name: parameter (or address.parameter) -> value."""
    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.context import staff_context, system_context
    from ataraxy.clinic.devices.actions import add_gateway
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.people.actions.glass import break_glass
    from ataraxy.clinic.people.chart import append_chart, chart_of
    from ataraxy.clinic.people.models import BreakGlass, Clinic, Patient, Staff
    from ataraxy.clinic.plan.models import ActivatedProtocol, Session
    from ataraxy.clinic.treat.models import Quarantined
    from ataraxy.core.chart.events import ConcernRaised
    from ataraxy.demo.fill import present, set_clock

    clinic = Clinic.objects.get()
    moment = present(clinic)
    assert moment is not None
    set_clock(clinic, moment, datetime.now(UTC))
    live = Session.objects.select_related("patient").get(phase="dosing")
    booked = Session.objects.filter(phase="booked", ended="").order_by("during").first()
    ended = Session.objects.filter(ended="discharged").order_by("during").first()
    assert booked and ended
    staff = {person.roles[0]: person for person in Staff.objects.select_related("clinic", "user")}
    ctx = system_context(clinic)
    treatment = chart_of(live.patient_id).treatments[0].record.envelope.id
    raised = append_chart(ctx, live.patient_id, Entry(ConcernRaised(treatment, "Look.")))
    other = Patient.objects.exclude(id=live.patient_id).order_by("record_number").first()
    assert other
    break_glass(staff_context(staff["coordinator"]), other, "On the telephone, and nobody else is here.")
    unknown = Quarantined.objects.create(
        clinic=clinic,
        received_at=ctx.now,
        device="BED-9",
        peer="127.0.0.1",
        reason="nobody",
        cure="bind",
        raw=b"MSH|",
    )
    row = ActivatedProtocol.objects.get(protocol_id="iv-racemic-0.5")
    due = (
        CheckIn.objects.filter(answered_at=None, superseded_by=None, closes_at__gt=ctx.now)
        .order_by("due_at")
        .first()
    )
    assert due
    found: dict[str, Any] = {
        "clinic": clinic,
        "glass_id": BreakGlass.objects.get().id,
        "patient_id": live.patient_id,
        "session_id": live.id,
        "course_id": live.course_id,
        "protocol": row.id,
        "protocol_id": row.protocol_id,
        "version": row.version,
        "disorder": "ptsd",
        "condition": "ptsd",
        "study_id": "feder-2021",
        "review_id": "whittaker-2021",
        "arrival_id": arrival_of_a_retraction(staff_context(staff["director"])),
        "criterion": "earlier-treatment",
        "scale_id": "gad7",
        "entry": treatment,
        "staff_id": staff["nurse"].id,
        "concern_id": raised[0].envelope.id,
        "check_in_id": due.id,
        "message_id": unknown.id,
        "gateway_id": add_gateway(staff_context(staff["director"]), "Bridge", uuid4())[0].id,
        **pharmacy_of(live, staff_context(staff["nurse"])),
        "booked": booked.id,
        "ended": ended,
        "people:patient.patient_id": ended.patient_id,
        "follow:patient.patient_id": ended.patient_id,
    }
    for name in ("plan:move", "treat:arrive", "treat:check", "treat:start", "treat:bind"):
        found[f"{name}.session_id"] = booked.id
    return found


def arrival_of_a_retraction(director: Any) -> Any:
    """Something of the evidence that waits for a decision."""
    from datetime import date

    from ataraxy.clinic.evidence.actions import report_retraction

    return report_retraction(director, "feder-2014", date(2026, 1, 2), "Told for the walk.", "", str(uuid4()))


def pharmacy_of(live: Any, nurse: Any) -> dict[str, Any]:
    """One of everything the pharmacy's addresses name; a dose without a vial opens the discrepancy."""
    from decimal import Decimal

    from ataraxy.clinic.pharmacy.charging import charge_administration
    from ataraxy.clinic.pharmacy.models import Act, Count, Location, Syringe, Vial

    uncovered = charge_administration(nurse, live.id, uuid4(), Decimal(2), substance="midazolam")
    assert uncovered
    return {
        "location_id": Location.objects.get().id,
        "vial_id": Vial.objects.order_by("-number").values_list("id", flat=True)[0],
        "syringe_id": Syringe.objects.get(session=live).id,
        "act_id": Act.objects.filter(kind="draw").values_list("id", flat=True)[0],
        "discrepancy_id": uncovered.discrepancy,
        "count_id": Count.objects.values_list("id", flat=True)[0],
    }


def patterns() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every named address of the clinic with the names of its parameters; the log-in's own are walked by hand."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(entries: Any, namespace: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for entry in entries:
            if isinstance(entry, URLResolver):
                yield from walk(
                    entry.url_patterns, f"{namespace}{entry.namespace}:" if entry.namespace else namespace
                )
            elif isinstance(entry, URLPattern):
                yield f"{namespace}{entry.name}", tuple(entry.pattern.converters)

    for name, parameters in walk(get_resolver().url_patterns, ""):
        if not name.startswith(("account_", "mfa_")) and name not in (*PATIENTS_OWN, *LOCK):
            yield name, parameters


def addresses(things: dict[str, Any]) -> list[tuple[str, str]]:
    """(name of a picture, path) of every page, and of pages that look different with a query or another object."""
    from django.urls import reverse

    found = []
    for name, parameters in patterns():
        values = {p: things.get(f"{name}.{p}", things.get(p)) for p in parameters}
        found.append((name.replace(":", "-"), reverse(name, kwargs=values)))
    live, ended = things["session_id"], things["ended"].id
    found += [
        ("treat-session-booked", reverse("treat:session", args=[things["booked"]])),
        ("treat-session-ended", reverse("treat:session", args=[ended])),
        ("treat-flow-sheet-ended", reverse("treat:flow-sheet", args=[ended])),
        ("treat-check-identifiers", reverse("treat:check", args=[things["booked"]]) + "?line=identifiers"),
        ("treat-override-line", reverse("treat:override", args=[things["booked"]]) + "?line=fasting"),
        ("treat-end-live", reverse("treat:end", args=[live])),
        ("people-patient-live", reverse("people:patient", args=[things["patient_id"]])),
        ("evidence-disorder-sad", reverse("evidence:disorder", args=["sad"])),
        ("evidence-disorder-narrowed", reverse("evidence:disorder", args=["gad"]) + "?measure=or&route=sc"),
        ("evidence-study-retracted", reverse("evidence:study", args=["mills-2025"])),
        ("evidence-studies-none", reverse("evidence:studies") + "?q=nothing-has-this-name"),
        ("screen-scale-lsas", reverse("screen:scale", args=[things["patient_id"], "lsas"])),
    ]
    return found


class Walker:
    """Goes from page to page in one log-in and notes everything that is wrong."""

    def __init__(self, window: Any, url: str, no_barriers: Any, picture: Any) -> None:
        self.window, self.url = window, url
        self.no_barriers, self.picture = no_barriers, picture
        self.wrong: list[str] = []
        self.links: dict[tuple[str, str], str] = {}
        self.opened: set[str] = set()

    def look(self, name: str, path: str, shapes: set[tuple[str, str]], status: int = 200) -> None:
        page = self.window.page
        answer = page.goto(self.url + path)
        if answer.status != status:
            self.wrong.append(f"{name}: {answer.status}, not {status}")
            return
        shape = (name, page.evaluate(SHAPE))
        if shape not in shapes:
            shapes.add(shape)
            self._look_closely(name, sum(1 for known, _ in shapes if known == name))
        self._note_links(name, page)
        if status == 200:
            self.opened.add(resolve(path.split("?")[0]).view_name)
            self.wrong += [f"{name}: {t}" for t in self.window.troubles]
        self.window.troubles.clear()

    def _look_closely(self, name: str, nth: int) -> None:
        self.picture(self.window.page, f"page-{name}" + (f"-{nth}" if nth > 1 else ""))
        try:
            self.no_barriers(self.window.page, name)
        except AssertionError as barrier:
            self.wrong.append(str(barrier).split("\nassert")[0])

    def _note_links(self, name: str, page: Any) -> None:
        """One link of each kind on each kind of page, to be followed later unless the walk itself comes there."""
        for path in page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"
        ):
            if not path.startswith("/") or path.startswith("/account/"):
                continue
            try:
                target = resolve(path.split("?")[0].split("#")[0]).view_name
            except Resolver404:
                self.wrong.append(f"{name} links to {path}, which is nowhere")
                continue
            self.links.setdefault((name, target), path)

    def follow_links(self) -> None:
        for (name, target), path in sorted(self.links.items()):
            if target in self.opened:
                continue
            status = self.window.context.request.get(self.url + path).status
            if status != 200:
                self.wrong.append(f"{name} links to {target}, which answers {status} to this role")


@pytest.fixture(scope="module")
def shapes() -> set[tuple[str, str]]:
    """Pages already looked at closely; one that is built alike for another role is not looked at twice."""
    return set()


@pytest.fixture
def walker(
    demo_house: Any,
    window: Callable[..., Any],
    no_barriers: Callable[..., None],
    picture: Callable[..., None],
) -> Callable[..., Walker]:
    return lambda **more: Walker(window(**more), demo_house.url, no_barriers, picture)


def opens(things: dict[str, Any], role: str) -> list[tuple[str, str]]:
    """The pages this role may open: those that answer it with a page (the walk over rights proves which those are)."""
    from django.test import Client

    from ataraxy.clinic.people.models import Staff

    client = Client(raise_request_exception=False)
    staff = Staff.objects.select_related("user").get(roles__contains=[role])
    client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answers = {path: client.get(path) for _, path in addresses(things)}
    codes = {path: answer.status_code for path, answer in answers.items()}
    assert set(codes.values()) <= {200, 302, 403}, {
        p: c for p, c in codes.items() if c not in (200, 302, 403)
    }
    papers = {path for path, answer in answers.items() if not answer["Content-Type"].startswith("text/html")}
    return [(name, path) for name, path in addresses(things) if codes[path] == 200 and path not in papers]


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_opens_without_fault_or_barrier(
    demo_house: Any,
    things: dict[str, Any],
    shapes: set[tuple[str, str]],
    walker: Callable[..., Walker],
    log_in: Callable[..., None],
    role: str,
) -> None:
    from ataraxy.clinic.people.demo_door import DEMO_PASSWORD

    pages = opens(things, role)
    assert len(pages) >= (1 if role == "researcher" else 10)
    walk = walker()
    log_in(walk.window.page, demo_house.url, f"{role}@stillwater.example", DEMO_PASSWORD)
    walk.window.page.locator(".whoami").wait_for()
    for name, path in pages:
        walk.look(name, path, shapes)
    walk.follow_links()
    assert not walk.wrong, "\n".join(walk.wrong)


def test_the_patients_own_pages_open_without_log_in_fault_or_barrier(
    things: dict[str, Any], shapes: set[tuple[str, str]], walker: Callable[..., Walker]
) -> None:
    from django.urls import reverse

    from ataraxy.clinic.consent.models import ConsentInvitation
    from ataraxy.clinic.context import now_at
    from ataraxy.clinic.follow.actions import link_of
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.people.links import make_link

    now = now_at(things["clinic"])
    signed = ConsentInvitation.objects.exclude(signed_at=None).first()
    unsigned = ConsentInvitation.objects.filter(signed_at=None).order_by("-closes_at").first()
    assert signed
    until = now + timedelta(days=2)
    walk = walker(size=(360, 740))
    pages = [
        ("patient-copy", reverse("consent:read", args=[make_link("consent", signed.id, until)]), 200),
        ("patient-forged", reverse("consent:read", args=["not-a-link"]), 404),
        ("patient-answer-forged", reverse("follow:answer", args=["not-a-link"]), 404),
        ("page-unknown", "/nothing/here/", 404),
    ]
    if unsigned:
        pages.append(
            ("patient-consent", reverse("consent:read", args=[make_link("consent", unsigned.id, until)]), 200)
        )
    kinds: dict[str, Any] = {}
    for row in CheckIn.objects.filter(superseded_by=None, due_at__lte=now).order_by("-due_at"):
        kinds.setdefault("answered" if row.answered_at else "closed" if row.closes_at <= now else "open", row)
        if row.answered_at is None and row.closes_at > now:
            kinds.setdefault("open-" + "-".join(row.scales), row)
    assert {"answered", "closed", "open"} < set(kinds)
    pages += [
        (
            f"patient-answer-{kind}",
            reverse("follow:answer", args=[link_of(row)]),
            410 if kind == "closed" else 200,
        )
        for kind, row in kinds.items()
    ]
    for name, path, wanted in pages:
        walk.look(name, path, shapes, wanted)
    assert not walk.wrong, "\n".join(walk.wrong)


def test_the_pages_of_the_log_in_open_without_fault_or_barrier(
    demo_house: Any,
    things: dict[str, Any],
    shapes: set[tuple[str, str]],
    walker: Callable[..., Walker],
    log_in: Callable[..., None],
) -> None:
    from ataraxy.clinic.people.demo_door import DEMO_PASSWORD

    walk = walker()
    for path in ("login/", "signup/", "password/reset/"):
        walk.look(f"account-{path.replace('/', '')}", f"/account/{path}", shapes)
    log_in(walk.window.page, demo_house.url, "nurse@stillwater.example", DEMO_PASSWORD)
    walk.window.page.locator(".whoami").wait_for()
    for path in ("logout/", "password/change/", "reauthenticate/", "2fa/"):
        walk.look(f"account-{path.replace('/', '')}", f"/account/{path}", shapes)
    page = walk.window.page
    for path in ("2fa/totp/activate/", "2fa/webauthn/add/", "2fa/webauthn/"):
        page.goto(f"{demo_house.url}/account/{path}")
        if page.get_by_role("heading", name="Confirm it is you").count():
            page.fill("[name=password]", DEMO_PASSWORD)
            page.get_by_role("button", name="Confirm").click()
            page.locator(".whoami").wait_for()
        walk.look(f"account-{path.replace('/', '-')}", f"/account/{path}", shapes)
    assert not walk.wrong, "\n".join(walk.wrong)
