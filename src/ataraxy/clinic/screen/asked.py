"""A page of questions from the catalog, each with yes, no, not known and a note; only what was answered is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest

from ataraxy.clinic.people.describe import ANSWERS
from ataraxy.clinic.people.forms import ActForm, ThreeWayField
from ataraxy.clinic.screen.actions.facts import Asked
from ataraxy.core.record.envelope import Recorded


@dataclass(frozen=True, slots=True)
class Question:
    answer: forms.BoundField
    note: forms.BoundField


class AskedForm(ActForm):
    """Which catalog rows are asked, and what the chart knows already."""

    def __init__(
        self,
        request: HttpRequest,
        catalog: Mapping[str, Any],
        known: Mapping[str, Recorded[Any]],
        note_label: str,
    ) -> None:
        self.catalog, self.known, self.note_label = catalog, known, note_label
        super().__init__(request)

    def prepare(self) -> None:
        for key, row in self.catalog.items():
            self.fields[f"answer-{key}"] = ThreeWayField(
                label=row.question, required=False, help_text=self._before(key)
            )
            self.fields[f"note-{key}"] = forms.CharField(
                label=f"{self.note_label}: {row.name}", max_length=200, required=False
            )

    def _before(self, key: str) -> str:
        entry = self.known.get(key)
        if entry is None:
            return "Not asked yet."
        at = entry.envelope.at
        return f"On record: {ANSWERS[entry.payload.answer]}, {at.day} {at:%b %Y}. Answer to record it anew."

    def questions(self) -> list[Question]:
        return [Question(self[f"answer-{key}"], self[f"note-{key}"]) for key in self.catalog]

    def answered(self) -> dict[str, Asked]:
        given = self.cleaned_data
        return {
            key: Asked(given[f"answer-{key}"], given[f"note-{key}"])
            for key in self.catalog
            if given[f"answer-{key}"]
        }
