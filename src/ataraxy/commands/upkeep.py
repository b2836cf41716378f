"""Months of samples, while the clinic runs: the coming ones made, the old ones dropped, four times a day.

Only the supervisor knows the owner, and none of the processes it starts does; so it does this itself, on a thread. To drop
or attach a month needs a moment in which nobody writes samples: it is asked for a fifth of a second, and when it is
not given the readings go first and it is tried again ten minutes later.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from ataraxy.commands.partitions import drop_old_partitions, make_partitions
from ataraxy.commands.settled import drop_settled

EVERY_S, AGAIN_S = 6 * 3600.0, 600.0
PATIENCE_MS = 200


@dataclass(slots=True)
class Upkeep:
    """Call ``tend`` often; ``owner`` empty means this installation does not know its owner, and nothing is done."""

    owner: str
    keep_months: int | None
    keep_quarantine: int | None = None
    due_at: float = field(default_factory=lambda: time.monotonic() + EVERY_S)
    _working: threading.Thread | None = None
    _said: list[str] = field(default_factory=list)

    def tend(self, now: float) -> str | None:
        """Begin when it is due; what the last work did, once."""
        if self._working is not None and not self._working.is_alive():
            self._working = None
            return self._said.pop() if self._said else None
        if self.owner and self._working is None and now >= self.due_at:
            self.due_at = now + EVERY_S
            self._working = threading.Thread(target=self._work, args=(now,), name="upkeep", daemon=True)
            self._working.start()
        return None

    def _work(self, now: float) -> None:
        today = datetime.now(UTC).date()
        try:
            made = make_partitions(self.owner, today, PATIENCE_MS)
            dropped = drop_old_partitions(self.owner, today, self.keep_months, PATIENCE_MS)
            settled = drop_settled(self.owner, today, self.keep_quarantine)
        except psycopg.errors.LockNotAvailable:
            self.due_at = now + AGAIN_S
        except psycopg.Error as error:
            self.due_at = now + AGAIN_S
            self._said.append(
                f"the months of samples could not be tended ({type(error).__name__}); tried again"
            )
        else:
            words = [f"made {', '.join(made)}"] if made else []
            words += [f"dropped {', '.join(dropped)}"] if dropped else []
            said = ["samples: " + "; ".join(words)] if words else []
            said += (
                [f"quarantine: {settled} settled messages were past their time and went"] if settled else []
            )
            if said:
                self._said.append(". ".join(said))
