"""How much each caller may do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

REMEMBERED = 5000


@dataclass(slots=True)
class Allowance:
    """How much each may do: so many a second, and so many at once. A token bucket a name."""

    a_second: float
    at_once: float
    clock: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, name: str) -> bool:
        """Use one; False when there is none."""
        left = self.left(name)
        if len(self._left) > REMEMBERED:
            self._left.clear()
        self._left[name] = (max(0.0, left - 1), self.clock())
        return left >= 1

    def left(self, name: str) -> float:
        had, at = self._left.get(name, (self.at_once, self.clock()))
        return min(self.at_once, had + (self.clock() - at) * self.a_second)
