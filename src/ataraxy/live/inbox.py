"""The bounded queue between the event loop, which hears, and the writer's thread, which commits."""

from __future__ import annotations

import asyncio
from collections import deque
from threading import Condition

from ataraxy.live.arrived import Arrived

CAPACITY = 10_000  # messages heard and not yet answered, over all connections
BATCH = 500


class Inbox:
    """``room`` is held from hearing a message until it is answered: when there is none, nobody is read from."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.room = asyncio.Semaphore(capacity)
        self._waiting: deque[Arrived] = deque()
        self._changed = Condition()
        self._closed = False

    def put(self, message: Arrived) -> None:
        """From the event loop; never blocks longer than a queue operation takes."""
        with self._changed:
            self._waiting.append(message)
            self._changed.notify()

    def drain(self, wait_s: float | None, most: int = BATCH) -> list[Arrived]:
        """From the writer's thread: what is there, in order, after waiting at most ``wait_s`` for the first."""
        with self._changed:
            if not self._waiting and not self._closed:
                self._changed.wait(wait_s)
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def close(self) -> None:
        """Nothing more will come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        return self._closed

    def __len__(self) -> int:
        return len(self._waiting)
