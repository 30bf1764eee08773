"""The air between a phone and the server: it delays, stalls and goes away, and never reorders what it carries."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from mobile.services.edges import HandshakeRefused, SocketClosed
from tests.simulation.virtual_loop import Life, VirtualLoop, living

Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Callable[[], Awaitable[dict[str, Any]]], Send], Awaitable[None]]

DELAY_S = (0.004, 0.06)  # one way over a shop's Wi-Fi
GIVE_UP_S = 8.0  # how long a request or a handshake waits for a network that swallows it
CONNECTION_OUTLASTS_S = 20.0  # a dead spot this long: TCP sends again, the connection lives
GONE = 1006  # RFC 6455: nobody said goodbye
HOST = "shop.test"


class Server:
    """Whoever answers at the other end; `application` is None while nobody is there."""

    application: Application | None = None
    life: Life | None = None


class Air:
    """One phone's way to the server. While it is `cut` nothing arrives; `mend` lets what was sent again arrive after
    all, or, after a longer while, tells that the connection is gone.
    """

    def __init__(self, loop: VirtualLoop, chance: random.Random, server: Server, note: Callable[..., None]) -> None:
        self._loop = loop
        self._chance = chance
        self.server = server
        self.note = note
        self.is_up = True
        self.slow_by = 1.0
        self._wires: dict[_Wire, None] = {}
        self._cut_at_s = 0.0
        self.mended_at_s = 0.0

    def cut(self) -> None:
        if self.is_up:
            self.is_up = False
            self._cut_at_s = self._loop.time()

    def mend(self) -> None:
        if self.is_up:
            return
        self.is_up = True
        self.mended_at_s = self._loop.time()
        is_too_late = self._loop.time() - self._cut_at_s > CONNECTION_OUTLASTS_S
        for wire in list(self._wires):
            if is_too_late:
                wire.end(GONE, "the connection did not outlast the dead spot")
            wire.go_on()

    def server_died(self) -> None:
        """The machine at the other end is gone: its kernel says so to every open connection."""
        for wire in list(self._wires):
            wire.end(GONE, "the server died")

    def phone_died(self) -> None:
        for wire in list(self._wires):
            wire.end(GONE, "the phone died")
            self.forget(wire)

    def delay_s(self) -> float:
        return self._chance.uniform(*DELAY_S) * self.slow_by

    # The edges of the phone

    async def connect(self, url: str, subprotocols: list[str]) -> PhoneSocket:
        """What the app's connector does, over this air."""
        await asyncio.sleep(self.delay_s())
        if not self.is_up:
            await asyncio.sleep(GIVE_UP_S)
            raise SocketClosed("the network is gone", code=GONE)
        if self.server.application is None or self.server.life is None:
            raise SocketClosed("nobody listens there", code=GONE)
        wire = _Wire(self, self._loop)
        self._wires[wire] = None
        with living(self.server.life):
            self._loop.create_task(wire.serve(self.server.application, url, subprotocols))
        try:
            await wire.accepted
        except BaseException:
            wire.end(GONE, "nobody waits for it any more")
            raise
        await asyncio.sleep(self.delay_s())
        return PhoneSocket(wire)

    def forget(self, wire: _Wire) -> None:
        self._wires.pop(wire, None)


class _Wire:
    """One websocket between the two, from the handshake to its end."""

    def __init__(self, air: Air, loop: VirtualLoop) -> None:
        self._air = air
        self._loop = loop
        self.accepted: asyncio.Future[None] = loop.create_future()
        self.to_server = _Pipe(air, loop, "up")
        self.to_phone = _Pipe(air, loop, "down")
        self._is_over = False
        self._is_hung_up = False

    async def serve(self, application: Application, url: str, subprotocols: list[str]) -> None:
        """The server's side: an ASGI websocket."""
        address = httpx.URL(url)
        path = address.path
        headers = [(b"host", HOST.encode()), (b"sec-websocket-protocol", ", ".join(subprotocols).encode())]
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": address.query,
            "root_path": "",
            "headers": headers,
            "client": ("10.0.0.2", 40000),
            "server": (HOST, 80),
            "subprotocols": list(subprotocols),
            "state": {},
            "extensions": {"websocket.http.response": {}},
        }
        self.to_server.put({"type": "websocket.connect"}, delay_s=0)
        try:
            await application(scope, self.to_server.take, self._send)
        finally:
            if not self._is_hung_up:
                self._loop.in_world(0, self.end, GONE, "the server let go")

    async def _send(self, message: dict[str, Any]) -> None:
        if self._is_over:
            raise OSError("the other end is gone")
        kind = message["type"]
        if kind == "websocket.accept":
            self._loop.in_world(0, _settle, self.accepted, None)
        elif kind == "websocket.send":
            self.to_phone.put({"text": message["text"]})
        elif kind == "websocket.close":
            self._hang_up(int(message.get("code", 1000)), str(message.get("reason") or ""))
        elif kind == "websocket.http.response.start":
            self._is_hung_up = True
            self._loop.in_world(0, _settle, self.accepted, HandshakeRefused("refused", status=message["status"]))

    def _hang_up(self, code: int, reason: str) -> None:
        self._is_hung_up = True
        if not self.accepted.done():
            self._loop.in_world(0, _settle, self.accepted, HandshakeRefused("refused", status=403))
        self.to_phone.put({"close": code, "reason": reason})
        self.to_server.put({"type": "websocket.disconnect", "code": code})

    def go_on(self) -> None:
        self.to_server.go_on()
        self.to_phone.go_on()

    def close_from_phone(self) -> None:
        self.to_server.put({"type": "websocket.disconnect", "code": 1000})
        self.to_phone.stop()
        self._air.forget(self)

    def end(self, code: int, reason: str) -> None:
        """Both ends hear that it is over, as soon as anything reaches them."""
        if self._is_over:
            return
        self._is_over = True
        if not self.accepted.done():
            self._loop.in_world(0, _settle, self.accepted, SocketClosed(reason, code=code))
        self.to_phone.end({"close": code, "reason": reason})
        self.to_server.end({"type": "websocket.disconnect", "code": code})


