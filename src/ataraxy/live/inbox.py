"""The bounded queue between the event loop, which hears, and the writer's thread, which commits."""

from __future__ import annotations

import asyncio
from collections import deque
from threading import Condition

from ataraxy.live.arrived import Arrived

CAPACITY = 10_000  # messages heard and not yet answered, over all connections
BATCH = 500


class Room:
    """So many at once, and no more; those who wait for room get it in the order they came. Of the event loop alone."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._waiting: deque[asyncio.Future[None]] = deque()

    def locked(self) -> bool:
        return self._left <= 0

    def take(self) -> bool:
        """Have room now, or not."""
        if self._left <= 0:
            return False
        self._left -= 1
        return True

    async def acquire(self) -> None:
        """Wait for room."""
        if self.take():
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Give room back: to whoever waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._left += 1


class Inbox:
    """``room`` is held from hearing a message until it is answered: when there is none, nobody is read from."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.room = Room(capacity)
        self._waiting: deque[Arrived] = deque()
        self._changed = Condition()
        self._closed = False
        self._sleeping = False  # the writer waits for a message

    def put(self, message: Arrived) -> None:
        """From the event loop; never blocks longer than a queue operation takes."""
        with self._changed:
            self._waiting.append(message)
            if self._sleeping:
                self._changed.notify()

    def drain(self, wait_s: float | None, most: int = BATCH) -> list[Arrived]:
        """From the writer's thread: what is there, in order, after waiting at most ``wait_s`` for the first."""
        with self._changed:
            if not self._waiting and not self._closed:
                self._sleeping = True
                self._changed.wait(wait_s)
                self._sleeping = False
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
