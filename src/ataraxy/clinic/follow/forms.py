"""What is typed after the dose: by the patient, on a phone, and by those who look after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest

from ataraxy.catalog.library import instruments
from ataraxy.clinic.people.forms import ActForm, WordsField
from ataraxy.core.scales.types import Instrument

MANY_STEPS = 7


class AnswerForm(ActForm):
    """The questions of one check-in, each with large answers. Any may be left out; none has an answer beforehand."""

    def __init__(self, request: HttpRequest, scales: Sequence[str], tells_story: bool) -> None:
        self.instruments = tuple(instruments()[s] for s in scales if s in instruments())
        self.tells_story = tells_story
        super().__init__(request)

    def prepare(self) -> None:
        for instrument in self.instruments:
            choices = _choices(instrument)
            for number, item in enumerate(instrument.items, 1):
                self.fields[_name(instrument, number)] = forms.ChoiceField(
                    choices=choices, widget=forms.RadioSelect, required=False, label=item.text
                )
        if self.tells_story:
            self.fields["words"] = WordsField(
                required=False,
                label="In your own words, if you like",
                help_text="What is different, or what is not. Your treatment team reads it.",
            )

    @property
    def sections(self) -> list[dict[str, Any]]:
        """The questions by instrument, as the page lays them out."""
        return [
            {
                "instrument": one,
                "is_scale": _is_row_of_numbers(one),
                "ends": _ends(one),
                "fields": [self[_name(one, n)] for n in range(1, one.item_count + 1)],
            }
            for one in self.instruments
        ]

    @property
    def answers(self) -> dict[str, list[int | None]]:
        """Item answers in order, by scale; None where nothing was chosen."""
        told = self.cleaned_data
        return {
            one.id: [_number(told.get(_name(one, n))) for n in range(1, one.item_count + 1)]
            for one in self.instruments
        }

    @property
    def told_words(self) -> str:
        return str(self.cleaned_data.get("words", ""))


class ConcernForm(ActForm):
    action = WordsField(label="What was done", help_text="Whom you reached, when, and what you agreed.")


class StoryForm(ActForm):
    words = WordsField(label="In the patient's own words", max_length=8000)


def _name(instrument: Instrument, number: int) -> str:
    return f"{instrument.id}-{number}"


def _is_row_of_numbers(instrument: Instrument) -> bool:
    """A single rating of many steps is drawn as a row of numbers with words at its ends."""
    return instrument.item_count == 1 and instrument.answers.highest >= MANY_STEPS


def _choices(instrument: Instrument) -> list[tuple[str, str]]:
    steps = range(instrument.answers.lowest, instrument.answers.highest + 1)
    if _is_row_of_numbers(instrument) or not instrument.options:
        return [(str(n), str(n)) for n in steps]
    return [(str(o.value), o.label) for o in instrument.options]


def _ends(instrument: Instrument) -> tuple[str, str]:
    """What the lowest and the highest answer mean, in the instrument's own words."""
    words = {o.value: o.label for o in instrument.options}
    low, high = instrument.answers.lowest, instrument.answers.highest
    return words.get(low, str(low)), words.get(high, str(high))


def _number(chosen: str | None) -> int | None:
    return int(chosen) if chosen else None
