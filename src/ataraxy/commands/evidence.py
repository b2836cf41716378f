"""``ataraxy evidence --disorder sad``: every pool of a disorder, inputs, exclusions, both analyses of crossovers.

Exit code 0: told. 2: wrongly asked, or a file of the base is wrong.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from ataraxy.catalog.local import read_local
from ataraxy.catalog.reviews import reviews
from ataraxy.catalog.studies import studies
from ataraxy.commands.evidence_page import plain, print_answer
from ataraxy.commands.say import Exit, document, out
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.ask import ask
from ataraxy.core.evidence.hours import WINDOWS, Window, window_at
from ataraxy.core.evidence.study import Condition, Measure

Named = TypeVar("Named", bound=StrEnum)


def evidence(
    disorder: str, hour: str = "", measure: str = "", json: bool = False, beside: Path | None = None
) -> int:
    """Tell what the base says of a disorder, and return the exit code.

    Raises:
        InputRefused: no such disorder or measure, or an hour at which nobody measures.
        CatalogError: a file of the base is wrong.
    """
    answer = ask(
        _named(Condition, disorder, "disorder"),
        studies() if beside is None else read_local(beside).with_shipped(),
        reviews(),
        measure=_named(Measure, measure, "measure") if measure else None,
        window=_window(hour) if hour else None,
    )
    document(plain(answer)) if json else print_answer(answer, out)
    return Exit.FINE


def _named(kind: type[Named], word: str, what: str) -> Named:
    try:
        return kind(word.strip().lower())
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise InputRefused(f"There is no {what} {word!r}.", f"Choose one of: {known}.", what) from None


def _window(hour: str) -> Window:
    most = WINDOWS[-1].to_hour
    try:
        asked = Decimal(hour)
        if asked.is_finite():
            return window_at(asked)
    except (InvalidOperation, ValueError):
        pass
    raise InputRefused(f"Nobody measures at {hour!r} hours.", f"Ask for a number from 0 to {most}.", "hour")
