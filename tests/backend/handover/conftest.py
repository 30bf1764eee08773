"""A desk behind the orders and picking rooms, with rules a test may change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import select

from backend.core.database import Database
from backend.handover.commands import HandOverOrder
from backend.handover.models import HandOverRow
from backend.handover.service import HandedOver, HandOverService
from backend.handover.slips import Slips
from backend.handover.waiting import WaitingForCourier, WaitingOrders
from shared.clock import ManualClock
from shared.commands import FinishPickList, PackOrder
from shared.ids import SeededIdSource
from shared.store_rules import StoreRules
from tests.backend.picking.steps import confirm
from tests.backend.rooms import Rooms
from tests.factories import CHANNEL_ID, STORE_ID, make_asker

ADA = make_asker("Ada")


@dataclass
class Desk:
    """What a test does at the desk, and what it sees there."""

    rooms: Rooms
    rules: StoreRules = field(default_factory=StoreRules)
    pin_hearers: set[str] = field(default_factory=lambda: {CHANNEL_ID})

    def __post_init__(self) -> None:
        waiting = WaitingOrders(self.rooms.products, lambda *_: {}, lambda *_: self.rules, lambda *_: self.pin_hearers)
        slips = Slips(lambda *_: {}, lambda *_: self.rules)
        self.service = HandOverService(waiting, slips, lambda *_: self.rules)

    def ready(self, external_id: str = "o1", sku: str = "A-1-1", bags: int = 2, *codes: str) -> str:
        """An order that was picked and packed; its id."""
        walk = self.rooms.walking(ADA, **{external_id: [sku]})
        order_id = self.rooms.order(external_id).id
        confirm(self.rooms, ADA, sku)
        said = PackOrder(pick_list_id=walk.id, order_id=order_id, bags=bags, bag_codes=list(codes), place="STAGE-A1")
        self.rooms.ask(ADA, said)
        self.rooms.ask(ADA, FinishPickList(pick_list_id=walk.id))
        return order_id

    def give(self, order_id: str, **parts: Any) -> HandedOver:
        given: dict[str, Any] = {"bags": 2, "person_id": "per_1", "person_name": "Ana", "is_supervisor": False, **parts}
        command = HandOverOrder(store_id=STORE_ID, order_id=order_id, **given)
        return self.rooms.writer.run_once(lambda tx: self.service.hand_over(command, tx))

    def proofs(self) -> list[HandOverRow]:
        with self.rooms.database.reading() as session:
            return list(session.exec(select(HandOverRow)).all())

    def waiting(self) -> list[WaitingForCourier]:
        with self.rooms.database.reading() as session:
            return self.service.waiting.of_store(session, STORE_ID)


@pytest.fixture
def desk(database: Database, clock: ManualClock, ids: SeededIdSource) -> Desk:
    return Desk(Rooms(database, clock, ids))
