"""Who is in the demo clinic. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ataraxy.clinic.people.demo_door import DEMO_DOMAIN
from ataraxy.clinic.people.models import CredentialKind, Role
from ataraxy.core.protocol.types import Disorder

CLINIC = "Stillwater Clinic"
ZONE = "America/New_York"
PHONE = "+1 555 0100"
ROOMS = ("Harbour", "Meadow", "Lake")


def monitor_of(room: str) -> str:
    """How the simulated monitor of a room names itself on the wire."""
    return f"ATARAXY/DEMO/{room.upper()}"


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff; the log-in is ``role@stillwater.example``."""

    name: str
    role: Role
    credentials: tuple[CredentialKind, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.role.value}@{DEMO_DOMAIN}"


STAFF = (
    Member("Dr Ines Halloran", Role.DIRECTOR),
    Member("Dr Samuel Okafor", Role.PRESCRIBER, (CredentialKind.PRESCRIBING, CredentialKind.RESCUE)),
    Member("Ruth Lindqvist", Role.NURSE, (CredentialKind.NURSING, CredentialKind.RESCUE)),
    Member("Noor Haddad", Role.THERAPIST, (CredentialKind.THERAPY,)),
    Member("Theo Marsh", Role.COORDINATOR),
    Member("Lena Fischer", Role.RESEARCHER),
)

