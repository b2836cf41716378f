"""One patient from referral to the answer a day after the dose, through the pages alone, each role at its own desk.

Everybody logs in with a second factor. Nothing about the patient is written but by the pages, by the patient's own
links and by a monitor that speaks over MLLP; the clock alone is shifted, as only a demo clinic's can be.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900)]

ZONE = ZoneInfo("America/New_York")
OPENING = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
SESSION_AT = datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)
GIVEN, FAMILY, BORN = "Canaria", "Quillfeather", "1986-04-12"
PROTOCOL = "iv-racemic-0.5"
WITH_APP = ("coordinator", "therapist")  # these carry an authenticator app; the others a passkey


@dataclass
class Person:
    """A member of staff at their own desk: one window, one second factor."""

    role: str
    window: Any
    url: str
    factor: Any = None
    tabs: list[Any] = field(default_factory=list)

    @property
    def page(self) -> Any:
        return self.window.page

    def go(self, path: str) -> Any:
        self.page.goto(self.url + path if path.startswith("/") else path)
        return self.page


@pytest.fixture
def staffed(
    served: Any,
    found: Callable[..., Any],
    window: Callable[..., Any],
    log_in: Callable[..., None],
    code_of: Callable[..., str],
    give_key: Callable[..., Any],
) -> Callable[[str], Person]:
    """staffed(role) -> that person, who set up a second factor, logged out, and logged in with it."""
    clinic = found(is_demo=True, now=OPENING)

    def hire(role: str) -> Person:
        person = Person(role, window(), served.url)
        page, email = person.page, clinic.email(role)
        log_in(page, served.url, email, clinic.password)
        page.locator(".whoami").wait_for()
        if role in WITH_APP:
            secret = set_up_app(person, clinic.password, code_of)
            log_out(page)
            log_in(page, served.url, email, clinic.password)
            page.get_by_role("heading", name="Your second factor").wait_for()
            refuse_without_the_second_factor(person)
            enter_code(page, code_of(secret))
        else:
            set_up_passkey(person, clinic.password, give_key)
            log_out(page)
            log_in(page, served.url, email, clinic.password)
            page.get_by_role("heading", name="Your second factor").wait_for()
            refuse_without_the_second_factor(person)
            page.goto(f"{served.url}/account/2fa/authenticate/")
            page.locator("#mfa_webauthn_authenticate").click()
        page.locator(".whoami").wait_for()
        return person

    hire.clinic = clinic  # type: ignore[attr-defined]
    return hire


def confirm(page: Any, password: str) -> None:
    """A change to how one logs in asks for the password once more."""
    page.get_by_role("heading", name="Confirm it is you").wait_for()
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Confirm").click()


def set_up_app(person: Person, password: str, code_of: Callable[..., str]) -> str:
    page = person.go("/account/2fa/totp/activate/")
    confirm(page, password)
    secret = str(page.locator("code").first.inner_text())
    page.fill("[name=code]", code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_text("Authenticator app").first.wait_for()
    return secret


def set_up_passkey(person: Person, password: str, give_key: Callable[..., Any]) -> None:
    person.factor = give_key(person.page)
    page = person.go("/account/2fa/webauthn/add/")
    confirm(page, password)
    page.fill("[name=name]", "Front desk key")
    page.check("[name=passwordless]")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "add" not in url)


def log_out(page: Any) -> None:
    page.goto(page.url.split("/account")[0] + "/account/logout/")
    page.locator("#main").get_by_role("button", name="Log out").click()
    page.goto(page.url.split("/account")[0] + "/people/")
    page.get_by_role("heading", name="Log in").wait_for()


def refuse_without_the_second_factor(person: Person) -> None:
    """The password alone opens nothing."""
    page = person.window.also()
    page.goto(person.url + "/people/")
    assert "/account/" in page.url
    page.close()


def enter_code(page: Any, code: str) -> None:
    page.fill("[name=code]", code)
    page.get_by_role("button", name="Log in", exact=True).click()


# --- hands ----------------------------------------------------------------------------------------


def choose(page: Any, name: str, value: str) -> None:
    """Tap the large button of one answer."""
    page.locator("label", has=page.locator(f'input[name="{name}"][value="{value}"]')).click()


def tick(page: Any, name: str) -> None:
    page.check(f'input[type=checkbox][name="{name}"]')


def submit(page: Any, words: str) -> None:
    page.locator("#main form").get_by_role("button", name=words).first.click()


def told(page: Any, words: str | re.Pattern[str]) -> None:
    """The page says so, where it can be seen."""
    page.get_by_text(words).first.wait_for()


def answer_items(page: Any, count: int, value: int) -> None:
    """The first ``count`` items get ``value``, the rest (a ninth item about harming oneself) the lowest answer."""
    for number in range(1, page.locator("fieldset.question").count() + 1):
        choose(page, f"item-{number}", str(value if number <= count else 0))
    submit(page, "Score and save")


def answer_all_questions(page: Any, value: str, but: dict[str, str] | None = None) -> None:
    names = page.evaluate(
        "[...new Set([...document.querySelectorAll('input[type=radio][name^=answer-]')].map(i => i.name))]"
    )
    assert len(names) > 3
    for name in names:
        choose(page, name, (but or {}).get(name.removeprefix("answer-"), value))
    submit(page, "Save")
    told(page, "The answers are recorded.")


def vitals(page: Any, session: str, **values: str) -> None:
    page.goto(session + "vital/")
    for name, value in values.items():
        page.fill(f"[name={name}]", value)
    submit(page, "Record")
    page.wait_for_url(session)


# --- the clock and the monitor --------------------------------------------------------------------


def set_time(clinic: Any, moment: datetime) -> None:
    from ataraxy.demo.fill import set_clock

    set_clock(clinic, moment, datetime.now(UTC))


def present(clinic: Any) -> datetime:
    from ataraxy.clinic.context import now_at

    return now_at(clinic)


@contextmanager
def monitor(served: Any, bed: str, minute: float) -> Iterator[None]:
    """``ataraxy demo-monitor`` as a process of its own, speaking to the served clinic over MLLP."""
    command = [sys.executable, "-m", "ataraxy.cli", "demo-monitor", "--port", str(served.mllp_port)]
    with subprocess.Popen(
        [*command, "--bed", bed, "--start-at-min", str(minute)], stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()


# --- the way ----------------------------------------------------------------------------------------


def test_one_patient_from_referral_to_the_answer_a_day_after_the_dose(
    served: Any,
    server: Any,
    staffed: Callable[[str], Person],
    window: Callable[..., Any],
    picture: Callable[..., None],
) -> None:
    clinic = staffed.clinic  # type: ignore[attr-defined]
    way = Way(served, clinic, picture)
    director = staffed("director")
    way.activate(director)
    coordinator = staffed("coordinator")
    way.refer(coordinator)
    prescriber, nurse = staffed("prescriber"), staffed("nurse")
    way.screen(prescriber, nurse)
    way.decide(prescriber, nurse)
    way.agree(nurse, window(PHONE))
    way.plan(prescriber, coordinator)

    set_time(clinic.clinic, SESSION_AT - timedelta(minutes=25))
    way.arrive(nurse, prescriber)
    way.bind(nurse)
    # Bound first: the one pressure the monitor takes at its start is this session's only then.
    with monitor(served, "HARBOUR", 0):
        way.see_numbers(nurse)
        way.start(nurse)
        way.pause_and_resume(nurse, prescriber)
        way.chart(nurse, staffed("therapist"))
        set_time(clinic.clinic, way.started + timedelta(minutes=46))
        way.finish(nurse)
        way.observe(nurse)
        set_time(clinic.clinic, way.started + timedelta(minutes=100))
        way.refuse_to_discharge(nurse)
        set_time(clinic.clinic, way.started + timedelta(minutes=172))
        way.discharge(nurse)

    set_time(clinic.clinic, way.started + timedelta(hours=25))
    way.ask_how_they_are(coordinator, window(PHONE))
    way.see_the_answer(prescriber, staffed("researcher"))

    for person in (director, coordinator, prescriber, nurse):
        assert person.window.unexpected() == []
    assert verified(server, served)["ok"] is True


PHONE = (360, 740)


def verified(server: Any, served: Any) -> dict[str, Any]:
    """What ``ataraxy verify`` says of this database; its exit code is 0."""
    environ = os.environ | {
        "ATARAXY_HOME": str(served.home),
        "DATABASE_URL": server.url("ataraxy_app", served.database),
    }
    command = [sys.executable, "-m", "ataraxy.cli", "verify", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["events"] > 40
    return found


@dataclass
class Way:
    """Each stage of the pathway, as somebody takes it in the browser."""

    served: Any
    founded: Any
    picture: Callable[..., None]
    patient: str = ""  # the id
    session: str = ""  # the address of the session's page
    started: datetime = OPENING

    def activate(self, director: Person) -> None:
        page = director.go("/plan/protocols/")
        page.get_by_role("link", name="Intravenous racemic ketamine").click()
        page.get_by_role("link", name="Activate").click()
        page.fill("[name=password]", self.founded.password)
        submit(page, "Activate")
        told(page, "Activated.")
        page.get_by_role("link", name="lines").first.click()
        boxes = page.locator("#main input[type=checkbox]")
        for number in range(boxes.count()):
            boxes.nth(number).check()
        page.fill("[name=password]", self.founded.password)
        self.picture(page, "one-01-lines-to-sign")
        submit(page, "Sign what is ticked")
        told(page, "Every line rests on a label, guidance or trial, or is signed.")

    def refer(self, coordinator: Person) -> None:
        page = coordinator.go("/people/add/")
        for name, value in {
            "given_name": GIVEN,
            "family_name": FAMILY,
            "birth_date": BORN,
            "phone": "+1 555 0123",
            "referred_by": "Dr Lane, family practice",
            "reason": "Nightmares and avoidance since an accident in 2020.",
        }.items():
            page.fill(f"[name={name}]", value)
        choose(page, "sex", "female")
        self.picture(page, "one-02-referral")
        submit(page, "Open the chart")
        told(page, "The chart is open.")
        self.patient = page.url.rstrip("/").split("/")[-1]
        page.get_by_role("link", name="Name an escort").click()
        page.fill("[name=name]", "Jo Quillfeather")
        page.fill("[name=phone]", "+1 555 0124")
        page.fill("[name=relation]", "sister")
        submit(page, "Save")
        told(page, "The escort is recorded.")
        assert page.goto(self.at("screen")).status == 403  # the chart is not the desk's
        told(page, "break the glass")

    def at(self, app: str, rest: str = "") -> str:
        return f"{self.served.url}/{app}/{self.patient}/{rest}"

    def screen(self, prescriber: Person, nurse: Person) -> None:
        page = prescriber.go(self.at("screen", "diagnosis/"))
        choose(page, "disorder", "ptsd")
        page.fill("[name=icd10]", "F43.10")
        page.fill("[name=basis]", "clinical interview, DSM-5 criteria")
        submit(page, "Save")
        told(page, "The diagnosis is recorded.")
        self._treatments(page)
        self._scales(nurse.page)
        self._facts(nurse.page)

    def _treatments(self, page: Any) -> None:
        for label, fields in (
            ("Sertraline", {"dose_mg_per_day": "150", "weeks": "16"}),
            ("Prolonged exposure", {"sessions": "12"}),
        ):
            page.goto(self.at("screen", "treatment/"))
            option = page.locator("select[name=treatment] option").filter(has_text=label).first
            page.select_option("select[name=treatment]", value=option.get_attribute("value"))
            for name, value in fields.items():
                page.fill(f"[name={name}]", value)
            choose(page, "adherent", "yes")
            choose(page, "outcome", "non-response")
            submit(page, "Save")
            told(page, "The earlier treatment is recorded.")

    def _scales(self, page: Any) -> None:
        for scale, items, value, words in (
            ("gad7", 7, 2, "14 of 21"),
            ("phq9", 8, 1, "8 of 27"),
            ("hama", 14, 1, "14 of 56"),
            ("pcl5", 20, 2, "40 of 80"),
        ):
            page.goto(self.at("screen", f"scale/{scale}/"))
            if scale == "phq9":
                submit(page, "Score and save")
                told(page, "Not answered: item 1, 2")  # nothing is scored as if it were 0
            answer_items(page, items, value)
            told(page, words)
        page.goto(self.at("screen", "scale/gad7/"))
        self.picture(page, "one-03-gad7")

    def _facts(self, page: Any) -> None:
        page.goto(self.at("screen", "condition/"))
        answer_all_questions(page, "no", {"seizure-disorder": "unknown"})
        page.goto(self.at("screen", "medicine/"))
        answer_all_questions(page, "no")
        page.goto(self.at("screen", "pregnancy/"))
        choose(page, "answer", "no")
        page.fill("[name=basis]", "urine test today")
        submit(page, "Save")
        page.goto(self.at("screen", "body/"))
        page.fill("[name=weight_kg]", "72,0")  # a comma is a point
        page.fill("[name=height_cm]", "171")
        submit(page, "Save")
        told(page, "72.0 kg")

    def decide(self, prescriber: Person, nurse: Person) -> None:
        """Closed while one thing is unknown, in words and in deed; open once it is known."""
        page = prescriber.go(self.at("screen"))
        told(page, "The gate is closed")
        told(page, "1 unknown")
        self.picture(page, "one-04-gate-closed")
        page.get_by_role("link", name="Decide and sign").click()
        self._sign(page)
        told(page, "seizure")
        assert page.get_by_text("The decision is signed.").count() == 0
        page.goto(self.at("consent"))
        assert page.get_by_role("link", name="Invite to sign").count() == 0

        other = nurse.go(self.at("screen", "condition/"))
        choose(other, "answer-seizure-disorder", "no")
        submit(other, "Save")
        told(other, "The answers are recorded.")
        assert other.get_by_role("link", name="Decide and sign").count() == 0  # a nurse does not decide

        page.goto(self.at("screen"))
        told(page, "Nothing stands against a decision to treat")
        page.get_by_role("link", name="Decide and sign").click()
        self._sign(page, "not my password")
        told(page, "The password does not match.")
        assert page.input_value("[name=reason]").startswith("Two adequate trials")  # nothing typed is lost
        self.picture(page, "one-05-decision")
        self._sign(page)
        told(page, "The decision is signed.")

    def _sign(self, page: Any, password: str = "") -> None:
        choose(page, "decision", "treat")
        page.fill("[name=reason]", "Two adequate trials did not help; goals and risks discussed.")
        page.fill("[name=password]", password or self.founded.password)
        submit(page, "Sign the decision")
        page.wait_for_load_state()

    def agree(self, nurse: Person, phone: Any) -> None:
        """The patient reads every point on a phone, without a log-in, and signs."""
        page = nurse.go(self.at("consent"))
        page.get_by_role("link", name="Invite to sign").first.click()
        submit(page, "Make the link")
        link = page.input_value("#link")
        assert FAMILY.lower() not in link.lower()
        theirs = phone.page
        theirs.goto(link)
        told(theirs, "Before you agree")
        assert theirs.locator(".site-nav, .whoami").count() == 0
        self.picture(theirs, "one-06-consent")
        theirs.fill("[name=signed_name]", f"{GIVEN} {FAMILY}")
        submit(theirs, "Sign")  # without a tick: refused, and the name stays
        theirs.locator(".error-summary").wait_for()
        assert theirs.input_value("[name=signed_name]") == f"{GIVEN} {FAMILY}"
        boxes = theirs.locator("#main input[type=checkbox]")
        for number in range(boxes.count()):
            boxes.nth(number).check()
        submit(theirs, "Sign")
        told(theirs, "Thank you. This is your copy")
        self.picture(theirs, "one-07-copy")
        assert phone.unexpected() == []

    def plan(self, prescriber: Person, coordinator: Person) -> None:
        page = prescriber.go(self.at("plan"))
        told(page, "Nothing is missing")
        page.get_by_role("link", name="Plan the course").click()
        page.fill("[name=goals]", "To drive past the place of the accident again.")
        page.fill("[name=password]", self.founded.password)
        submit(page, "Sign and plan the course")
        told(page, "The course is planned.")
        desk = coordinator.go(self.at("plan"))
        for day in (0, 2):
            desk.get_by_role("link", name="Book a session").click()
            desk.fill("[name=starts_at]", f"{SESSION_AT + timedelta(days=day):%Y-%m-%dT%H:%M}")
            desk.select_option("[name=room]", label="Harbour")
            submit(desk, "Book")
            told(desk, f"Session {1 + day // 2} is booked.")
        page.goto(self.at("plan"))
        told(page, "36.0 mg")
        self.picture(page, "one-08-plan")
        page.get_by_role("link", name="Session 1", exact=True).click()
        page.wait_for_url("**/treat/session/**")
        self.session = page.url

    def arrive(self, nurse: Person, prescriber: Person) -> None:
        """The dose is refused while any one check is missing, and the page names what is missing."""
        page = nurse.go(self.session)
        self._start_refused(page, "Two identifiers")
        page.goto(self.session + "arrive/")
        submit(page, "arriv")
        vitals(page, self.session, weight="72.4")
        page.goto(self.session + "escort/")
        page.fill("[name=name]", "Jo Quillfeather")
        page.fill("[name=phone]", "+1 555 0124")
        choose(page, "present", "coming")
        submit(page, "")
        page.wait_for_url(self.session)
        self._cover(nurse)
        self._draw(nurse, prescriber)
        for line in (
            *(
                "equipment-checked",
                "consent-today",
                "changes-since",
                "pregnancy-excluded",
                "urinary-symptoms",
            ),
            *("fasting", "anxiety-before", "rescue-ready", "vein-and-pump"),
        ):
            self._check(page, line)
        self._screen(page, "suicide-screen")
        vitals(
            page,
            self.session,
            systolic="124",
            diastolic="78",
            pulse_cuff="72",
            spo2="97",
            pulse_oximeter="72",
            respiratory_rate="14",
            sedation="5",
            dissociation="1",
            anxiety_now="7",
        )
        self._start_refused(page, "1 against")
        self.picture(page, "one-09-one-check-missing")
        self._check(page, "identifiers", identifiers=True)
        told(page, re.compile(r"\b(\d+) of \1 done"))

    def _cover(self, nurse: Person) -> None:
        """The rescue equipment is tried and signed; the prescriber on site and the rescuer are named."""
        page = nurse.go("/day/equipment/")
        for item in ("oxygen", "suction", "bag-mask", "defibrillator"):
            page.check(f"[name=works][value={item}]")
        page.fill("[name=password]", self.founded.password)
        submit(page, "Sign the check")
        page = nurse.go(self.session + "people/")
        for part in ("prescriber", "rescuer"):
            page.locator(f"label.pill:has([name={part}])").first.click()
        submit(page, "Record it")
        page.wait_for_url(self.session)

    def _draw(self, nurse: Person, prescriber: Person) -> None:
        """Drawn up by the nurse, who may not check it; read by the prescriber."""
        page = nurse.go(self.session + "syringe/")
        choose(page, "stock_mg_per_ml", "50")
        submit(page, "Record it")
        page.wait_for_url(self.session)
        page.goto(self.session + "syringe/")
        told(page, "You drew it up")
        theirs = prescriber.go(self.session + "syringe/")
        submit(theirs, "I read the label: it is right")
        theirs.wait_for_url(self.session)

    def _confirm_the_pump(self, page: Any) -> None:
        told(page, "Stop the pump, then confirm")
        page.goto(self.session + "pump/")
        page.check("[name=stopped]")
        submit(page, "Record it")
        page.wait_for_url(self.session)

    def _check(self, page: Any, line: str, identifiers: bool = False) -> None:
        page.goto(f"{self.session}check/?line={line}")
        if identifiers:
            page.check("[name=identifiers][value=full-name]")
            page.check("[name=identifiers][value=birth-date]")
        choose(page, "ok", "yes")
        submit(page, "Record the answer")
        page.wait_for_url(self.session)

    def _start_refused(self, page: Any, words: str) -> None:
        page.goto(self.session + "start/")
        told(page, "Do not start")
        told(page, words)
        assert page.get_by_role("button", name="These numbers are right").count() == 0

    def bind(self, nurse: Person) -> None:
        page = nurse.go(self.session + "bind/")
        choose(page, "device", "ATARAXY/DEMO/HARBOUR")
        submit(page, "")
        page.wait_for_url(self.session)

    def see_numbers(self, nurse: Person) -> None:
        """Live numbers come onto the page that is open, by the stream alone."""
        page = nurse.page
        page.evaluate("window.sameDocument = true")
        page.route(
            "**/treat/session/**",
            lambda route: route.abort() if "hx-request" in route.request.headers else route.continue_(),
        )
        tile = page.locator(".live-number[data-measure=spo2].fresh")
        tile.filter(has_text="Monitor Harbour").wait_for(timeout=90_000)
        before = tile.get_attribute("data-at")
        page.wait_for_function(
            "before => document.querySelector('.live-number[data-measure=spo2]').dataset.at > before",
            arg=before,
        )
        page.locator('.live-number[data-measure="systolic diastolic"].fresh').wait_for()
        assert page.evaluate("window.sameDocument")
        page.unroute("**/treat/session/**")
        nurse.window.troubles.clear()  # the fragments that were kept away
        self.picture(page, "one-10-live-numbers")

    def start(self, nurse: Person) -> None:
        page = nurse.go(self.session + "start/")
        told(page, "Nothing speaks against it")
        self.picture(page, "one-11-start-step-1")
        page.get_by_role("button", name="These numbers are right").click()
        told(page, "Start now?")
        self.picture(page, "one-12-start-step-2")
        assert page.get_by_text("The dose was started").count() == 0
        page.get_by_role("button", name="Yes, start 36.2 mg").click()
        page.wait_for_url(self.session)
        page.locator("#head-words .status", has_text="Dosing").wait_for()
        self.started = present(self.founded.clinic)

    def pause_and_resume(self, nurse: Person, prescriber: Person) -> None:
        """One tap pauses: from a page that others have overtaken since, and from a page about something else."""
        page = nurse.page
        board = nurse.window.also()
        board.goto(f"{self.served.url}/treat/")
        patients = prescriber.go("/people/")
        vitals(page, self.session, anxiety_now="6")  # both other pages are stale now
        board.get_by_role("button", name="Pause").click()
        board.locator("#head-words .status", has_text="Paused").wait_for()
        self._confirm_the_pump(board)
        self.picture(board, "one-13-paused")
        board.close()

        page.goto(self.session + "resume/")
        submit(page, "Go on to confirm")
        told(page, "Go on with the remaining")
        page.get_by_role("button", name="Yes, resume").click()
        page.wait_for_url(self.session)
        page.locator("#head-words .status", has_text="Dosing").wait_for()

        patients.locator(".dose-bar").get_by_role("button", name="Pause").click()
        patients.locator("#head-words .status", has_text="Paused").wait_for()
        page.goto(self.session + "resume/")
        submit(page, "Go on to confirm")
        page.get_by_role("button", name="Yes, resume").click()
        page.wait_for_url(self.session)

    def chart(self, nurse: Person, therapist: Person) -> None:
        page = nurse.page
        vitals(page, self.session, systolic="138", diastolic="84", sedation="5", respiratory_rate="15")
        page.goto(self.session + "side-effect/")
        choose(page, "effect", "dissociation")
        choose(page, "grade", "mild")
        submit(page, "")
        page.wait_for_url(self.session)
        page.locator("#beside").get_by_text("Dissociation").first.wait_for()
        beside = therapist.go(self.session + "note/")
        beside.fill("[name=text]", "Quiet; holds the hand of the therapist.")
        submit(beside, "")
        beside.wait_for_url(self.session)
        told(beside, "Quiet; holds the hand of the therapist.")
        told(page, "Quiet; holds the hand of the therapist.")  # on the nurse's open page, without a reload
        self.picture(page, "one-14-dosing")

    def finish(self, nurse: Person) -> None:
        page = nurse.go(self.session + "finish/")
        submit(page, "Yes, all of it")
        page.wait_for_url(self.session)
        page.locator("#head-words .status", has_text="Observation").wait_for()

    def observe(self, nurse: Person) -> None:
        vitals(
            nurse.page,
            self.session,
            systolic="136",
            diastolic="82",
            sedation="5",
            dissociation="14",
            anxiety_now="4",
        )

    def refuse_to_discharge(self, nurse: Person) -> None:
        page = nurse.go(self.session + "end/")
        told(page, "Not ready to go home")
        told(page, "At least 160 minutes")
        told(page, "The named adult is here")
        self.picture(page, "one-15-not-ready-to-go-home")
        choose(page, "how", "discharged")
        submit(page, "")
        page.locator(".error-summary").wait_for()
        nurse.go(self.session)
        page.locator("#head-words .status", has_text="Observation").wait_for()

    def discharge(self, nurse: Person) -> None:
        page = nurse.page
        vitals(
            page,
            self.session,
            systolic="122",
            diastolic="76",
            pulse_cuff="70",
            spo2="98",
            pulse_oximeter="70",
            respiratory_rate="14",
            sedation="5",
            dissociation="2",
            anxiety_now="3",
        )
        page.goto(self.session)
        page.get_by_role("link", name="It is over").first.click()
        submit(page, "")
        page.wait_for_url(self.session)
        for line in ("recovery-score", "oriented", "written-advice"):
            self._check(page, line)
        self._screen(page, "safe-tonight")
        page.goto(self.session + "escort/")
        page.fill("[name=name]", "Jo Quillfeather")
        page.fill("[name=phone]", "+1 555 0124")
        choose(page, "present", "here")
        submit(page, "")
        page.wait_for_url(self.session)
        page.goto(self.session + "end/")
        told(page, "Every criterion holds")
        choose(page, "how", "discharged")
        submit(page, "End the session")  # what was refused before is found again, and may be emptied
        page.wait_for_url(self.session)
        page.locator("#head-words .status", has_text="Ended").wait_for()
        self.picture(page, "one-16-ended")

    def _screen(self, page: Any, line: str) -> None:
        page.goto(self.session + f"screen/?line={line}")
        for number in range(1, 7):
            choose(page, f"item_{number}", "0")
        submit(page, "Record the answers")
        page.wait_for_url(self.session)

    def ask_how_they_are(self, coordinator: Person, phone: Any) -> None:
        page = coordinator.go("/follow/")
        row = page.get_by_role("row").filter(has_text=f"{GIVEN} {FAMILY}").filter(has_text="Due 26 Nov 2026")
        row.get_by_role("link", name="Send").click()
        told(page, "24 hours after the dose")
        submit(page, "Make the link")
        link = page.locator("#link").input_value()
        theirs = phone.page
        theirs.goto(link)
        told(theirs, "How are you?")
        choose(theirs, "anxiety-now-1", "3")
        self.picture(theirs, "one-17-check-in")
        submit(theirs, "Send my answers")
        told(theirs, "Your answers are with your treatment team.")
        theirs.goto(link)  # a second time: it is answered
        assert theirs.get_by_role("button", name="Send my answers").count() == 0
        assert phone.unexpected() == []

    def see_the_answer(self, prescriber: Person, researcher: Person) -> None:
        page = prescriber.go(self.at("follow"))
        card = page.locator("#scale-anxiety-now")
        card.locator("svg").wait_for()
        card.get_by_text("The same as a table").click()
        assert "3" in card.locator("tbody tr").last.inner_text()
        page.get_by_role("row").filter(has_text="26 Nov 2026").get_by_text("Answered").first.wait_for()
        self.picture(page, "one-18-follow")
        page.goto(self.served.url + "/learn/")
        told(page, "were given a first dose")
        row = page.get_by_role("row").filter(has_text="24 hours")
        assert "1 of 1" in row.inner_text()
        self.picture(page, "one-19-outcomes")
        assert researcher.go("/people/").url.endswith("/people/")
        assert GIVEN not in researcher.page.content()
        researcher.go("/")
        told(researcher.page, "Outcomes")
