"""A phone without a screen: the wire's own session over a real websocket, for tests of the backend as a whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import websockets

from shared.clock import SystemClock
from shared.commands import ConfirmPick, FinishPickList, PickerCommand, StartPickList
from shared.ids import SystemIdSource
from shared.picking import PickList, PickProgress
from shared.sync.envelope import SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, Command, Live, Result, Update
from shared.sync.session import PhoneSession

PATIENCE_S = 60.0  # on a machine that is busy with other things


def sign_in(url: str, code: str, badge: str, pin: str) -> dict[str, Any]:
    """Enrol a phone with a one-time code and sign in; returns the answer, with `device_token` in it."""
    enrolled = httpx.post(
        f"{url}/api/v1/people/enrol", json={"code": code, "device_name": "test phone"}, timeout=PATIENCE_S
    )
    enrolled.raise_for_status()
    token = enrolled.json()["device_token"]
    signed_in = httpx.post(
        f"{url}/api/v1/people/sign-in",
        json={"badge": badge, "pin": pin},
        headers={"X-Device-Token": token},
        timeout=PATIENCE_S,
    )
    signed_in.raise_for_status()
    return {**signed_in.json(), "device_token": token}


class NativePhone:
    """Holds the documents the backend sends; commands are kept until they are answered, as a real phone does."""

    def __init__(self, url: str, token: str, topics: list[str] | None = None) -> None:
        self._url = url.replace("http", "ws", 1) + "/api/v1/sync"
        self._token = token
        self._topics = topics or []
        self._ids = SystemIdSource(SystemClock())
        self.pick_lists: dict[str, PickList] = {}
        self.live: dict[str, dict[str, Any]] = {}
        self.waiting: dict[str, Command] = {}
        self.results: list[Result] = []
        self.last_sequence = 0
        self._session: PhoneSession | None = None
        self._socket: Any = None

    async def connect(self) -> None:
        self._socket = await websockets.connect(
            self._url, subprotocols=[SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + self._token]
        )
        self._session = PhoneSession(
            app_version="test",
            last_sequence=self.last_sequence,
            pending=self.waiting.values(),
            topics=self._topics,
            now_s=time.monotonic(),
        )
        await self._flush()

    async def cut(self) -> None:
        """The network is gone: whatever was on its way is lost."""
        self._socket.transport.abort()
        self._session = None

    async def ask(self, command: PickerCommand) -> str:
        """Queue a command; it goes out now if there is a connection."""
        envelope = Command(
            id=self._ids.new("command"),
            name=command.name,
            made_at=datetime.now(UTC),
            body=command.model_dump(mode="json"),
        )
        self.waiting[envelope.id] = envelope
        if self._session is not None:
            self._session.send(envelope)
            await self._flush()
        return envelope.id

    async def until(self, is_true: Callable[[], Any], within_s: float = 15.0) -> Any:
        """Listen until it is true; returns what `is_true` returned."""
        async with asyncio.timeout(within_s):
            while not (found := is_true()):
                assert self._session is not None
                self._session.receive(await self._socket.recv(), time.monotonic())
                self._take()
                await self._flush()
        return found

    def _take(self) -> None:
        assert self._session is not None
        for event in self._session.take_events():
            if isinstance(event, Result):
                self.waiting.pop(event.command_id, None)
                self.results.append(event)
            elif isinstance(event, Live):
                self.live[event.topic] = event.body
            elif isinstance(event, Update):
                self._apply(event)
        self.last_sequence = self._session.last_sequence

    def _apply(self, update: Update) -> None:
        if update.name == "pick_list":
            pick_list = PickList.model_validate(update.body)
            self.pick_lists[pick_list.id] = pick_list
        elif update.name == "pick_list.removed":
            self.pick_lists.pop(update.body["pick_list_id"], None)
        elif update.name == "pick":
            self._progress(update.body["pick_list_id"], PickProgress.model_validate(update.body["pick"]))

    def _progress(self, pick_list_id: str, progress: PickProgress) -> None:
        pick_list = self.pick_lists[pick_list_id]
        picks = [pick.model_copy(update=dict(progress)) if pick.id == progress.id else pick for pick in pick_list.picks]
        self.pick_lists[pick_list_id] = pick_list.model_copy(update={"picks": picks})

    async def _flush(self) -> None:
        assert self._session is not None
        for text in self._session.take_messages():
            await self._socket.send(text)


def start(pick_list: PickList) -> StartPickList:
    return StartPickList(pick_list_id=pick_list.id)


def confirm(pick_list: PickList, position: int) -> ConfirmPick:
    """The right product in the right quantity."""
    pick = pick_list.picks[position]
    scan = pick.product.gtins[0] if pick.product.gtins else pick.product.sku
    return ConfirmPick(pick_list_id=pick_list.id, pick_id=pick.id, quantity=pick.quantity_ordered, scan=scan)


def finish(pick_list: PickList) -> FinishPickList:
    return FinishPickList(pick_list_id=pick_list.id)
