"""The right to look, asked for many screens at once: one log-in is read once for all the sessions it follows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from ataraxy.live.ask import Ask
from ataraxy.live.right import Refused, may_see_session, may_see_sessions

GATHER_S = 0.25  # a check that is due may wait this long for others of the same log-in


@dataclass(slots=True)
class _Asked:
    """The checks of one log-in that will be answered together."""

    sessions: set[UUID] = field(default_factory=set)
    answer: asyncio.Future[dict[UUID, Refused | None]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Rights:
    """Lives in the event loop; the questions run on ``ask``'s threads."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._open: dict[str, _Asked] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def may_see(self, cookie: str, session_id: UUID, *, first: bool) -> Refused | None:
        """None if this log-in may follow the session now. ``first``: at once, and the read is put on record.

        Raises:
            django.db.Error: the database does not answer.
        """
        if first:
            return await self._ask(may_see_session, cookie, session_id, first=True)
        asked = self._open.get(cookie)
        if asked is None:
            asked = self._open[cookie] = _Asked()
            task = asyncio.get_running_loop().create_task(self._answer(cookie, asked))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        asked.sessions.add(session_id)
        return (await asyncio.shield(asked.answer))[session_id]

    async def _answer(self, cookie: str, asked: _Asked) -> None:
        await asyncio.sleep(GATHER_S)
        del self._open[cookie]
        try:
            answer = await self._ask(may_see_sessions, cookie, frozenset(asked.sessions))
        except BaseException as error:
            asked.answer.set_exception(error)
            asked.answer.exception()  # those who waited may be gone
            if not isinstance(error, Exception):
                raise
        else:
            asked.answer.set_result(answer)
