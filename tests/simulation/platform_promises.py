"""What must hold between the store and a platform when all is calm: one order is one order, and both know its end."""

from __future__ import annotations

from collections import Counter

from tests.simulation.actors.open_delivery import DONE, OpenDeliveryPlatform, PlacedThere
from tests.simulation.promises import Require, Rows, read_instant

OF_CHANNEL = "WHERE channel_id = ? AND external_id = ?"
ONCE = ("confirm", "preparing", "readyForPickup", "requestCancellation", "acceptCancellation")
STATES = {"ready": "READY_FOR_PICKUP", "cancelled": "CANCELLED"}


class PlatformPromises:
    """`calm` looks at every order the platform ever took."""

    def __init__(self, platform: OpenDeliveryPlatform, require: Require, rows: Rows) -> None:
        self._platform = platform
        self._require = require
        self._rows = rows

    def calm(self) -> None:
        platform = self._platform
        self._require(not platform.complaints, f"the platform complains: {platform.complaints[:3]}")
        self._require(platform.is_quiet, "the platform has events that nobody has acknowledged")
        held = self._rows("SELECT external_id, reason FROM intake_exception WHERE channel_id = ?", platform.channel_id)
        self._require(not held, f"an order is held that could be picked: {[tuple(row) for row in held][:3]}")
        for order in platform.orders.values():
            self._agree(order)

    def _agree(self, placed: PlacedThere) -> None:
        name, there = placed.external_id, self._platform.host_order(placed.external_id)
        heard = Counter(operation for operation, _ in there.heard)
        self._require(there.state in DONE, f"{name} is still {there.state} at the platform")
        self._require(all(heard[once] <= 1 for once in ONCE), f"{name}: the platform heard {dict(heard)}")
        is_waiting = there.is_cancel_asked and there.state != "CANCELLED"
        self._require(not is_waiting, f"{name}: a shopper asked to cancel and was never answered")
        known = self._rows(f"SELECT status FROM channel_order {OF_CHANNEL}", self._platform.channel_id, name)
        self._require(len(known) == 1, f"{name} is known {len(known)} times")
        ours = self._rows(f"SELECT * FROM orders {OF_CHANNEL}", self._platform.channel_id, name)
        self._require(len(ours) <= 1, f"{name} is {len(ours)} orders")
        if not ours:
            is_known = known[0]["status"] == "cancelled" and there.state == "CANCELLED" and not heard["confirm"]
            what = f"{name} was never accepted: {known[0]['status']} here, {there.state} there, heard {dict(heard)}"
            self._require(is_known, what)
        else:
            self._same(placed, ours[0]["id"], ours[0]["status"], ours[0]["due_at"])
        self._is_cancelled_by_somebody(placed, heard)

    def _same(self, placed: PlacedThere, order_id: str, status: str, due_at: str) -> None:
        name, there = placed.external_id, self._platform.host_order(placed.external_id)
        self._require(STATES.get(status) == there.state, f"{name} is {status} here and {there.state} there")
        self._require(read_instant(due_at) == placed.due_at, f"{name} is due at {due_at}, not {placed.due_at}")
        lines = self._rows("SELECT status, quantity_picked FROM order_line WHERE order_id = ?", order_id)
        self._require(len(lines) == placed.lines, f"{name} has {len(lines)} lines of {placed.lines}")
        told = [body["orderExternalCode"] for operation, body in there.heard if operation == "confirm"]
        self._require(told in ([], [order_id]), f"{name} was confirmed as {told}, it is {order_id}")
        if status == "ready":
            self._require(told != [], f"{name} is ready and was never confirmed")
            open_lines = [line["status"] for line in lines if line["status"] not in ("picked", "short")]
            self._require(not open_lines, f"{name} is ready with lines that are {open_lines}")

    def _is_cancelled_by_somebody(self, placed: PlacedThere, heard: Counter[str]) -> None:
        """The store itself cancels only what it did not find at all."""
        name, state = placed.external_id, self._platform.host_order(placed.external_id).state
        if state != "CANCELLED":
            return
        is_ours = heard["acceptCancellation"] + heard["requestCancellation"] > 0
        self._require(placed.is_cancelled_here or is_ours, f"{name} is cancelled, and nobody did it")
        if heard["requestCancellation"]:
            picked = self._rows(
                "SELECT 1 FROM order_line l JOIN orders o ON o.id = l.order_id"
                " WHERE o.external_id = ? AND l.quantity_picked > 0",
                name,
            )
            self._require(not picked, f"{name} was cancelled as out of stock, and {len(picked)} lines were picked")
