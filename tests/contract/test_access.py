"""Who may open what: a walk over every address, with the real objects of the demo clinic, as everybody, by every method."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

CLINICAL = frozenset({"prescriber", "nurse", "therapist", "director"})
DESK = CLINICAL | {"coordinator"}
BEDSIDE = frozenset({"prescriber", "nurse"})
DIRECTOR = frozenset({"director"})
STAFF = DESK | {"researcher"}
ROLES = ("prescriber", "nurse", "therapist", "coordinator", "director", "researcher")

# Addresses anybody may open, each with its reason. Everything else is in RIGHTS.
EXEMPT = {
    "consent:read": "the patient's own link: signed, expiring, opens one consent",
    "consent:sign": "the patient's own link: signed, expiring, opens one consent",
    "people:lock": "a person's own page, hidden; it shows and ends nothing",
    "people:unlock": "a person's own page, with their own password",
    "people:here": "says that a person is at their own page; it shows nothing",
    "people:danger": "what a lock shows: rooms and record numbers with their taps; nothing for who may not tap",
    "follow:answer": "the patient's own link: signed, expiring, opens one check-in",
}
EXEMPT_PREFIXES = {
    "account_": "log-in and the person's own account (django-allauth)",
    "mfa_": "the person's own second factor (django-allauth)",
}


@dataclass(frozen=True)
class Right:
    """Who may GET, and who may POST (None: the address takes only GET)."""

    get: frozenset[str]
    post: frozenset[str] | None = None


PHARMACY_PAPERS = [
    "papers",
    "log",
    "log-csv",
    "inventory",
    "inventory-csv",
    "discrepancy-report",
    "loss-report",
]


def _rights() -> dict[str, Right]:
    prescriber = frozenset({"prescriber"})
    watch = frozenset({"prescriber", "nurse", "director"})
    look_back = frozenset({"prescriber", "director"})
    rights = {
        "home": Right(DESK),  # a researcher is sent on to the outcomes
        "learn:outcomes": Right(frozenset({"prescriber", "therapist", "director", "researcher"})),
        "treat:quarantine": Right(watch),
        "treat:settle": Right(watch, watch),
        "devices:monitors": Right(watch, watch),
        "day:closing": Right(watch, watch),
        "plan:stop-course": Right(BEDSIDE, BEDSIDE),
        "pharmacy:stock": Right(watch),
        "pharmacy:vial": Right(watch),
        "pharmacy:discrepancies": Right(watch),
        **{f"pharmacy:{name}": Right(watch) for name in PHARMACY_PAPERS},
        "pharmacy:draw": Right(BEDSIDE, BEDSIDE),
        "treat:emergency-review": Right(look_back, look_back),
    }
    keep = "reconciliation receive count waste-syringe waste-vial destroy transfer explain charge"
    rights |= {f"pharmacy:{name}": Right(watch, watch) for name in keep.split()}
    rights |= {f"pharmacy:{name}": Right(look_back, look_back) for name in ("reverse", "close")}
    brings = look_back | {"researcher"}
    rights |= {f"evidence:{name}": Right(brings, brings) for name in ("bring", "retraction")}
    rights["evidence:decide"] = Right(look_back, look_back)
    rights |= {f"pharmacy:{n}": Right(DIRECTOR, DIRECTOR) for n in ("location", "registration", "product")}
    look = {
        STAFF: "evidence:overview evidence:methods evidence:studies evidence:study evidence:review evidence:disorder"
        " evidence:inputs evidence:sure evidence:arrivals evidence:arrival",
        DESK: "people:patients people:patient consent:consent plan:plan follow:due day:opening",
        CLINICAL: "screen:screening plan:protocols plan:protocol treat:board treat:session treat:flow-sheet follow:patient"
        " plan:how plan:prediction treat:prediction treat:session-record treat:monitoring-form day:downtime-pack"
        " audit:chart evidence:rationale",
        DIRECTOR: "people:broken-glass people:staff audit:record",
    }
    act = {
        DESK: "people:add-patient people:escort people:contact people:break-glass consent:invite consent:withdraw plan:book"
        " plan:move follow:send",
        CLINICAL: "screen:diagnosis screen:scale screen:treatment screen:condition screen:medicine screen:pregnancy"
        " screen:body screen:retract treat:pause treat:stop treat:note treat:emergency"
        " treat:emergency-log treat:pump treat:check-syringe follow:story follow:concern",
        BEDSIDE: "treat:screen treat:spray"
        " treat:arrive treat:check treat:escort treat:vital treat:bind treat:unbind treat:start treat:resume"
        " treat:call-off day:equipment treat:people treat:syringe treat:rate treat:order treat:give treat:bolus"
        " treat:artefact treat:move treat:paper treat:hand-over "
        "treat:accept treat:finish treat:side-effect treat:resolve treat:correct treat:end",
        prescriber: "screen:attest screen:override screen:decide plan:start-course plan:review treat:override"
        " treat:decide-dose day:sign-record treat:countersign",
        DIRECTOR: "devices:gateways devices:revoke-gateway devices:unplaced"
        " people:review-glass people:add-staff people:credential people:lock-after people:house"
        " plan:activate plan:sign-line",
    }
    rights |= {name: Right(who) for who, names in look.items() for name in names.split()}
    rights |= {name: Right(who, who) for who, names in act.items() for name in names.split()}
    return rights


RIGHTS = _rights()


@pytest.mark.parametrize(
    ("page", "stream"),
    [("treat:board", "/live/board/events"), ("treat:session", "/live/session/{session_id:uuid}/events")],
)
def test_a_page_and_its_live_stream_are_open_to_the_same_roles(database: str, page: str, stream: str) -> None:
    from ataraxy.live.routes import ROUTES

    (route,) = [one for one in ROUTES if one.path == stream]
    assert frozenset(route.roles) == RIGHTS[page].get


def patterns() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every named address: its name, its route, the names of its parameters."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(entries: Any, namespace: str, route: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for entry in entries:
            here = route + str(entry.pattern)
            if isinstance(entry, URLResolver):
                inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
                yield from walk(entry.url_patterns, inner, here)
            elif isinstance(entry, URLPattern):
                yield f"{namespace}{entry.name}", here, tuple(entry.pattern.converters)

    yield from walk(get_resolver().url_patterns, "", "")


def is_exempt(name: str) -> bool:
    return name in EXEMPT or name.startswith(tuple(EXEMPT_PREFIXES))


# --- the world ------------------------------------------------------------------------------------


@pytest.fixture
def world(demo_database: str) -> dict[str, Any]:
    """The demo clinic with one of everything an address may name: parameter (or address.parameter) -> value."""
    from datetime import UTC, datetime

    from ataraxy.clinic.audit.append import Entry
    from ataraxy.clinic.context import system_context
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
    assert booked is not None
    staff = {person.roles[0]: person for person in Staff.objects.select_related("clinic", "user")}
    ctx = system_context(clinic)
    chart = chart_of(live.patient_id)
    raised = append_chart(
        ctx, live.patient_id, Entry(ConcernRaised(chart.treatments[0].record.envelope.id, "Look."))
    )
    # the emergency access is to another patient's chart, so that it opens nothing the walk looks at
    other = Patient.objects.exclude(id=live.patient_id).order_by("record_number").first()
    assert other is not None
    from ataraxy.clinic.context import staff_context

    break_glass(
        staff_context(staff["coordinator"]), other, "The patient is on the telephone and nobody else is here."
    )
    gateway, _ = add_gateway(staff_context(staff["director"]), "Bridge", uuid.uuid4())
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
    return {
        "staff": staff,
        "patient_id": live.patient_id,
        "session_id": live.id,
        "plan:move.session_id": booked.id,
        "treat:arrive.session_id": booked.id,
        "treat:check.session_id": booked.id,
        "treat:screen.session_id": booked.id,
        "treat:start.session_id": booked.id,
        "course_id": live.course_id,
        "plan:book.course_id": live.course_id,
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
        "entry": chart.treatments[0].record.envelope.id,
        "glass_id": BreakGlass.objects.get().id,
        "staff_id": staff["nurse"].id,
        "concern_id": raised[0].envelope.id,
        "check_in_id": CheckIn.objects.filter(answered_at=None, superseded_by=None, due_at__lt=ctx.now)
        .first()
        .id,  # type: ignore[union-attr]
        "message_id": unknown.id,
        "gateway_id": gateway.id,
        **pharmacy_of(live, staff_context(staff["nurse"])),
    }


def arrival_of_a_retraction(director: Any) -> Any:
    """Something of the evidence that waits for a decision."""
    from datetime import date

    from ataraxy.clinic.evidence.actions import report_retraction

    return report_retraction(
        director, "feder-2014", date(2026, 1, 2), "Told for the walk.", "", str(uuid.uuid4())
    )


def pharmacy_of(live: Any, nurse: Any) -> dict[str, Any]:
    """One of everything the pharmacy's addresses name; a dose without a vial opens the discrepancy."""
    import uuid
    from decimal import Decimal

    from ataraxy.clinic.pharmacy.charging import charge_administration
    from ataraxy.clinic.pharmacy.models import Act, Count, Location, Syringe, Vial

    # of a substance that is not kept: nothing is taken out of the syringe of the session that goes on
    uncovered = charge_administration(nurse, live.id, uuid.uuid4(), Decimal(2), substance="midazolam")
    assert uncovered is not None
    return {
        "location_id": Location.objects.get().id,
        "vial_id": Vial.objects.order_by("-number").values_list("id", flat=True)[0],
        "syringe_id": Syringe.objects.get(session=live).id,
        "act_id": Act.objects.filter(kind="draw").values_list("id", flat=True)[0],
        "discrepancy_id": uncovered.discrepancy,
        "count_id": Count.objects.values_list("id", flat=True)[0],
    }