IV, SC = "iv-racemic-0.5", "sc-ascending"


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic patient, as far as the story of the demo needs."""

    given: str
    family: str
    born: date
    sex: str
    disorder: Disorder
    protocol: str
    weight_kg: Decimal
    height_cm: Decimal
    reason: str
    severity: int  # the total of the indication's scale at screening
    conditions: tuple[str, ...] = ()  # answered yes
    unknown_conditions: tuple[str, ...] = ()
    resting: tuple[int, int, int] = (122, 76, 70)  # systolic, diastolic, pulse
    escort: tuple[str, str, str] = ("Sam Rivers", "+1 555 0199", "friend")
    story: str = ""
    weekly: tuple[int, ...] = field(
        default=()
    )  # total of the disorder's weekly scale, from the first one asked
    anxious: tuple[int, int, int, int, int] = (
        7,
        4,
        3,
        3,
        4,
    )  # before; 2 h, 24 h, 3 d, 7 d after the last dose


def _d(text: str) -> Decimal:
    return Decimal(text)


ARRIVED = Person(
    "Maren", "Oduya", date(1994, 2, 11), "female", Disorder.GAD, SC, _d("64.0"), _d("168"),
    "Worry every day for six years; two medicines helped little.", 0,
)  # fmt: skip
HELD = Person(
    "Walter", "Brandt", date(1961, 9, 3), "male", Disorder.SAD, SC, _d("91.5"), _d("181"),
    "Avoids every meeting; asks whether ketamine could help.", 72, conditions=("aneurysm", "hypertension-history"),
    resting=(138, 86, 74),
)  # fmt: skip
UNSURE = Person(
    "Ilse", "Norgaard", date(1988, 6, 19), "female", Disorder.PTSD, IV, _d("70.2"), _d("171"),
    "Assault in 2021; trauma therapy broken off; records of the earlier clinic requested.", 48,
    unknown_conditions=("substance-use-history", "seizure-disorder"),
)  # fmt: skip
DECIDED = Person(
    "Tobias", "Wren", date(1990, 12, 5), "male", Disorder.SAD, IV, _d("77.8"), _d("179"),
    "Social anxiety since school; escitalopram and CBT without enough relief.", 88,
)  # fmt: skip
CONSENTED = Person(
    "Amara", "Sekibo", date(1985, 3, 27), "female", Disorder.PTSD, IV, _d("66.4"), _d("165"),
    "Road accident in 2019; sertraline and prolonged exposure.", 51,
)  # fmt: skip
BOOKED = Person(
    "Jonah", "Feld", date(1979, 8, 14), "male", Disorder.GAD, SC, _d("82.0"), _d("176"),
    "Generalised anxiety; duloxetine, venlafaxine and CBT.", 29, escort=("Miriam Feld", "+1 555 0142", "wife"),
)  # fmt: skip
LIVE = Person(
    "Hana", "Petrova", date(1991, 5, 30), "female", Disorder.PTSD, IV, _d("68.5"), _d("170"),
    "Former paramedic; nightmares and avoidance; sertraline, venlafaxine, EMDR.", 54, resting=(124, 78, 72),
    escort=("Milan Petrov", "+1 555 0177", "brother"), anxious=(8, 5, 4, 4, 5),
)  # fmt: skip
RESPONDER = Person(
    "Daniel", "Achterberg", date(1983, 1, 22), "male", Disorder.PTSD, IV, _d("84.1"), _d("183"),
    "Veteran; paroxetine and cognitive processing therapy.", 56, weekly=(31, 26, 24, 22),
    anxious=(8, 3, 3, 2, 3), story="The first week I slept through. I did not think that would be the part I noticed.",
)  # fmt: skip
RELAPSED = Person(
    "Sofia", "Marchetti", date(1996, 10, 8), "female", Disorder.SAD, IV, _d("58.9"), _d("163"),
    "Social anxiety; sertraline, escitalopram and group CBT.", 94, weekly=(8, 9, 13, 15, 16),
    anxious=(8, 2, 3, 3, 5), story="For ten days I answered the telephone. Then it came back, slowly, like a tide.",
)  # fmt: skip
NON_RESPONDER = Person(
    "Peter", "Vance", date(1972, 7, 1), "male", Disorder.PTSD, IV, _d("95.3"), _d("178"),
    "Fire fighter; four medicines, two trauma therapies.", 60, weekly=(58, 60, 57), anxious=(8, 7, 8, 7, 8),
    resting=(130, 82, 76),
)  # fmt: skip
WORSE = Person(
    "Grace", "Lindell", date(1987, 11, 16), "female", Disorder.GAD, SC, _d("61.7"), _d("166"),
    "Generalised anxiety; escitalopram, buspirone and CBT.", 27, weekly=(17, 19, 20), anxious=(7, 5, 7, 8, 8),
    story="It shook something loose. I am glad that somebody called the next day.",
)  # fmt: skip
STOPPED = Person(
    "Leo", "Tanaka", date(1993, 4, 4), "male", Disorder.SAD, SC, _d("72.6"), _d("174"),
    "Social anxiety; paroxetine and CBT.", 81, weekly=(14,), anxious=(7, 6, 6, 6, 7),
)  # fmt: skip
SILENT = Person(
    "Ruby", "Castellanos", date(1998, 9, 25), "female", Disorder.PTSD, IV, _d("63.0"), _d("167"),
    "Childhood trauma; fluoxetine, sertraline, trauma-focused CBT.", 49, anxious=(7, 4, 4, 4, 4),
)  # fmt: skip
REMITTED = Person(
    "Edith", "Sorensen", date(1980, 2, 29), "female", Disorder.GAD, SC, _d("69.9"), _d("169"),
    "Generalised anxiety; venlafaxine, pregabalin and CBT.", 28, weekly=(6, 4, 3, 4), anxious=(7, 3, 2, 2, 2),
    story="I noticed on a bus that I was looking out of the window.",
)  # fmt: skip
WITHDREW = Person(
    "Noah", "Eriksen", date(1989, 8, 8), "male", Disorder.PTSD, IV, _d("79.0"), _d("180"),
    "Work accident; sertraline and EMDR.", 45,
)  # fmt: skip
NEXT = Person(
    "Clara", "Whitfield", date(1984, 6, 6), "female", Disorder.PTSD, IV, _d("71.3"), _d("172"),
    "Complicated birth in 2020; sertraline, EMDR and cognitive processing therapy.", 47,
    escort=("Jude Whitfield", "+1 555 0163", "husband"),
)  # fmt: skip
