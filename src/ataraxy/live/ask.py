"""Questions to the database from the event loop: answered on a thread, never in the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4


class Ask:
    """``await ask(function, ...)`` runs it on one of a few threads and gives its connection back after."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ask")

    async def __call__(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def put() -> T:
            try:
                return question(*args, **kwargs)
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self._threads, put)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
