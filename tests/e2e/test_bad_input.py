"""Nonsense from every side: links, forms, frames and addresses. Each gets a clear answer, nothing dies, nothing is lost,
and no log ever holds a patient's name."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ataraxy.core.protocol.types import Measure
from ataraxy.interop.hl7v2.pcd01 import observation, render_oru
from ataraxy.live.mllp import frame
from ataraxy.live.monitor import DemoMonitor, report

pytestmark = pytest.mark.timeout(300)

CANARY = "Quillfeather"
NONSENSE = (
    "abc",
    "NaN",
    "-1e999",
    "9" * 400,
    "1970-13-45T99:99",
    f"{CANARY}\x00",
    "\u202e\U0001f600 ' OR 1=1 --",
    "x" * 20_000,
)
ROLES = ("prescriber", "nurse", "coordinator", "director")
FIELD = re.compile(r'<(?:input|textarea|select)[^>]*\bname="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(scope="module")
def live(demo_house: Any) -> Any:
    """The session that is going on, at the moment the demo stands at."""
    from ataraxy.clinic.people.models import Clinic
    from ataraxy.clinic.plan.models import Session
    from ataraxy.demo.fill import present, set_clock

    clinic = Clinic.objects.get()
    moment = present(clinic)
    assert moment is not None
    set_clock(clinic, moment, datetime.now(UTC))
    return Session.objects.select_related("clinic", "patient", "room").get(phase="dosing")


@pytest.fixture
def visitor(demo_house: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo_house.url, timeout=60) as client:
        yield client


def logged_in(url: str, role: str) -> httpx.Client:
    from django.test import Client

    from ataraxy.clinic.people.models import Staff

    staff = Staff.objects.select_related("user").get(roles__contains=[role])
    client = Client()
    client.force_login(staff.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    headers = {"Origin": url, "Referer": f"{url}/"}
    return httpx.Client(
        base_url=url, timeout=60, headers=headers, cookies={"sessionid": client.cookies["sessionid"].value}
    )


def logs(house: Any) -> dict[str, str]:
    return {path.name: path.read_text() for path in [house.log, *Path(house.home, "log").iterdir()]}


def words(answer: httpx.Response) -> str:
    """What a person reads on the page."""
    main = answer.text.split('id="main"')[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/consent/c/", "/follow/f/"])
def test_a_forged_link_says_so_and_whom_to_call(visitor: httpx.Client, live: Any, page: str) -> None:
    from ataraxy.clinic.people.links import make_link

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    good = make_link("check-in", live.id, tomorrow)
    other = make_link("staff-only", live.id, tomorrow)
    for token in (
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        other,
        "x",
        ":::",
        "%00",
        "a" * 5000,
        f"{CANARY}:1:2",
    ):
        for answer in (visitor.get(f"{page}{token}/"), visitor.post(f"{page}{token}/")):
            assert answer.status_code in (403, 404), token
        assert "call the clinic" in words(visitor.get(f"{page}{token}/")).lower() or token == "%00"
        assert live.patient.family_name not in visitor.get(f"{page}{token}/").text


def test_an_expired_link_says_that_it_is_over_and_writes_nothing(visitor: httpx.Client, live: Any) -> None:
    from ataraxy.clinic.audit.models import Event
    from ataraxy.clinic.consent.models import ConsentInvitation
    from ataraxy.clinic.context import now_at
    from ataraxy.clinic.follow.actions import link_of
    from ataraxy.clinic.follow.models import CheckIn
    from ataraxy.clinic.people.links import make_link

    now = now_at(live.clinic)
    invitation = ConsentInvitation.objects.first()
    closed = CheckIn.objects.filter(answered_at=None, superseded_by=None, closes_at__lt=now).first()
    assert invitation and closed
    before = Event.objects.count()
    for path in (
        f"/consent/c/{make_link('consent', invitation.id, now - timedelta(minutes=1))}/",
        f"/follow/f/{link_of(closed)}/",
    ):
        answer = visitor.get(path)
        assert answer.status_code in (404, 410)
        assert re.search(r"expired|over|closed", words(answer))
        assert "call" in words(answer).lower()
        token = visitor.cookies.get("csrftoken") or ""
        posted = visitor.post(
            path, data={"csrfmiddlewaretoken": token}, headers={"Referer": str(visitor.base_url)}
        )
        assert posted.status_code in (403, 404, 405, 410, 422)
    assert Event.objects.count() == before


# --- forms ----------------------------------------------------------------------------------------


def forms_of(role: str, live: Any) -> list[str]:
    """Every page of the clinic's own with one form on it, for objects of the demo."""
    from ataraxy.clinic.plan.models import ActivatedProtocol

    p, s = live.patient_id, live.id
    row = ActivatedProtocol.objects.get(protocol_id="iv-racemic-0.5")
    pages = {
        "coordinator": ["/people/add/", f"/people/patient/{p}/escort/", f"/people/patient/{p}/break-glass/"],
        "nurse": [
            *(
                f"/screen/{p}/{verb}/"
                for verb in ("diagnosis", "treatment", "condition", "medicine", "pregnancy")
            ),
            *(f"/screen/{p}/{verb}/" for verb in ("body", "scale/gad7", "scale/lsas")),
            *(
                f"/treat/session/{s}/{verb}/"
                for verb in ("vital", "escort", "side-effect", "note", "bind", "end")
            ),
            f"/treat/session/{s}/check/?line=identifiers",
            f"/follow/{p}/story/",
        ],
        "prescriber": [
            f"/screen/{p}/{row.id}/ptsd/decide/",
            f"/screen/{p}/{row.id}/ptsd/override/thyroid/",
            f"/plan/course/{live.course_id}/book/",
            f"/plan/course/{live.course_id}/stop/",
        ],
        "director": ["/people/staff/add/", f"/plan/protocol/{row.protocol_id}/{row.version}/sign/"],
    }
    return pages[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_wrong_type_in_any_field_is_refused_beside_it_and_never_a_fault(
    demo_house: Any, live: Any, role: str
) -> None:
    from ataraxy.clinic.audit.models import Event

    before = Event.objects.count()
    wrong = []
    with logged_in(demo_house.url, role) as client:
        for path in forms_of(role, live):
            page = client.get(path)
            assert page.status_code == 200, path
            names = set(FIELD.findall(page.text)) - {"csrfmiddlewaretoken"}
            token = TOKEN.findall(page.text)[-1]
            for rubbish in NONSENSE:
                data = dict.fromkeys(names, rubbish) | {"csrfmiddlewaretoken": token}
                status = client.post(path, data=data).status_code
                if status not in (400, 403, 409, 422):
                    wrong.append(f"{path} with {rubbish[:20]!r}: {status}")
    assert not wrong, wrong
    assert Event.objects.count() == before
    assert "fault in" not in "".join(logs(demo_house).values())


def test_what_was_typed_is_still_there_after_a_refusal(demo_house: Any, live: Any) -> None:
    with logged_in(demo_house.url, "coordinator") as client:
        page = client.get("/people/add/")
        typed = {
            "given_name": "Canaria",
            "family_name": CANARY,
            "birth_date": "the day before",
            "sex": "plural",
        }
        hidden = dict(
            re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text.split('id="main"')[1])
        )
        answer = client.post("/people/add/", data=hidden | typed)
    assert answer.status_code == 422
    for value in ("Canaria", CANARY, "the day before"):
        assert value in answer.text
    assert "error-summary" in answer.text


