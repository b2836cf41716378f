"""Many people at once, over every worker of the web process: each reads the chart that was asked for, and no other.

Hazard: two workers on one connection to the database would answer each other's questions.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(300)

READERS, ROUNDS = 12, 8


def test_every_answer_is_about_the_patient_who_was_asked_for(demo_house: Any) -> None:
    from django.test import Client

    from ataraxy.clinic.people.models import Clinic, Patient, Staff
    from ataraxy.demo.fill import present, set_clock

    clinic = Clinic.objects.get()
    moment = present(clinic)
    assert moment is not None
    set_clock(clinic, moment, datetime.now(UTC))
    client = Client()
    nurse = Staff.objects.select_related("user").get(roles__contains=["nurse"])
    client.force_login(nurse.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    people = list(Patient.objects.order_by("record_number"))
    names = {person.family_name for person in people}
    assert len(names) == len(people) > 10

    def read(turn: int) -> str:
        person = people[turn % len(people)]
        page = ("people/patient", "screen", "plan", "follow")[turn // len(people) % 4]
        request = urllib.request.Request(f"{demo_house.url}/{page}/{person.id}/", headers={"Cookie": cookie})
        try:
            text = urllib.request.urlopen(request, timeout=60).read().decode()
        except urllib.error.HTTPError as error:
            return f"{page} of {person.family_name}: {error.code}"
        strip = text.split('class="patient-strip"')[1].split("</p>")[0]
        shown = {name for name in names if name in strip}
        return "" if shown == {person.family_name} else f"{page} of {person.family_name} shows {shown}"

    with ThreadPoolExecutor(READERS) as readers:
        wrong = [found for found in readers.map(read, range(len(people) * ROUNDS)) if found]
    assert not wrong, wrong[:10]