def address(world: dict[str, Any], name: str, parameters: tuple[str, ...]) -> str:
    from django.urls import reverse

    return reverse(name, kwargs={p: world.get(f"{name}.{p}", world.get(p)) for p in parameters})


def client_of(staff: Any) -> Any:
    from django.test import Client

    client = Client(raise_request_exception=False)
    client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def outside(world: dict[str, Any]) -> Any:
    """Somebody with every role, at another clinic."""
    from ataraxy.clinic.people.models import Clinic, Role, Staff, User

    other = Clinic.objects.create(name="Elsewhere Clinic", zone="Europe/London", is_demo=True)
    user = User.objects.create(email="outsider@elsewhere.example")
    return Staff.objects.create(clinic=other, user=user, name="Outsider", roles=Role.values)


# --- the walk -------------------------------------------------------------------------------------


def test_every_address_is_in_the_table_or_exempt_with_a_reason(django: None) -> None:
    names = {name for name, _, _ in patterns()}
    assert {name for name in names if not is_exempt(name)} == set(RIGHTS)
    assert set(EXEMPT) <= names
    assert all(EXEMPT.values())
    assert all(EXEMPT_PREFIXES.values())


def test_each_role_opens_what_is_its_own_and_nothing_else(world: dict[str, Any]) -> None:
    wrong = []
    for role in ROLES:
        client = client_of(world["staff"][role])
        for name, _, parameters in patterns():
            if is_exempt(name):
                continue
            right, got = RIGHTS[name], client.get(address(world, name, parameters)).status_code
            expected = 200 if role in right.get else (302 if name == "home" else 403)
            if got != expected:
                wrong.append(f"GET {name} as {role}: {got}, not {expected}")
    assert not wrong, wrong