def test_a_post_without_its_token_is_refused_with_a_cure(
    visitor: httpx.Client, demo_house: Any, live: Any
) -> None:
    for path in ("/account/login/", "/people/add/", f"/treat/session/{live.id}/resume/", "/follow/f/x/"):
        answer = visitor.post(path, data={"family_name": CANARY})
        assert answer.status_code == 403, path
        assert "Reload it, and send it again" in words(answer)
    with logged_in(demo_house.url, "nurse") as client:
        assert client.post(f"/treat/session/{live.id}/note/", data={"text": CANARY}).status_code == 403
        # Stop is taken from an old page, but only from one of ours.
        foreign = {"Origin": "https://elsewhere.example"}
        assert client.post(f"/treat/session/{live.id}/stop/", data={}, headers=foreign).status_code == 403


def test_an_unknown_address_says_where_to_begin_again(visitor: httpx.Client) -> None:
    for path in (
        *(
            "/nothing/",
            f"/people/{CANARY}/",
            "/people/patient/not-a-uuid/",
            "/treat/session/../../etc/passwd",
        ),
        *("/%00", "/static/../settings.py", "/live/nothing", f"/?q={CANARY}&q=%ff"),
    ):
        answer = visitor.get(path, follow_redirects=True)
        assert answer.status_code in (200, 400, 404), path  # 200: the log-in
        if answer.status_code != 200 and not path.startswith(("/live", "/static")):
            assert "first page" in words(answer), path


