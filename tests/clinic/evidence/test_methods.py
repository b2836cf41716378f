from __future__ import annotations

from collections.abc import Callable

from ataraxy.clinic.evidence.words import SEEN
from ataraxy.core.evidence.hours import WINDOWS
from ataraxy.core.evidence.study import Seen


def test_the_rules_the_words_and_the_windows_are_told(page: Callable[..., str]) -> None:
    told = page("methods")
    assert all(seen.value in told for seen in Seen)
    assert set(SEEN) == set(Seen)
    assert all(window.words.capitalize() in told for window in WINDOWS)
    assert "Hartung-Knapp" in told
    assert "retracted" in told
