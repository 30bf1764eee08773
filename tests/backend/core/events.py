"""Events and jobs for the tests of the core, which knows no room."""

from __future__ import annotations

from backend.core.writer import Transaction
from shared.events import OrderAccepted, OrderReady

STORE = "sto_1"


def accepted(tx: Transaction, order_id: str = "ord_1", store_id: str = STORE) -> OrderAccepted:
    return OrderAccepted(store_id=store_id, at=tx.now(), order_id=order_id, channel_id="chn_1")


def ready(tx: Transaction, order_id: str = "ord_1") -> OrderReady:
    return OrderReady(store_id=STORE, at=tx.now(), order_id=order_id, channel_id="chn_1", is_complete=True)
