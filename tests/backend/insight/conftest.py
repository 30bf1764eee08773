"""A store with a day behind it: real rooms on a real database, and the board over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import SQLModel

from backend.channels.models import ChannelRow
from backend.core.database import Database
from backend.insight.board import Board
from backend.insight.service import InsightService
from backend.people.models import DeviceRow, PersonRow, Role, ShiftRow
from backend.stores.models import StoreRow
from shared.clock import ManualClock
from shared.commands import ConfirmPick, FinishPickList, ReportShort
from shared.ids import SeededIdSource
from shared.picking import ShortReason
from tests.backend.rooms import Rooms
from tests.factories import CHANNEL_ID, OPENING, STORE_ID, make_asker

TARGET_S_PER_LINE = 30.0


@dataclass
class Day:
    """What a test lets happen, and the board afterwards."""

    rooms: Rooms
    clock: ManualClock
    insight: InsightService

    def keep(self, *rows: SQLModel) -> None:
        """Rows other rooms would have written."""
        self.rooms.writer.run_once(lambda tx: tx.session.add_all(rows))

    def hire(self, name: str, store_id: str = STORE_ID) -> None:
        """A picker on shift, the same person as `make_asker(name)`."""
        person = PersonRow(
            id=f"per_{name}",
            store_id=store_id,
            name=name,
            role=Role.PICKER,
            badge=name,
            pin_hash="x",
            language="en",
        )
        device = DeviceRow(
            id=f"dev_{name}",
            store_id=store_id,
            name="Phone",
            token_hash=name,
            enrolled_at=OPENING,
            last_seen_at=OPENING,
        )
        self.keep(person, device)
        self.keep(
            ShiftRow(
                id=f"shf_{name}",
                store_id=store_id,
                person_id=person.id,
                device_id=device.id,
                colour="blue",
                pattern="slow",
                started_at=self.clock.now(),
            )
        )

    def pick(self, pick: Any, name: str = "Ada") -> None:
        self.rooms.ask(
            make_asker(name),
            ConfirmPick(
                pick_list_id=pick.pick_list_id,
                pick_id=pick.id,
                quantity=pick.quantity_ordered,
                scan=pick.product_id.removeprefix("prd_"),
            ),
        )

    def short(self, pick: Any, name: str = "Ada") -> None:
        self.rooms.ask(
            make_asker(name),
            ReportShort(
                pick_list_id=pick.pick_list_id, pick_id=pick.id, quantity_found=0, reason=ShortReason.NOT_ON_SHELF
            ),
        )

    def finish(self, pick_list_id: str, name: str = "Ada") -> None:
        self.rooms.ask(make_asker(name), FinishPickList(pick_list_id=pick_list_id))

    def board(self, store_id: str = STORE_ID) -> Board:
        with self.rooms.database.reading() as session:
            return self.insight.board(session, store_id, self.clock.now())


def make_store_row(**parts: Any) -> StoreRow:
    values: dict[str, Any] = {
        "id": STORE_ID,
        "name": "Test Street",
        "currency": "EUR",
        "languages": ["en"],
        "time_zone": "Europe/Lisbon",
        "weighed_rules": [],
        "store_map": {},
        "floor_digest": "",
    }
    return StoreRow(**{**values, **parts})


def make_channel_row(**parts: Any) -> ChannelRow:
    values: dict[str, Any] = {
        "id": CHANNEL_ID,
        "store_id": STORE_ID,
        "adapter": "native",
        "name": "Own Shop",
        "created_at": OPENING,
    }
    return ChannelRow(**{**values, **parts})


@pytest.fixture
def day(database: Database, clock: ManualClock, ids: SeededIdSource, run: Callable[..., Any]) -> Day:
    rooms = Rooms(database, clock, ids)
    insight = InsightService(target_s_per_line=TARGET_S_PER_LINE, stuck_orders=rooms.releaser.stuck_orders)
    day = Day(rooms, clock, insight)
    day.keep(make_store_row(), make_channel_row())
    return day
