"""When the world has calmed everybody knows the same: no order is lost, channels and phones know, nothing waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.simulation.actors.picker import Picker
from tests.simulation.actors.placed_order import PlacedOrder
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.promises import Require, Rows
from tests.simulation.world import World

OVER = ("ready", "cancelled")
DONE_LINES = ("picked", "short", "substituted")
LISTS_OF_PICKER = (
    "SELECT id, revision, status FROM pick_list WHERE status = 'ready'"
    " OR (status = 'picking' AND (picker_id = ? OR left_at IS NOT NULL)) ORDER BY id"
)


class Ending:
    """`calm` asks for everything at once."""

    def __init__(
        self, world: World, shops: Sequence[WebShop], pickers: Sequence[Picker], require: Require, rows: Rows
    ) -> None:
        self._world = world
        self._shops = shops
        self._pickers = pickers
        self._require = require
        self._rows = rows

    def calm(self) -> None:
        for shop in self._shops:
            self._require(not shop.complaints, f"the channel complains: {shop.complaints[:3]}")
            for order in shop.orders.values():
                self._nothing_lost(order)
        for shop in self._shops:
            self._channel_knows(shop)
        for picker in self._pickers:
            self._phone_equals_backend(picker)
        self._queues_empty()

    def _nothing_lost(self, order: PlacedOrder) -> None:
        self._require(order.answer is not None, f"{order.external_id} was never answered")
        rows = self._rows("SELECT * FROM orders WHERE external_id = ?", order.external_id)
        self._require(len(rows) == 1, f"{order.external_id} is {len(rows)} orders")
        status = rows[0]["status"]
        self._require(status in OVER, f"{order.external_id} is still {status} at the end of the day")
        lines = self._rows("SELECT * FROM order_line WHERE order_id = ?", rows[0]["id"])
        self._require(len(lines) == len(order.asked), f"{order.external_id} has {len(lines)} lines")
        if status == "ready":
            states = {line["status"] for line in lines}
            self._require(states <= set(DONE_LINES), f"{order.external_id} is ready with {states}")

    def _channel_knows(self, shop: WebShop) -> None:
        expected = list(range(1, len(shop.heard) + 1))
        self._require(shop.heard == expected, f"the stream has a gap or a repeat: {_first_wrong(shop.heard)}")
        for order in shop.orders.values():
            row = self._rows("SELECT * FROM orders WHERE external_id = ?", order.external_id)[0]
            what = f"{order.external_id} is {row['status']}; its channel heard {order.names}"
            self._require(f"order.{row['status']}" in order.names, what)
            told = Counter(order.told)
            lines = self._rows("SELECT * FROM order_line WHERE order_id = ?", row["id"])
            done = {line["external_line_id"] for line in lines if line["status"] in DONE_LINES}
            self._require(set(told) == done, f"{order.external_id}: lines done {done}, told {dict(told)}")
            self._require(all(count == 1 for count in told.values()), f"{order.external_id}: told {dict(told)}")

    def _phone_equals_backend(self, picker: Picker) -> None:
        app = picker.phone.app
        self._require(app is not None, f"{picker.phone.name} is off at the end")
        assert app is not None
        waiting = app._outbox.waiting()
        self._require(not waiting, f"{picker.phone.name} still keeps {[one.name for one in waiting]}")
        rows = self._rows(LISTS_OF_PICKER, app._outbox.picker().person_id)
        backend = {row["id"]: (row["revision"], row["status"]) for row in rows}
        phone = {
            one.id: (one.revision, str(one.status)) for one in app.work.pick_lists if one.status in ("ready", "picking")
        }
        self._require(phone == backend, f"{picker.phone.name} holds {phone}, the backend {backend}")

    def _queues_empty(self) -> None:
        rows = self._rows("SELECT topic, state, body, last_error FROM outbox")
        self._require(not rows, f"the outbox still holds {[tuple(row) for row in rows][:3]}")
        for gateway in self._world.gateways.values():
            self._require(not gateway.pending, f"gateway {gateway.name} still holds {gateway.pending}")


def _first_wrong(heard: list[int]) -> str:
    for expected, sequence in enumerate(heard, start=1):
        if expected != sequence:
            return f"{sequence} where {expected} should be"
    return "none"
