"""Questions to the database from the event loop: answered on a thread, never in the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
LEAVE_S = 3.0


class Ask:
    """``await ask(function, ...)`` runs it on one of a few threads; each keeps its connection.

    A connection that died while nobody used it is noticed by the next question, which is then asked once more.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ask")

    async def __call__(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def put() -> T:
            try:
                return question(*args, **kwargs)
            except (OperationalError, InterfaceError):
                connections.close_all()
            try:
                return question(*args, **kwargs)
            except (OperationalError, InterfaceError):
                connections.close_all()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._threads, put)

    def close(self) -> None:
        """No more questions; the threads give their connections back."""
        together = Barrier(THREADS)  # so that each of them comes

        def leave() -> None:
            connections.close_all()
            with suppress(BrokenBarrierError):
                together.wait(LEAVE_S)

        leaving = [self._threads.submit(leave) for _ in range(THREADS)]
        wait(leaving, LEAVE_S)
        self._threads.shutdown(wait=True, cancel_futures=True)
