"""What may happen once, happens once; and one picker walks with a trolley. Heard with each row of the journal."""

from __future__ import annotations

from typing import Any

from tests.simulation.promises import Require

PER_PICK = ("pick.confirmed", "pick.short", "pick.substituted", "pick.cancelled")
PER_ORDER = ("order.accepted", "order.planned", "order.picking_started", "order.ready", "order.cancelled")
PER_LINE = ("order.line.picked", "order.line.short", "order.line.substituted")
PICKED = ("pick.confirmed", "pick.short", "pick.substituted", "substitution.proposed")
WALKED_ON = ("pick_list.started", "pick_list.resumed", "pick_list.extended")
TAKEN_OVER = "pick_list.taken_over"


class Once:
    """`heard` every row: of a pick, of an order, of a line, each thing once."""

    def __init__(self, require: Require) -> None:
        self._require = require
        self._picks: set[str] = set()
        self._orders: set[tuple[str, str]] = set()
        self._lines: set[str] = set()

    def heard(self, name: str, body: dict[str, Any], order_id: str) -> None:
        if name in PER_PICK:
            self._first(self._picks, body["pick_id"], f"pick {body['pick_id']} was done twice")
        if name == "order.amended":
            self._orders.discard((order_id, "order.planned"))  # as it is now it is planned once more
        if name in PER_ORDER:
            self._first(self._orders, (order_id, name), f"{name} twice for {order_id}")
        if name in PER_LINE:
            self._first(self._lines, body["order_line_id"], f"line {body['order_line_id']} told twice")

    def _first(self, before: set[Any], one: Any, what: str) -> None:
        self._require(one not in before, what)
        before.add(one)


class Walkers:
    """`heard` every row: who walks with which trolley, and that nobody else picks into it."""

    def __init__(self, require: Require) -> None:
        self._require = require
        self._walks: dict[str, str] = {}
        self._before: dict[str, set[str]] = {}  # what they picked before somebody took it over counts

    def heard(self, name: str, body: dict[str, Any]) -> None:
        if name in WALKED_ON:
            walk, picker_id = body["pick_list_id"], body["picker_id"]
            self._require(self._walks.setdefault(walk, picker_id) == picker_id, f"two walk with {walk}")
        if name == TAKEN_OVER:
            walk = body["pick_list_id"]
            self._require(self._walks.get(walk) == body["from_picker_id"], f"{walk} was taken from nobody")
            self._before.setdefault(walk, set()).add(body["from_picker_id"])
            self._walks[walk] = body["picker_id"]
        if name in PICKED:
            walk = body["pick_list_id"]
            walkers = {self._walks.get(walk), *self._before.get(walk, ())}
            self._require(body["picker_id"] in walkers, f"a pick of {walk} by somebody who is not walking it")
