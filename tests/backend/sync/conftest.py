"""A small store whose phones are connected: real rooms, real database, real websocket endpoint, no network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from backend.core.database import Database
from backend.core.errors import BackendError
from backend.core.writer import Transaction, Writer
from backend.people.errors import SessionEnded
from backend.people.models import Role
from backend.people.principals import Principal
from backend.picking.commands import Asked
from backend.settings import Settings
from backend.sync.endpoints import router
from backend.sync.hub import Hub
from backend.sync.service import SyncService
from backend.sync.updates import Updates
from shared.clock import ManualClock
from shared.commands import PickerCommand
from shared.ids import SeededIdSource
from shared.labels import BlinkPattern, LightColour
from tests.backend.rooms import Rooms
from tests.backend.sync.wire import PhoneEnd
from tests.factories import STORE_ID, make_asker


def make_principal(name: str = "Ada", **parts: Any) -> Principal:
    """A picker on shift, the same person as `make_asker(name)`."""
    values: dict[str, Any] = {
        "person_id": f"per_{name}",
        "name": name,
        "role": Role.PICKER,
        "store_id": STORE_ID,
        "device_id": f"dev_{name}",
        "session_id": f"ses_{name}",
        "shift_id": f"shf_{name}",
        "colour": LightColour.BLUE,
        "pattern": BlinkPattern.SLOW,
        **parts,
    }
    return Principal(**values)


@dataclass
class FakePeople:
    """Knows people by their token, which is their name."""

    principals: dict[str, Principal] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    error: BackendError | None = None

    async def authenticate(self, token: str, *, is_touch: bool = True) -> Principal:
        if self.error is not None:
            raise self.error
        principal = self.principals.get(token)
        if principal is None or principal.session_id in self.ended:
            raise SessionEnded("this session has ended; sign in again")
        return principal

    async def note_seen(self, principal: Principal) -> None:
        self.seen.append(principal.person_id)

    async def ended_among(self, session_ids: Sequence[str]) -> dict[str, str]:
        return {session_id: self.ended[session_id] for session_id in session_ids if session_id in self.ended}


@dataclass
class Shop:
    """The backend's end of sync, and short ways to phones."""

    rooms: Rooms
    people: FakePeople
    sync: SyncService
    hub: Hub
    app: FastAPI
    clock: ManualClock
    refuse_with: Exception | None = None
    refuse_after: Exception | None = None
    carried_out: list[PickerCommand] = field(default_factory=list)

    @property
    def writer(self) -> Writer:
        return self.rooms.writer

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Everything is set up with `rooms` before this; from here on the writer's thread writes."""
        self.writer.start()
        self.hub.start()
        try:
            yield
        finally:
            await self.hub.stop()
            self.writer.stop()

    def sign_in(self, name: str = "Ada", **parts: Any) -> Principal:
        self.people.principals[name] = make_principal(name, **parts)
        return self.people.principals[name]

    def phone(self, name: str = "Ada", *, topics: tuple[str, ...] = (), **parts: Any) -> PhoneEnd:
        if name not in self.people.principals:
            self.sign_in(name, **parts)
        return PhoneEnd(self.app, name, self.clock, topics=topics)

    async def do(self, command: Any) -> Any:
        """One command of the house, while it is open."""
        return await self.writer.submit(lambda tx: self.rooms.handlers[type(command)](command, tx))

    def carry_out(self, command: PickerCommand, picker: Principal, made_at: Any, tx: Transaction) -> None:
        if self.refuse_with is not None:
            raise self.refuse_with
        self.carried_out.append(command)
        asker = make_asker(picker.name, store_id=picker.store_id)
        self.rooms.handlers[type(command)](Asked(command, asker, made_at), tx)
        if self.refuse_after is not None:
            raise self.refuse_after


@pytest.fixture
def rooms(database: Database, clock: ManualClock, ids: SeededIdSource) -> Rooms:
    return Rooms(database, clock, ids)


@pytest.fixture
def shop(rooms: Rooms, run: Callable[..., Any]) -> Shop:
    people = FakePeople()
    app = FastAPI()
    app.include_router(router)
    hub = Hub(rooms.database, rooms.writer, rooms.clock, Updates(rooms.views), people.ended_among)
    shop = Shop(rooms, people, None, hub, app, rooms.clock)  # type: ignore[arg-type]
    shop.sync = SyncService(rooms.writer, shop.carry_out)
    app.state.house = SimpleNamespace(
        people=people, sync=shop.sync, hub=hub, clock=rooms.clock, settings=Settings(allowed_origins=[])
    )
    return shop
