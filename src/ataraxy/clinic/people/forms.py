"""What every form is made of: the act's own key, numbers as people type them, unknown as an answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, QueryDict

from ataraxy.clinic.people.field_words import say_plainly
from ataraxy.core.chart.events import Answer

THREE_WAY = [(Answer.YES.value, "Yes"), (Answer.NO.value, "No"), (Answer.UNKNOWN.value, "Not known")]


class ActForm(forms.Form):
    """A form that acts once: ``key`` names the act, ``seen`` the last human entry the person saw."""

    signed: ClassVar[bool] = False  # whether it ends in a signature block

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(
        self, request: HttpRequest, *, seen: int | None = None, initial: dict[str, Any] | None = None
    ) -> None:
        self.now_seen = seen
        start = {"key": uuid.uuid4(), "seen": seen, **(initial or {})}
        super().__init__(request.POST if request.method == "POST" else None, initial=start)
        self.prepare()
        say_plainly(self.fields.values())

    def prepare(self) -> None:
        """Where a form adds its own choices."""

    def clean(self) -> dict[str, Any] | None:
        if any(name in self.errors for name in ("key", "seen")):
            self.add_error(None, "This form is damaged. Reload the page and fill it in again.")
        return super().clean()

    def body(self) -> list[forms.BoundField]:
        """The fields a person fills in, without the signature's password."""
        return [field for field in self.visible_fields() if field.name != "password" or not self.signed]

    @property
    def act_key(self) -> str:
        return str(self.cleaned_data["key"])

    @property
    def act_seen(self) -> int | None:
        seen: int | None = self.cleaned_data["seen"]
        return seen

    def refresh_seen(self) -> None:
        """After a stale page was drawn anew, the next try has seen what the page now shows."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["seen"] = "" if self.now_seen is None else str(self.now_seen)
            self.data = data


class SignedForm(ActForm):
    """A form that ends in a signature: the own password once more (never echoed back)."""

    signed = True

    password = forms.CharField(
        label="Your password",
        strip=False,
        required=False,  # the signing check itself says what is missing
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class NumberField(forms.DecimalField):
    """A number typed with a comma or a point; not more digits than the record keeps."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 9)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("class", "short")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # stubs inherit from int
        if isinstance(value, str):
            value = value.strip().replace(",", ".")
        return super().to_python(value)


class CountField(forms.IntegerField):
    """A whole number that is not negative."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 10_000)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("class", "short")


class WordsField(forms.CharField):
    """A few sentences."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2000)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**kwargs)


class ThreeWayField(forms.ChoiceField):
    """Yes, no or not known; nothing is chosen beforehand."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=THREE_WAY, widget=forms.RadioSelect, **kwargs)

    def clean(self, value: Any) -> Answer | None:
        chosen = super().clean(value)
        return Answer(chosen) if chosen else None


class PillsField(forms.ChoiceField):
    """One of a few, as large buttons."""

    def __init__(self, choices: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(choices=list(choices), widget=forms.RadioSelect, **kwargs)


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d")


class MomentField(forms.DateTimeField):
    """A day and a time on the clinic's wall clock (the clinic's zone is active during a request)."""

    def __init__(self, **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(input_formats=formats, widget=widget, **kwargs)
