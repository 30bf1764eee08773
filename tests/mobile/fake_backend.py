"""A backend without a shop: the real BackendSession at the other end of the wire, and a network that can be cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx

from mobile.services.edges import HandshakeRefused, SocketClosed
from shared.clock import Clock
from shared.errors import Problem
from shared.picking import PickList, PickListStatus, PickProgress, PickStatus
from shared.sync.envelope import TOKEN_SUBPROTOCOL_PREFIX, Command, Hello, Live, Result, Update
from shared.sync.session import CLOSE_OTHER_PROTOCOL, BackendSession

TOKEN = "tok_good"
PICKER = {"person_id": "per_1", "name": "Ana"}


class FakeSocket:
    """The phone's end; the backend's end is a BackendSession."""

    def __init__(self, backend: FakeBackend, session: BackendSession) -> None:
        self._backend = backend
        self.session = session
        self._to_phone: asyncio.Queue[str | None] = asyncio.Queue()
        self.close_code = 1006
        self.is_closed = False
        self.is_deaf = False  # what the phone sends is lost on the way
        self.is_mute = False  # what the backend sends is lost on the way

    async def send(self, text: str) -> None:
        if self.is_closed:
            raise SocketClosed("closed", code=self.close_code)
        if self.is_deaf:
            return
        self.session.receive(text, self._backend.clock.monotonic_s())
        for event in self.session.take_events():
            self._backend.hear(self, event)
        self.pump()

    async def receive(self) -> str:
        text = await self._to_phone.get()
        if text is None:
            self._to_phone.put_nowait(None)
            raise SocketClosed("closed", code=self.close_code)
        return text

    async def close(self) -> None:
        self.end(1000)

    def pump(self) -> None:
        for text in self.session.take_messages():
            if not self.is_mute:
                self._to_phone.put_nowait(text)

    def end(self, code: int) -> None:
        if not self.is_closed:
            self.is_closed, self.close_code = True, code
            self._to_phone.put_nowait(None)


class FakeBackend:
    """Pick lists, an update log and apply-once, as the wire promises them."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.pick_lists: dict[str, PickList] = {}
        self.updates: list[Update] = []
        self.applied: list[Command] = []
        self.results: dict[str, Result] = {}
        self.greeted: list[Hello] = []
        self.heard: list[str] = []
        self.sockets: list[FakeSocket] = []
        self.is_reachable = True
        self.valid_tokens = {TOKEN}
        self.forgets_before = 0
        self.cuts_before_synced = False
        self.refuses_protocol = False
        self.is_stuck = False
        self.refuse: dict[str, str] = {}  # command name -> problem code
        self.http_answers: dict[tuple[str, str], httpx.Response] = {}
        self.asked: list[tuple[str, str, Any, dict[str, str]]] = []

    # The network

    async def connect(self, url: str, subprotocols: Sequence[str]) -> FakeSocket:
        await asyncio.sleep(0)
        if self.is_stuck:
            await asyncio.get_running_loop().create_future()
        if not self.is_reachable:
            raise SocketClosed("no network", code=1006)
        token = subprotocols[1].removeprefix(TOKEN_SUBPROTOCOL_PREFIX)
        if token not in self.valid_tokens:
            raise HandshakeRefused("signed out", status=401)
        socket = FakeSocket(self, BackendSession(now_s=self.clock.monotonic_s()))
        self.sockets.append(socket)
        return socket

    def cut(self, code: int = 1006) -> None:
        """Every connection breaks; what was under way is lost."""
        for socket in self.sockets:
            socket.end(code)
        self.sockets.clear()

    @property
    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if not self.is_reachable:
            raise httpx.ConnectError("no network", request=request)
        is_csv = request.headers.get("content-type", "").startswith("text/csv")
        body = request.content.decode() if is_csv else json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.path, body, dict(request.headers)))
        return self.http_answers.get((request.method, request.url.path), httpx.Response(404, json={"code": "x"}))

    # What the shop does

    def put(self, pick_list: PickList) -> None:
        self.pick_lists[pick_list.id] = pick_list
        self._update("pick_list", pick_list.model_dump(mode="json"))

    def put_as(self, pick_list: PickList, body: dict[str, Any]) -> None:
        """The same, told in words of its own."""
        self.pick_lists[pick_list.id] = pick_list
        self._update("pick_list", body)

    def remove(self, pick_list_id: str) -> None:
        self.pick_lists.pop(pick_list_id, None)
        self._update("pick_list.removed", {"pick_list_id": pick_list_id})

    def cancel_pick(self, pick_list_id: str, pick_id: str) -> None:
        self._progress(pick_list_id, PickProgress(id=pick_id, status=PickStatus.CANCELLED))

    def live(self, topic: str, body: dict[str, Any]) -> None:
        for socket in self.sockets:
            if topic in socket.session.topics:
                socket.session.say(Live(topic=topic, body=body))
                socket.pump()

    # What phones say

    def hear(self, socket: FakeSocket, event: Hello | Command) -> None:
        if isinstance(event, Hello):
            if self.refuses_protocol:
                socket.end(CLOSE_OTHER_PROTOCOL)
                return
            self.greeted.append(event)
            newest = self.updates[-1].sequence if self.updates else 0
            seen = event.last_sequence
            is_reset = seen == 0 or seen > newest or seen < self.forgets_before
            socket.session.welcome(sequence=newest, is_reset=is_reset, now=self.clock.now())
            for update in self._since(0 if is_reset else event.last_sequence, is_reset):
                socket.session.say(update)
            if self.cuts_before_synced:
                socket.pump()
                socket.end(1006)
                return
            socket.session.say(Update(sequence=newest, name="synced", at=self.clock.now(), body={}))
            return
        self.heard.append(event.id)
        if event.id not in self.results:
            self.results[event.id] = self._apply(event)
        socket.session.say(self.results[event.id])

    def _since(self, sequence: int, is_reset: bool) -> list[Update]:
        if not is_reset:
            return [update for update in self.updates if update.sequence > sequence]
        return [
            Update(sequence=0, name="pick_list", at=self.clock.now(), body=one.model_dump(mode="json"))
            for one in self.pick_lists.values()
        ]

    def _apply(self, command: Command) -> Result:
        code = self.refuse.get(command.name)
        pick_list = self.pick_lists.get(str(command.body["pick_list_id"]))
        if code or pick_list is None:
            problem = Problem(code=code or "pick_list_not_found", detail="refused by the test")
            return Result(command_id=command.id, is_applied=False, problem=problem)
        self.applied.append(command)
        if command.name == "pick_list.start":
            changed = {"status": PickListStatus.PICKING, "picker_id": PICKER["person_id"], "picker_name": "Ana"}
            self._change(pick_list, {**changed, "started_at": self.clock.now()})
        elif command.name == "pick_list.finish":
            self._change(pick_list, {"status": PickListStatus.FINISHED, "finished_at": self.clock.now()})
        elif command.name in ("pick.confirm", "pick.report_short"):
            self._pick(pick_list.id, command)
        return Result(command_id=command.id, is_applied=True)

    def _pick(self, pick_list_id: str, command: Command) -> None:
        body = command.body
        if command.name == "pick.confirm":
            done = PickProgress(id=body["pick_id"], status=PickStatus.PICKED, quantity_picked=body["quantity"])
        else:
            done = PickProgress(
                id=body["pick_id"],
                status=PickStatus.SHORT,
                quantity_picked=body["quantity_found"],
                short_reason=body["reason"],
            )
        self._progress(pick_list_id, done)

    def _progress(self, pick_list_id: str, progress: PickProgress) -> None:
        pick_list = self.pick_lists[pick_list_id]
        picks = [
            one.model_copy(update=progress.model_dump(exclude={"id"})) if one.id == progress.id else one
            for one in pick_list.picks
        ]
        changed = pick_list.model_copy(update={"picks": picks, "revision": pick_list.revision + 1})
        self.pick_lists[pick_list_id] = changed
        body = {"pick_list_id": pick_list_id, "revision": changed.revision, "pick": progress.model_dump(mode="json")}
        self._update("pick", body)

    def _change(self, pick_list: PickList, changed: dict[str, Any]) -> None:
        self.put(pick_list.model_copy(update={**changed, "revision": pick_list.revision + 1}))

    def _update(self, name: str, body: dict[str, Any]) -> None:
        sequence = (self.updates[-1].sequence if self.updates else 0) + 1
        update = Update(sequence=sequence, name=name, at=self.clock.now(), body=body)
        self.updates.append(update)
        for socket in self.sockets:
            if socket.session.state == "open":
                socket.session.say(update)
                socket.pump()
