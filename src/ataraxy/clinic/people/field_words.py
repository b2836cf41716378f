"""What a form says of a field that cannot be taken: the cause and the cure, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

MISSING = "Missing. Fill it in."
ANY = {
    "required": MISSING,
    "max_length": "Too long: %(show_value)s characters, at most %(limit_value)s. Shorten it.",
    "invalid_choice": "This is none of the choices. Choose again.",
    "max_value": "%(show_value)s is more than is possible here (%(limit_value)s). Check it, and type it again.",
    "min_value": "%(show_value)s is less than is possible here (%(limit_value)s). Check it, and type it again.",
    "max_digits": "Too many digits. Check it, and type it again.",
    "max_whole_digits": "Too many digits. Check it, and type it again.",
    "max_decimal_places": "At most %(max)s digits after the point are kept. Round it.",
}
OWN: tuple[tuple[type[forms.Field], dict[str, str]], ...] = (
    (forms.BooleanField, {"required": "Missing. Tick it."}),
    (forms.ChoiceField, {"required": "Missing. Choose one."}),
    (forms.EmailField, {"invalid": "This is not an e-mail address. It looks like name@example.org."}),
    (forms.DecimalField, {"invalid": "This is not a number. Type it in digits, such as 72.5."}),
    (forms.IntegerField, {"invalid": "This is not a whole number. Type it in digits, such as 12."}),
    (forms.DateTimeField, {"invalid": "This is not a day and a time. Choose both."}),
    (forms.DateField, {"invalid": "This is not a date. Choose day, month and year."}),
)


def say_plainly(fields: Iterable[forms.Field]) -> None:
    """Put these words where a field has none of its own."""
    for field in fields:
        for code, words in _words(type(field)).items():
            if field.error_messages.get(code) == _given(type(field)).get(code):
                field.error_messages[code] = words


def _words(kind: type[forms.Field]) -> dict[str, str]:
    """The first kind that fits: a number with a point is also a whole number's child."""
    own = next((words for base, words in OWN if issubclass(kind, base)), {})
    return ANY | own


def _given(kind: type[forms.Field]) -> dict[str, object]:
    """What the field says unless it was told otherwise."""
    found: dict[str, object] = {}
    for base in reversed(kind.__mro__):
        found.update(getattr(base, "default_error_messages", {}))
    return found
