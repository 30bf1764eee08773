"""An app of an older version on a picker's phone: what it leaves out, what it passes over, and how it is updated.

The phone runs today's app; what an older one would not say is taken off its wire, and what a newer backend would say
is put onto it.
"""

from __future__ import annotations

import json
import random
from enum import StrEnum
from typing import Any

from mobile.services.backend_link import LinkStatus
from mobile.services.edges import Socket, SocketClosed
from mobile.state.app_state import AppState
from shared.sync.envelope import PROTOCOL_VERSION
from shared.sync.session import CLOSE_OTHER_PROTOCOL
from tests.simulation.phone import SimulatedPhone

OLD_VERSION = "0.0.9"
NEWER_FIELDS = {"pick.confirm": ("entered_by",)}  # what came later, and has a default for those who do not know it
NEWER_PICK_FIELDS = ("wish", "candidates", "substitution")
NEWER_PICK_STATUSES = ("proposed", "substituted")  # a list that holds one cannot be read
CLOSE_BROKEN = 1002
SHOWN_WITHIN_S = 1.0  # from the refusal to the picker's screen


class Age(StrEnum):
    """How old an app is."""

    KNOWS_LESS = "knows less"  # same protocol; newer fields, documents and topics say nothing to it
    REFUSED = "is refused"  # the backend does not speak its protocol any more


class OldApp:
    """Install it before the phone is switched on. `update` puts today's app onto the phone; the outbox stays."""

    def __init__(self, phone: SimulatedPhone, age: Age, chance: random.Random, complaints: list[str]) -> None:
        self.phone = phone
        self.age = age
        self.refusals = 0
        self._refused: tuple[AppState | None, float] = (None, 0.0)
        self.is_outdated = age is Age.KNOWS_LESS  # a protocol is given up at some time, while its apps are at work
        self.complaints = complaints
        self.chance = chance
        phone.app_version = OLD_VERSION
        phone.connect = self.connect

    async def connect(self, url: str, subprotocols: list[str]) -> Socket:
        socket = await self.phone.air.connect(url, subprotocols)
        return _OldSocket(self, socket)

    def outdate(self) -> None:
        """The backend was updated: from the next greeting on it refuses this app."""
        self.is_outdated = True
        self.phone.air.server_died()  # its new process greets anew; that other phones stay connected changes nothing

    def update(self) -> None:
        """Somebody installs today's app: the old one ends, and the phone stays off until its picker looks at it."""
        self._must_say_so()
        self.phone.kill()
        self.phone.app_version = None
        self.phone.connect = self.phone.air.connect

    def hear_refusal(self, closed: SocketClosed) -> None:
        """A refusal says which versions do not fit; whatever else closes a connection is no refusal."""
        if not self.is_refused or closed.facts.get("code") not in (CLOSE_OTHER_PROTOCOL, CLOSE_BROKEN):
            return
        self.refusals += 1
        self._refused = (self.phone.app, self.phone.clock.monotonic_s())
        said = str(closed)
        if f"protocol {PROTOCOL_VERSION - 1}" not in said or f"the backend {PROTOCOL_VERSION}" not in said:
            self.complaints.append(f"{self.phone.name} was refused without a reason: {said!r}")

    @property
    def is_refused(self) -> bool:
        return self.age is Age.REFUSED and self.is_outdated

    def _must_say_so(self) -> None:
        """Whoever is refused knows it from the screen: a picker who reads "no network" would wait for ever."""
        app, at_s = self._refused
        if app is None or app is not self.phone.app or self.phone.clock.monotonic_s() - at_s < SHOWN_WITHIN_S:
            return
        status = app.link.status
        if status not in (LinkStatus.OUTDATED, LinkStatus.SIGNED_OUT):
            self.complaints.append(f"{self.phone.name} was refused as too old, and shows that it is {status}")


class _OldSocket:
    """The older app's own end of the wire."""

    def __init__(self, app: OldApp, socket: Socket) -> None:
        self._app = app
        self._socket = socket
        self._also: list[str] = []

    async def send(self, text: str) -> None:
        await self._socket.send(self._as_it_says(text) if self._app.is_outdated else text)

    async def receive(self) -> str:
        if self._also:
            return self._also.pop(0)
        try:
            text = await self._socket.receive()
        except SocketClosed as closed:
            self._app.hear_refusal(closed)
            raise
        knows_less = self._app.age is Age.KNOWS_LESS and '"kind":"update"' in text
        return self._as_newer(text) if knows_less else text

    async def close(self) -> None:
        await self._socket.close()

    def _as_it_says(self, text: str) -> str:
        message = json.loads(text)
        if message["kind"] == "hello" and self._app.is_refused:
            message["protocol"] = PROTOCOL_VERSION - 1
        if message["kind"] == "command":
            for name in NEWER_FIELDS.get(message["name"], ()):
                message["body"].pop(name, None)
        return _compact(message)

    def _as_newer(self, text: str) -> str:
        """What a backend of tomorrow would say: more fields, other things, and now and then a list this app cannot
        read.
        """
        message: dict[str, Any] = json.loads(text)
        message["body"]["handling"] = {"is_fragile": True}
        picks = message["body"].get("picks", ())
        is_newer = any(pick["status"] in NEWER_PICK_STATUSES for pick in picks)
        for pick in picks:
            pick["age_limit"] = 18
            for name in NEWER_PICK_FIELDS:
                pick.pop(name, None)
        if message["name"] == "pick_list" and (self._app.chance.random() < 0.2 or is_newer):
            message["body"]["walk"] = {"format": "segments/2"}
        else:
            news = {**message, "name": "tote.weighed", "body": {"tote_id": "t", "weight_g": 1200}}
            if message["name"] != "synced":
                self._also.append(_compact(news))
        if self._app.chance.random() < 0.1:
            self._also.append(_compact({"kind": "live", "topic": "weather", "body": {"sky": "blue"}}))
        return _compact(message)


def _compact(message: dict[str, Any]) -> str:
    """As both ends write: whoever reads along knows the words by it."""
    return json.dumps(message, separators=(",", ":"))