def test_methods_nobody_offers_are_refused(visitor: httpx.Client) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "CANARY"):
        assert visitor.request(method, "/people/").status_code in (302, 400, 403, 405, 501), method


# --- frames ---------------------------------------------------------------------------------------


class Line:
    """A monitor's connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, payload: bytes) -> None:
        self.socket.sendall(payload)

    def answer(self) -> bytes:
        """One framed answer."""
        held = b""
        while b"\x1c" not in held:
            got = self.socket.recv(65536)
            if not got:
                raise EOFError(held)
            held += got
        return held


def good_message(live: Any, control_id: str, spo2: int) -> bytes:
    from decimal import Decimal

    from ataraxy.clinic.context import now_at

    now = now_at(live.clinic)
    value = observation(Measure.SPO2, Decimal(spo2), now, sub_id="1.3.1.150456", flags=("DEMO",))
    told = report(DemoMonitor(bed=live.room.name.upper()), control_id, datetime.now(UTC), (value,))
    return render_oru(replace(told, values=(replace(value, device_at=datetime.now(UTC)),))).encode()


MALFORMED = (
    b"hello",
    b"MSH",
    b"MSH|^~\\&|",
    b"MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.6\rOBX|1|NM|x",
    b"\xff\xfe\x00\x01" * 50,
    b"PID|1||" + CANARY.encode(),
    b"MSH|^~\\&|" + b"|" * 5000 + b"\r",
    f"MSH|^~\\&|{CANARY}^X|D|E|F|20261123100000||ORU^R01^ORU_R01|c-1|P|2.6\rPID|1||{CANARY}".encode(),
)


def test_malformed_frames_are_answered_and_kept_aside_and_the_next_good_message_is_taken(
    demo_house: Any, live: Any
) -> None:
    from ataraxy.clinic.treat.models import Quarantined, Sample

    before = Quarantined.objects.count()
    with Line(demo_house.mllp_port) as line:
        for nonsense in MALFORMED:
            line.send(frame(nonsense))
            told = line.answer()  # refused, or taken into keeping for a person to look at; never charted
            assert re.search(rb"MSA\|[AC][ER]\||MSA\|[AC]A\|[^|]*\|Kept aside", told), (nonsense[:40], told)
        line.send(b"no frame at all" + frame(good_message(live, "after-nonsense", 97)))
        while b"after-nonsense" not in (answer := line.answer()):
            pass
        assert re.search(rb"MSA\|[AC]A\|after-nonsense", answer), answer
    with Line(demo_house.mllp_port) as line:
        line.send(b"\x0b" + good_message(live, "cut-off", 96)[:80])  # and hangs up
    with Line(demo_house.mllp_port) as line:
        line.send(frame(good_message(live, "after-the-cut", 95)))
        assert re.search(rb"MSA\|[AC]A\|after-the-cut", line.answer())
    assert Quarantined.objects.count() >= before + len(MALFORMED)
    charted = set(Sample.objects.filter(session_id=live.id, measure="spo2").values_list("value", flat=True))
    assert {97, 95} <= charted
    assert 96 not in charted


# --- afterwards -----------------------------------------------------------------------------------


def test_afterwards_every_process_lives_and_no_log_holds_a_patients_name(
    visitor: httpx.Client, demo_house: Any, live: Any
) -> None:
    """Runs on whatever the tests before it left: nonsense with a canary's name in every place a name can stand."""
    from ataraxy.clinic.people.models import Patient

    with logged_in(demo_house.url, "coordinator") as client:
        client.get("/people/", params={"q": CANARY})
        client.get(f"/people/{CANARY}/")
        client.post("/people/add/", data={"family_name": CANARY})
    with Line(demo_house.mllp_port) as line:
        line.send(frame(MALFORMED[-1]))
        line.answer()
    assert visitor.get("/account/login/").status_code == 200
    assert visitor.get("/live/health").status_code == 200
    written = logs(demo_house)
    assert {"web.log", "live.log", "watch.log"} <= set(written)
    said = "\n".join(written.values())
    names = {CANARY, *Patient.objects.values_list("family_name", flat=True)}
    assert not [name for name in names if name in said]
    assert "fault in" not in said
    assert "starts again" not in said
    assert "Traceback" not in said
