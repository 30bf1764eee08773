"""A phone at the other end of an ASGI websocket, in the same event loop: nothing waits, and any moment can be cut."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.types import ASGIApp, Message

from shared.commands import PickerCommand
from shared.sync.envelope import SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, Command, Live, Result, Update, Welcome
from shared.sync.session import PhoneSession
from tests.backend.waiting import until


class Wire:
    """One websocket connection to an ASGI application, message by message."""

    def __init__(self, app: ASGIApp, *, token: str | None, origin: str | None = None, host: str = "shop.test") -> None:
        headers = [(b"host", host.encode())]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        self._scope: dict[str, Any] = {
            "type": "websocket",
            "path": "/api/v1/sync",
            "raw_path": b"/api/v1/sync",
            "query_string": b"",
            "headers": headers,
            "scheme": "ws",
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "subprotocols": [SUBPROTOCOL, *([TOKEN_SUBPROTOCOL_PREFIX + token] if token else [])],
            "extensions": {"websocket.http.response": {}},
        }
        self._app = app
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self.from_app: deque[str] = deque()
        self.is_open = False
        self.subprotocol: str | None = None
        self.denied: int | None = None
        self.close_code: int | None = None
        self.is_stuck = False  # the network takes nothing any more
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> Wire:
        """Returns once the handshake is answered: look at `is_open`, `denied` or `close_code`."""
        self._to_app.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self._app(self._scope, self._to_app.get, self._send))  # type: ignore[arg-type]
        await until(lambda: self.is_open or self.denied is not None or self.close_code is not None)
        return self

    def put(self, text: str) -> None:
        self._to_app.put_nowait({"type": "websocket.receive", "text": text})

    def put_bytes(self, raw: bytes) -> None:
        self._to_app.put_nowait({"type": "websocket.receive", "bytes": raw})

    async def cut(self) -> None:
        """The connection is gone; returns once the backend has noticed and put everything away."""
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1006})
        assert self.task is not None
        await self.task

    async def closed(self) -> int:
        """Wait for the backend to close; gives its code."""
        code = await until(lambda: self.close_code)
        assert code is not None
        return code

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept":
                self.is_open, self.subprotocol = True, message.get("subprotocol")
            case "websocket.send":
                if self.is_stuck:
                    await asyncio.Event().wait()
                self.from_app.append(message["text"])
            case "websocket.close":
                self.close_code = message.get("code", 1000)
            case "websocket.http.response.start":
                self.denied = message["status"]


class PhoneEnd:
    """What a phone keeps across its connections, driven by the real session."""

    def __init__(self, app: ASGIApp, token: str, clock: Any, *, topics: tuple[str, ...] = ()) -> None:
        self._app, self._token, self._clock, self._topics = app, token, clock, topics
        self.last_sequence = 0
        self.documents: dict[str, dict[str, Any]] = {}
        self.pending: list[Command] = []
        self.results: dict[str, Result] = {}
        self.live: dict[str, list[dict[str, Any]]] = {}
        self.updates: list[Update] = []
        self.welcomes: list[Welcome] = []
        self.wire: Wire | None = None
        self.is_synced = False
        self._session: PhoneSession | None = None
        self._made = 0

    # Verbs

    async def connect(self, *, is_settled: bool = True) -> PhoneEnd:
        self.wire, self.is_synced = await Wire(self._app, token=self._token).open(), False
        assert self.wire.is_open, f"refused: {self.wire.denied or self.wire.close_code}"
        self._session = PhoneSession(
            app_version="test",
            last_sequence=self.last_sequence,
            pending=self.pending,
            topics=self._topics,
            now_s=self._clock.monotonic_s(),
        )
        if is_settled:
            await self.until(lambda: self.is_synced and not self.pending)
        return self

    async def cut(self) -> None:
        assert self.wire is not None
        await self.wire.cut()
        self._session = None

    def ask(self, body: PickerCommand | dict[str, Any], *, name: str = "", made_at: datetime | None = None) -> str:
        """Put a command into the outbox, and on the wire where there is one; returns its id."""
        self._made += 1
        command = Command(
            id=f"cmd_{self._token}_{self._made}",
            name=name or body.name,  # type: ignore[union-attr]
            made_at=made_at or self._clock.now(),
            body=body if isinstance(body, dict) else body.model_dump(mode="json"),
        )
        self.pending.append(command)
        if self._session is not None:
            self._session.send(command)
        return command.id

    async def until(self, condition: Callable[[], Any]) -> None:
        """Pass messages both ways until the condition holds."""

        def step() -> bool:
            self.pump()
            return bool(condition())

        await until(step)

    async def answer(self, command_id: str) -> Result:
        await self.until(lambda: command_id in self.results)
        return self.results[command_id]

    def pump(self) -> None:
        if self._session is None or self.wire is None:
            return
        for text in self._session.take_messages():
            self.wire.put(text)
        while self.wire.from_app:
            self._session.receive(self.wire.from_app.popleft(), self._clock.monotonic_s())
        for event in self._session.take_events():
            self._take(event)
        self.last_sequence = self._session.last_sequence

    def _take(self, event: Any) -> None:
        match event:
            case Welcome():
                self.welcomes.append(event)
                if event.is_reset:
                    self.documents.clear()
            case Result():
                self.results[event.command_id] = event
                self.pending = [command for command in self.pending if command.id != event.command_id]
            case Live():
                self.live.setdefault(event.topic, []).append(event.body)
            case Update():
                self.updates.append(event)
                self.is_synced |= event.name == "synced"
                self._keep(event)

    def _keep(self, update: Update) -> None:
        body = update.body
        if update.name == "pick_list":
            held = self.documents.get(body["id"])
            if held is None or held["revision"] <= body["revision"]:
                self.documents[body["id"]] = body
        elif update.name == "pick_list.removed":
            self.documents.pop(body["pick_list_id"], None)
        elif update.name == "pick":
            held = self.documents[body["pick_list_id"]]
            if held["revision"] < body["revision"]:
                held["revision"] = body["revision"]
                for pick in held["picks"]:
                    if pick["id"] == body["pick"]["id"]:
                        pick.update(body["pick"])
