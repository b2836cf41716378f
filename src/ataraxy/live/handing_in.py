"""Readings over HTTP: a gateway with a token hands them in, and is answered when they are safe.

The same report, writer and answer as a monitor's over MLLP; the device's name begins with its gateway's, and only a
clinic's own gateway is heard there.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from django.db import Error
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ataraxy.clinic.devices.models import Gateway
from ataraxy.clinic.devices.queries import gateway_of
from ataraxy.core.errors import InputRefused
from ataraxy.interop.handed_in import read_handed_in
from ataraxy.interop.hl7v2.pcd01 import render_oru
from ataraxy.interop.hl7v2.split import split
from ataraxy.live.allowance import Allowance
from ataraxy.live.arrived import Arrived, Code
from ataraxy.live.ask import Ask
from ataraxy.live.inbox import Inbox

LARGEST_BODY = 64 * 1024
ANSWER_S = 10.0
A_SECOND, AT_ONCE = 20.0, 40.0  # messages of one gateway: sustained, and in one burst
WRONG_A_SECOND, WRONG_AT_ONCE = 0.2, 20.0  # messages without a good token, of one address
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class HandingIn:
    """The endpoint."""

    def __init__(self, inbox: Inbox, ask: Ask) -> None:
        self._inbox = inbox
        self._ask = ask
        self._allowed = Allowance(A_SECOND, AT_ONCE)
        self._wrong = Allowance(WRONG_A_SECOND, WRONG_AT_ONCE)

    async def readings(self, request: Request) -> Response:
        """POST /live/readings"""
        peer = request.headers.get("x-forwarded-for", "").split(",")[-1].strip() or (
            request.client.host if request.client else ""
        )
        if self._wrong.left(peer) < 1:
            return _later("Too many messages without a good token came from this address.")
        try:
            gateway = await self._ask(gateway_of, _token(request), datetime.now(UTC))
        except Error:
            return _trouble(503, "The database does not answer.", "Hand it in again under the same id.")
        if gateway is None:
            self._wrong.take(peer)
            return _trouble(401, "The token is missing, wrong or revoked.", "Ask the director for a new one.")
        if not self._allowed.take(gateway.prefix):
            return _later(f"A gateway may hand in {A_SECOND:g} messages a second.")
        try:
            body = await _body(request)
        except ClientDisconnect:
            return _trouble(400, "The connection ended.", "Hand it in again under the same id.")
        if body is None:
            return _trouble(413, "The message is larger than 64 KiB.", "Hand in fewer readings at once.")
        return await self._hand_in(body, gateway, peer)

    async def _hand_in(self, body: bytes, gateway: Gateway, peer: str) -> Response:
        try:
            report = read_handed_in(body, gateway.sender)
        except InputRefused as refused:
            return _trouble(422, refused.cause, refused.cure)
        if self._inbox.room.locked():
            return _later("More is waiting to be written than there is room for.")
        await self._inbox.room.acquire()
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[tuple[Code, str]] = loop.create_future()

        def answer(code: Code, words: str) -> None:
            self._inbox.room.release()
            if not answered.done():
                answered.set_result((code, words))

        raw = render_oru(report).encode()
        self._inbox.put(
            Arrived(
                raw=raw,
                peer=f"{gateway.sender} {peer}",
                received_at=datetime.now(UTC),
                answer=answer,
                message=split(raw),
                report=report,
                clinic_id=gateway.clinic_id,
            )
        )
        try:
            async with asyncio.timeout(ANSWER_S):
                code, words = await asyncio.shield(answered)
        except TimeoutError:
            return _trouble(503, "The record does not answer.", "Hand it in again under the same id.")
        return _answered(code, words)


def _answered(code: Code, words: str) -> Response:
    """200: in the record or known already. 202: kept aside for a person. 422: it could not be stored."""
    if code == "AA":
        outcome = {"taken": True, "kept_aside": bool(words), "words": words}
        return JSONResponse(outcome, 202 if words else 200, HEADERS)
    return JSONResponse(
        {"taken": False, "cause": words, "cure": "Look into the clinic's quarantine."}, 422, HEADERS
    )


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip()[:200] if kind.lower() == "bearer" else ""


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than we take."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return body


def _trouble(status: int, cause: str, cure: str) -> Response:
    return JSONResponse({"taken": False, "cause": cause, "cure": cure}, status, HEADERS)


def _later(cause: str) -> Response:
    answer = _trouble(429, cause, "Wait a second, and hand it in again under the same id.")
    answer.headers["Retry-After"] = "1"
    return answer
