"""Numbers out: a session's and a board's state as server-sent events, to those who may see them.

An event ``state`` leaves on every change and at least every 5 s; the right to look is checked again every 30 s and the
stream ends when it is gone (the browser then reconnects, and is told why it may not). Only the newest state is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import Error
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from ataraxy.live.ask import Ask
from ataraxy.live.picture import iso
from ataraxy.live.right import Refused, board_of
from ataraxy.live.rights import Rights
from ataraxy.live.rooms import AT_LEAST_EVERY_S, Place, Rooms, View, board
from ataraxy.live.writer import Writer

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

CHECK_EVERY_S = 30.0
BOARD_EVERY_S = 1.0
ROOMS_EVERY_S = 5.0
VIEWERS = 8000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
TRANSPORT = "transport"  # where the web server leaves the connection in a request's state


class Streams:
    """The endpoints. ``closing`` ends every stream when the process stops."""

    def __init__(self, rooms: Rooms, ask: Ask, writer: Writer, check_every_s: float = CHECK_EVERY_S) -> None:
        self._rooms = rooms
        self._ask = ask
        self._rights = Rights(ask)
        self._writer = writer
        self._check_every_s = check_every_s
        self.closing = asyncio.Event()

    async def session_events(self, request: Request) -> Response:
        """GET /live/session/<uuid>/events"""
        session_id: UUID = request.path_params["session_id"]
        cookie = _cookie(request)
        try:
            refused = await self._rights.may_see(cookie, session_id, first=request.method == "GET")
        except Error:
            return _unavailable()
        if refused:
            return PlainTextResponse(refused.why, refused.status, HEADERS)
        if request.method == "HEAD":
            return Response(headers=HEADERS, media_type="text/event-stream")
        if self._rooms.count >= VIEWERS:
            return _unavailable()
        return Following(self, session_id, cookie)

    async def board_events(self, request: Request) -> Response:
        """GET /live/board/events"""
        cookie = _cookie(request)
        try:
            found = await self._ask(board_of, cookie, frozenset())
        except Error:
            return _unavailable()
        if isinstance(found, Refused):
            return PlainTextResponse(found.why, found.status, HEADERS)
        if request.method == "HEAD":
            return Response(headers=HEADERS, media_type="text/event-stream")
        if self._rooms.count >= VIEWERS:
            return _unavailable()
        frames = _ending_with_the_database(self._follow_board(found, cookie))
        return StreamingResponse(frames, headers=HEADERS, media_type="text/event-stream")

    async def health(self, request: Request) -> Response:
        """GET /live/health: whether readings are being written. No patient data, so no log-in."""
        well = self._writer.alive and not self._writer.away
        told = {"ok": well, "writing": self._writer.alive, "database": not self._writer.away}
        return JSONResponse({**told, "waiting": self._writer.backlog}, 200 if well else 503, HEADERS)

    async def follow(self, session_id: UUID, cookie: str, line: Line, gone: asyncio.Task[None]) -> None:
        """Show one session to one viewer, until they leave, may no longer look, or the process stops."""
        view = await self._rooms.look(session_id, line)
        try:
            view.show(asyncio.get_running_loop().time(), changed=False)
            closing = asyncio.ensure_future(self.closing.wait())
            try:
                while not await _any_of(gone, closing, within_s=self._check_every_s):
                    if await self._lost(cookie, session_id):
                        return
            finally:
                closing.cancel()
        finally:
            self._rooms.leave(view, line)

    async def _lost(self, cookie: str, session_id: UUID) -> bool:
        """Whether the right to look is gone; when nobody can say, it is."""
        try:
            return await self._rights.may_see(cookie, session_id, first=False) is not None
        except Error:
            return True

    async def _follow_board(self, places: list[Place], cookie: str) -> AsyncGenerator[str, None]:
        viewer, clock = Nobody(), asyncio.get_running_loop().time
        seen = frozenset(place.patient for place in places)
        views: dict[UUID, View] = {}
        try:
            yield "retry: 2000\n\n"
            sent, sent_at, read_at = "", 0.0, clock()
            while not self.closing.is_set():
                await self._arrange(views, places, viewer)
                body = board((place, views[place.session]) for place in places)
                if body != sent or clock() - sent_at >= AT_LEAST_EVERY_S:
                    now = next((f'"{iso(view.now)}"' for view in views.values()), "null")
                    yield _event(f'{{"now":{now},{body}}}', 0)
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

    async def _arrange(self, views: dict[UUID, View], places: list[Place], viewer: Nobody) -> None:
        wanted = {place.session for place in places}
        for gone in views.keys() - wanted:
            self._rooms.leave(views.pop(gone), viewer)
        for new in wanted - views.keys():
            views[new] = await self._rooms.look(new, viewer)


@dataclass(eq=False, slots=True)
class Nobody:
    """A viewer who is not told, and looks for themselves."""

    def show(self, text: str, seq: int) -> bool:
        return True


@dataclass(eq=False, slots=True)
class Line:
    """A browser's connection. An event is written to it whole, or not at all while it has not taken the last one."""

    transport: asyncio.WriteTransport
    chunked: bool

    def show(self, text: str, seq: int) -> bool:
        if self.transport.is_closing():
            return True
        if self.transport.get_write_buffer_size():
            return False
        self.write(_event(text, seq))
        return True

    def write(self, words: str) -> None:
        data = words.encode()
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data)


class Following(Response):
    """The endless answer to one browser.

    The web server writes the head and the end; between them the events go to the connection directly, because a chunk a
    second for every room through three layers is most of the work of showing it.
    """

    def __init__(self, streams: Streams, session_id: UUID, cookie: str) -> None:
        super().__init__(headers=HEADERS, media_type="text/event-stream")
        self._streams, self._session_id, self._cookie = streams, session_id, cookie
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(scope["state"][TRANSPORT], scope["http_version"] == "1.1")
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        line.write("retry: 2000\n\n")
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await self._streams.follow(self._session_id, self._cookie, line, gone)
        except Error:
            pass  # the database went away: the stream ends, and the browser tries again
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _any_of(*waited: asyncio.Future[Any], within_s: float) -> bool:
    done, _ = await asyncio.wait(waited, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


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


def _unavailable() -> Response:
    return PlainTextResponse("Not now; try again.", 503, {**HEADERS, "Retry-After": "2"})
