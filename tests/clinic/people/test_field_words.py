"""A field that cannot be taken says why, and what to do: in the clinic's words, not the framework's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def errors_of(django: None) -> Callable[..., list[str]]:
    """errors_of(typed, field ...) -> what a form of that one field says of it."""
    from django.http import QueryDict
    from django.test import RequestFactory

    from ataraxy.clinic.people.forms import ActForm

    def ask(typed: str, field: Any) -> list[str]:
        request = RequestFactory().post("/", {"key": "0b5c9ed0-4c4a-4c36-9a0e-8f6f4d1c2b3a", "it": typed})
        assert isinstance(request.POST, QueryDict)
        form = type("AskedForm", (ActForm,), {"it": field})(request)
        return [str(words) for words in form.errors.get("it", [])]

    return ask


def test_each_kind_says_cause_and_cure(errors_of: Callable[..., list[str]]) -> None:
    from django import forms

    from ataraxy.clinic.people.forms import CountField, DayField, NumberField, PillsField

    told = {
        "Missing. Fill it in.": ("", forms.CharField()),
        "Missing. Choose one.": ("", PillsField([("a", "A")])),
        "Missing. Tick it.": ("", forms.BooleanField()),
        "This is not a number. Type it in digits, such as 72.5.": ("abc", NumberField()),
        "1720 is more than is possible here (300). Check it, and type it again.": (
            "1720",
            NumberField(max_value=300),
        ),
        "-4 is less than is possible here (0). Check it, and type it again.": ("-4", CountField()),
        "This is not a whole number. Type it in digits, such as 12.": ("1.5", CountField()),
        "This is not a date. Choose day, month and year.": ("soon", DayField()),
        "This is not an e-mail address. It looks like name@example.org.": ("a@", forms.EmailField()),
        "Too long: 5 characters, at most 3. Shorten it.": ("12345", forms.CharField(max_length=3)),
        "This is none of the choices. Choose again.": ("b", PillsField([("a", "A")])),
    }
    for words, (typed, field) in told.items():
        assert errors_of(typed, field) == [words]


def test_a_field_keeps_the_words_it_was_given(errors_of: Callable[..., list[str]]) -> None:
    from django import forms

    assert errors_of("", forms.CharField(error_messages={"required": "Say why."})) == ["Say why."]


def test_what_can_be_taken_says_nothing(errors_of: Callable[..., list[str]]) -> None:
    from ataraxy.clinic.people.forms import NumberField

    assert errors_of("72,5", NumberField(max_value=300)) == []