def test_each_role_does_what_is_its_own_and_nothing_else(world: dict[str, Any]) -> None:
    """An empty form: refused with its reasons where the role may act, forbidden where it may not, never a fault."""
    wrong = []
    for role in ROLES:
        client = client_of(world["staff"][role])
        for name, _, parameters in patterns():
            if is_exempt(name):
                continue
            right, got = RIGHTS[name], client.post(address(world, name, parameters), {}).status_code
            allowed = right.post is not None and role in right.post
            expected = (302, 422) if allowed else (405, 403) if right.post is None else (403,)
            if got not in expected:
                wrong.append(f"POST {name} as {role}: {got}, not one of {expected}")
    assert not wrong, wrong


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_an_outsider_finds_nothing(world: dict[str, Any], method: str) -> None:
    """Every role elsewhere is no role here: an object of this clinic does not exist, and lists are empty of it."""
    from ataraxy.clinic.people.models import Patient

    names = set(Patient.objects.values_list("family_name", flat=True))
    client = client_of(outside(world))
    files = "protocol_id version disorder criterion scale_id condition study_id review_id"
    ours = set(files.split())  # these name files, not our rows
    wrong = []
    for name, _, parameters in patterns():
        if is_exempt(name):
            continue
        response = getattr(client, method)(address(world, name, parameters))
        if set(parameters) - ours and response.status_code not in (404, 405):
            wrong.append(f"{method} {name}: {response.status_code}")
        text = (
            response.content.decode(errors="replace") if not response.streaming else ""
        )  # a paper is no text
        wrong.extend(f"{method} {name} shows {family}" for family in names if family in text)
    assert not wrong, wrong


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_an_anonymous_visitor_is_sent_to_the_log_in(world: dict[str, Any], method: str) -> None:
    from django.test import Client

    client = Client(raise_request_exception=False)
    wrong = []
    for name, _, parameters in patterns():
        if is_exempt(name):
            continue
        response = getattr(client, method)(address(world, name, parameters))
        if response.status_code != 302 or not response["Location"].startswith("/account/login/"):
            wrong.append(f"{method} {name}: {response.status_code}")
    assert not wrong, wrong


def test_a_broken_glass_opens_one_chart_and_says_so(world: dict[str, Any]) -> None:
    from django.urls import reverse

    from ataraxy.clinic.audit.models import ChartRead
    from ataraxy.clinic.people.models import BreakGlass

    glass = BreakGlass.objects.get()
    client = client_of(world["staff"]["coordinator"])
    assert client.get(reverse("screen:screening", args=[world["patient_id"]])).status_code == 403
    assert client.get(reverse("screen:screening", args=[glass.patient_id])).status_code == 200
    read = ChartRead.objects.filter(patient_id=glass.patient_id).latest("id")
    assert (read.right, read.staff_id) == ("break-glass", glass.staff_id)


def test_every_read_of_a_chart_is_on_record(world: dict[str, Any]) -> None:
    """Each page that is about one patient leaves a line in the list of reads."""
    from ataraxy.clinic.audit.models import ChartRead

    client = client_of(world["staff"]["prescriber"])
    silent = []
    for name, _, parameters in patterns():
        if is_exempt(name) or not {"patient_id", "session_id"} & set(parameters):
            continue
        if name == "people:break-glass":  # asks for the reason; shows nothing of the chart
            continue
        before = ChartRead.objects.count()
        if (
            client.get(address(world, name, parameters)).status_code == 200
            and ChartRead.objects.count() == before
        ):
            silent.append(name)
    assert not silent, silent


def test_live_routes_name_their_roles_or_their_reason(django: None) -> None:
    from ataraxy.live.routes import ROUTES

    for route in ROUTES:
        assert bool(route.roles) != bool(route.exempt), route.path
