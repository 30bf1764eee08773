"""The websocket of the phones: a shell that moves texts between the socket, the session and the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
from fastapi import APIRouter, WebSocket
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketDisconnect

from backend.core.errors import NotAuthenticated
from backend.core.http import HouseDep
from backend.people.errors import NotSignedIn
from backend.people.http import authenticate_socket
from backend.people.principals import Principal
from backend.sync.eager import begin
from backend.sync.phone import (
    CLOSE_BROKEN,
    CLOSE_OUR_MISTAKE,
    CLOSE_SIGNED_OUT,
    CLOSE_SILENT,
    CLOSE_TRY_AGAIN,
    Phone,
    PhoneClosed,
)
from backend.sync.rate import MessageRate
from shared.errors import BlinkpickError
from shared.sync.envelope import SUBPROTOCOL, Command, Hello, MessageMalformed
from shared.sync.session import (
    CLOSE_OTHER_PROTOCOL,
    BackendSession,
    ProtocolBroken,
    ProtocolOutdated,
    SessionState,
)

HELLO_WITHIN_S = 5.0
WRITE_WITHIN_S = 10.0
CLOSE_WITHIN_S = 2.0
WATCH_MIN_S = 0.5
WATCH_MAX_S = 30.0
SEEN_EVERY_S = 30.0  # how often commands put the idle lock off

_log = structlog.get_logger("sync")

router = APIRouter()


@router.websocket("/api/v1/sync")
async def sync(websocket: WebSocket, house: HouseDep) -> None:
    """Origin and token are checked before anything is accepted."""
    if SUBPROTOCOL not in websocket.scope["subprotocols"]:
        await _deny(websocket, 403)
        return
    if house.hub.is_full:
        await _deny(websocket, 503)
        return
    try:
        principal = await authenticate_socket(
            house.people, websocket.headers, websocket.scope["subprotocols"], house.settings.allowed_origins
        )
    except BlinkpickError as refused:
        await _refuse(websocket, refused)
        return
    await websocket.accept(subprotocol=SUBPROTOCOL)
    await Conversation(websocket, house, principal).hold()


class Conversation:
    """One connection from its acceptance to its end. Whatever ends first ends the rest."""

    def __init__(self, websocket: WebSocket, house: Any, principal: Principal) -> None:
        self._websocket = websocket
        self._house = house
        self._clock = house.clock
        self._phone = Phone(principal)
        self._session = BackendSession(now_s=self._clock.monotonic_s())
        self._rate = MessageRate(self._clock.monotonic_s())
        self._seen_at_s = float("-inf")  # a phone may lose its connection before it has lasted SEEN_EVERY_S
        self._unfinished: Coroutine[Any, Any, None] | None = None
        self._phone.write_at_once = self._write_at_once

    async def hold(self) -> None:
        tasks = [asyncio.ensure_future(part()) for part in (self._listen, self._speak, self._watch)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._house.hub.leave(self._phone)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._unfinished is not None:
                self._unfinished.close()
        first = next(task for task in tasks if task in done)  # what was heard explains more than a broken watch
        code, reason = _ending(first.exception())
        if code is not None:
            with suppress(Exception):  # the other end may be gone
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await self._websocket.close(code, reason)

    async def _listen(self) -> None:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                hello = await self._hear_hello()
        except TimeoutError:
            raise PhoneClosed(CLOSE_SILENT, "no hello came") from None
        await self._house.hub.join(self._phone, self._session, hello)
        while True:
            for command in await self._hear():
                await self._carry_out(command)

    async def _hear_hello(self) -> Hello:
        [hello] = await self._hear()
        assert isinstance(hello, Hello), "the session lets nothing else come first"
        return hello

    async def _hear(self) -> list[Any]:
        """The next message, as what it means. Raises WebSocketDisconnect, MessageMalformed or ProtocolBroken."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        text = message.get("text")
        if text is None:
            raise MessageMalformed("this protocol is text")
        wait_s = self._rate.take(self._clock.monotonic_s())
        if wait_s:
            await asyncio.sleep(wait_s)
        self._session.receive(text, self._clock.monotonic_s())
        self._say_waiting()
        return list(self._session.take_events())

    async def _carry_out(self, command: Command) -> None:
        """One after another: a phone's commands build on each other."""
        result = await self._house.sync.apply(self._phone.principal, command)
        self._session.say(result)
        self._say_waiting()
        now_s = self._clock.monotonic_s()
        if now_s - self._seen_at_s >= SEEN_EVERY_S:
            self._seen_at_s = now_s
            await self._house.people.note_seen(self._phone.principal)

    def _say_waiting(self) -> None:
        for text in self._session.take_messages():
            self._phone.say(text)

    def _write_at_once(self, text: str) -> bool:
        """Whether the text is on the wire already. A thousand phones hear one event: most need no turn of their own."""
        try:
            self._unfinished = begin(self._send(text))
        except Exception as error:  # whoever spoke to the phone has nothing to do with it
            self._unfinished = _fail(error)
        return self._unfinished is None

    async def _speak(self) -> None:
        """Sees through what could not be written at once, and what came meanwhile."""
        while True:
            texts = await self._phone.next_texts()
            if self._unfinished is not None:
                async with asyncio.timeout(WRITE_WITHIN_S):
                    await self._unfinished
                self._unfinished = None
            for text in texts:
                async with asyncio.timeout(WRITE_WITHIN_S):
                    await self._send(text)

    def _send(self, text: str) -> Coroutine[Any, Any, None]:
        return self._websocket.send({"type": "websocket.send", "text": text})

    async def _watch(self) -> None:
        while self._session.state is not SessionState.CLOSED:
            due_in_s = self._session.due_at_s - self._clock.monotonic_s()
            await asyncio.sleep(min(max(due_in_s, WATCH_MIN_S), WATCH_MAX_S))
            self._session.tick(self._clock.monotonic_s())
        raise PhoneClosed(CLOSE_SILENT, "nothing was heard for too long")


async def _fail(error: Exception) -> None:
    raise error


def _ending(error: BaseException | None) -> tuple[int | None, str]:
    """How to say goodbye; None where the other end has gone already."""
    match error:
        case PhoneClosed():
            return error.code, error.reason
        case WebSocketDisconnect() | TimeoutError():
            return None, ""
        case ProtocolOutdated():
            return CLOSE_OTHER_PROTOCOL, error.detail[:100]
        case MessageMalformed() | ProtocolBroken():
            return CLOSE_BROKEN, error.detail[:100]
        case BlinkpickError() if error.is_retryable:
            return CLOSE_TRY_AGAIN, error.detail[:100]
    _log.error("a phone's conversation broke", exc_info=error)
    return CLOSE_OUR_MISTAKE, "our mistake; it is logged"


async def _refuse(websocket: WebSocket, refused: BlinkpickError) -> None:
    """HTTP 403. A browser cannot see that, so where its page and its form were right it hears 4401 instead."""
    is_browser = "origin" in websocket.headers
    if is_browser and isinstance(refused, NotAuthenticated) and not isinstance(refused, NotSignedIn):
        await websocket.accept(subprotocol=SUBPROTOCOL)
        await websocket.close(CLOSE_SIGNED_OUT, refused.detail[:100])
    else:
        await _deny(websocket, 503 if refused.is_retryable else 403)


async def _deny(websocket: WebSocket, status: int) -> None:
    """Refuse the handshake over HTTP."""
    if "websocket.http.response" in websocket.scope.get("extensions", {}):
        await websocket.send_denial_response(PlainTextResponse("", status))
    else:
        await websocket.close()  # every server makes 403 of it