class _Pipe:
    """One direction: what goes in comes out later, in the same order, or not at all."""

    def __init__(self, air: Air, loop: VirtualLoop, name: str) -> None:
        self._air = air
        self._loop = loop
        self._name = name
        self._arrived: deque[dict[str, Any]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._free_at_s = 0.0
        self._is_stopped = False
        self._is_ended = False
        self._held: list[dict[str, Any]] = []

    def put(self, message: dict[str, Any], delay_s: float | None = None) -> None:
        if self._is_stopped:
            return
        delay_s = self._air.delay_s() if delay_s is None else delay_s
        self._free_at_s = max(self._free_at_s + 1e-6, self._loop.time() + delay_s)  # nothing overtakes
        self._loop.in_world(self._free_at_s - self._loop.time(), self._arrive, message)

    def stop(self) -> None:
        self._is_stopped = True

    def _arrive(self, message: dict[str, Any]) -> None:
        text = message.get("text")
        if self._is_ended:
            return  # it was on its way when the connection broke
        if not self._air.is_up or self._held:
            self._held.append(message)  # not there yet: it will be sent again
            return
        if text is not None:
            self._air.note(self._name, text)
        self._hand_over(message)

    def _hand_over(self, message: dict[str, Any]) -> None:
        self._arrived.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def go_on(self) -> None:
        held, self._held = self._held, []
        for message in held:
            self._arrive(message)

    def end(self, message: dict[str, Any]) -> None:
        """What was on its way is lost; this is the last thing heard."""
        self._is_stopped = True
        self._held.clear()
        self._loop.in_world(0, self._hear_the_end, message)

    def _hear_the_end(self, message: dict[str, Any]) -> None:
        """In a dead spot nobody hears even that."""
        if not self._air.is_up and self._name == "down":
            self._held = [message]
            return
        self._is_ended = True
        self._hand_over(message)

    async def take(self) -> dict[str, Any]:
        while not self._arrived:
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._arrived.popleft()


class PhoneSocket:
    """The phone's end of a wire: the app's own `Socket`."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    async def send(self, text: str) -> None:
        self._wire.to_server.put({"type": "websocket.receive", "text": text})

    async def receive(self) -> str:
        message = await self._wire.to_phone.take()
        if "close" in message:
            raise SocketClosed(message["reason"], code=message["close"])
        return str(message["text"])

    async def close(self) -> None:
        self._wire.close_from_phone()


class AirTransport(httpx.AsyncBaseTransport):
    """HTTP over the same air: a request that is cut off may have been carried out all the same."""

    def __init__(self, air: Air, loop: VirtualLoop) -> None:
        self._air = air
        self._loop = loop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._air.delay_s())
        server = self._air.server
        if not self._air.is_up:
            await asyncio.sleep(GIVE_UP_S)
            raise httpx.ConnectTimeout("the network is gone", request=request)
        if server.application is None or server.life is None:
            raise httpx.ConnectError("nobody listens there", request=request)
        life, transport = server.life, httpx.ASGITransport(app=server.application, raise_app_exceptions=False)  # type: ignore[arg-type]
        answer: asyncio.Future[httpx.Response] = self._loop.create_future()
        with living(life):
            self._loop.create_task(_answer(transport, request, answer, self._loop))

        def died() -> None:
            _settle(answer, httpx.ReadError("the server died"))

        life.on_end[died] = None
        try:
            response = await answer
        finally:
            life.on_end.pop(died, None)
        await asyncio.sleep(self._air.delay_s())
        if not self._air.is_up:
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return response


async def _answer(
    transport: httpx.ASGITransport, request: httpx.Request, answer: asyncio.Future[httpx.Response], loop: VirtualLoop
) -> None:
    response = await transport.handle_async_request(request)
    loop.in_world(0, _settle, answer, response)


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if future.done():
        return
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)
