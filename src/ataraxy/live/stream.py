"""Numbers out: a session's and a board's state as server-sent events, to those who may see them.

An event ``state`` leaves on every change and at least every 5 s; the right to look is checked again every 30 s and the
stream ends when it is gone (the browser then reconnects, and is told why it may not). Only the newest state is sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from ataraxy.live.ask import Ask
from ataraxy.live.picture import iso
from ataraxy.live.right import Refused, board_of, may_see_session
from ataraxy.live.rooms import Place, Rooms, View, Viewer, board
from ataraxy.live.writer import Writer

AT_LEAST_EVERY_S = 5.0
LOOK_EVERY_S = 1.0  # what is due changes with time alone
CHECK_EVERY_S = 30.0
BOARD_EVERY_S = 1.0
ROOMS_EVERY_S = 5.0
VIEWERS = 2000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}


class Streams:
    """The endpoints. ``closing`` ends every stream when the process stops."""

    def __init__(self, rooms: Rooms, ask: Ask, writer: Writer, check_every_s: float = CHECK_EVERY_S) -> None:
        self._rooms = rooms
        self._ask = ask
        self._writer = writer
        self._check_every_s = check_every_s
        self.closing = asyncio.Event()

    async def session_events(self, request: Request) -> Response:
        """GET /live/session/<uuid>/events"""
        session_id: UUID = request.path_params["session_id"]
        cookie = _cookie(request)
        try:
            refused = await self._ask(may_see_session, cookie, session_id, first=request.method == "GET")
        except Error:
            return _unavailable()
        if refused:
            return PlainTextResponse(refused.why, refused.status, HEADERS)
        return self._stream(request, self._follow_session(session_id, cookie))

    async def board_events(self, request: Request) -> Response:
        """GET /live/board/events"""
        cookie = _cookie(request)
        try:
            found = await self._ask(board_of, cookie, frozenset())
        except Error:
            return _unavailable()
        if isinstance(found, Refused):
            return PlainTextResponse(found.why, found.status, HEADERS)
        return self._stream(request, self._follow_board(found, cookie))

    async def health(self, request: Request) -> Response:
        """GET /live/health: whether readings are being written. No patient data, so no log-in."""
        well = self._writer.alive and not self._writer.away
        told = {"ok": well, "writing": self._writer.alive, "database": not self._writer.away}
        return JSONResponse({**told, "waiting": self._writer.backlog}, 200 if well else 503, HEADERS)

    def _stream(self, request: Request, frames: AsyncGenerator[str, None]) -> Response:
        """The frames as a response; when the database goes away the stream ends and the browser tries again."""
        if request.method == "HEAD":
            return Response(headers=HEADERS, media_type="text/event-stream")
        if self._rooms.count >= VIEWERS:
            return _unavailable()
        return StreamingResponse(
            _ending_with_the_database(frames), headers=HEADERS, media_type="text/event-stream"
        )

    async def _follow_session(self, session_id: UUID, cookie: str) -> AsyncGenerator[str, None]:
        viewer, clock = Viewer(), asyncio.get_running_loop().time
        view = await self._rooms.look(session_id, viewer)
        try:
            yield "retry: 2000\n\n"
            sent, sent_at, checked_at = None, 0.0, clock()
            while not self.closing.is_set():
                viewer.fresh.clear()
                body = view.body()
                if body != sent or clock() - sent_at >= AT_LEAST_EVERY_S:
                    yield _event(view.text(body), body["seq"])
                    sent, sent_at = body, clock()
                await self._wait(viewer.fresh, LOOK_EVERY_S)
                if clock() - checked_at >= self._check_every_s:
                    if await self._gone(cookie, session_id):
                        return
                    checked_at = clock()
        finally:
            self._rooms.leave(view, viewer)

    async def _gone(self, cookie: str, session_id: UUID) -> bool:
        """Whether the right to look is gone; when nobody can say, it is."""
        try:
            return await self._ask(may_see_session, cookie, session_id, first=False) is not None
        except Error:
            return True

    async def _follow_board(self, places: list[Place], cookie: str) -> AsyncGenerator[str, None]:
        viewer, clock = Viewer(), asyncio.get_running_loop().time
        seen = frozenset(place.patient for place in places)
        views: dict[UUID, View] = {}
        try:
            yield "retry: 2000\n\n"
            sent, sent_at, read_at = None, 0.0, clock()
            while not self.closing.is_set():
                await self._arrange(views, places, viewer)
                viewer.fresh.clear()
                body = board((place, views[place.session]) for place in places)
                if body != sent or clock() - sent_at >= AT_LEAST_EVERY_S:
                    yield _event(_board_text(body, views), 0)
                    sent, sent_at = body, clock()
                await asyncio.sleep(BOARD_EVERY_S)
                if clock() - read_at >= ROOMS_EVERY_S or self._rooms.unseen.is_set():
                    self._rooms.unseen.clear()
                    found = await self._rooms_again(cookie, seen)
                    if isinstance(found, Refused):
                        return
                    places, read_at = found, clock()
                    seen |= {place.patient for place in places}
        finally:
            for view in views.values():
                self._rooms.leave(view, viewer)

    async def _rooms_again(self, cookie: str, seen: frozenset[UUID]) -> Refused | list[Place]:
        """The rooms now; this also checks the right again."""
        try:
            return await self._ask(board_of, cookie, seen)
        except Error:
            return Refused(503, "The database does not answer.")

    async def _arrange(self, views: dict[UUID, View], places: list[Place], viewer: Viewer) -> None:
        wanted = {place.session for place in places}
        for gone in views.keys() - wanted:
            self._rooms.leave(views.pop(gone), viewer)
        for new in wanted - views.keys():
            views[new] = await self._rooms.look(new, viewer)

    async def _wait(self, fresh: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await fresh.wait()
        except TimeoutError:
            pass


async def _ending_with_the_database(frames: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    async with aclosing(frames):
        try:
            async for frame in frames:
                yield frame
        except Error:
            return


def _cookie(request: Request) -> str:
    return request.cookies.get(settings.SESSION_COOKIE_NAME, "")


def _event(data: str, seq: int) -> str:
    return f"event: state\nid: {seq}\ndata: {data}\n\n"


def _board_text(body: dict[str, Any], views: dict[UUID, View]) -> str:
    now = next((iso(view.now) for view in views.values()), None)
    return json.dumps({"now": now, **body}, separators=(",", ":"))


def _unavailable() -> Response:
    return PlainTextResponse("Not now; try again.", 503, {**HEADERS, "Retry-After": "2"})
