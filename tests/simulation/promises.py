"""What was promised of an order and must be kept: its due time, its cancellation, its tote, its place in one walk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.simulation.actors.web_shop import WebShop

Require = Callable[[bool, str], None]
Rows = Callable[..., list[sqlite3.Row]]
AFTER_CANCELLED = (
    *(
        "order.amended",
        "order.planned",
        "order.picking_started",
        "order.line.picked",
        "order.line.short",
        "order.ready",
    ),
    *("order.line.substitution_proposed", "order.line.substituted"),
)
MISPLACED = (
    "SELECT p.id FROM pick p LEFT JOIN tote t ON t.id = p.tote_id"
    " WHERE t.id IS NULL OR t.pick_list_id != p.pick_list_id OR t.order_id != p.order_id"
)


class Promises:
    """Heard with each row of the journal, asked with each order that changed, and again when all is calm."""

    def __init__(self, require: Require, rows: Rows) -> None:
        self._require = require
        self._rows = rows
        self._due: dict[str, str] = {}
        self._cancelled: set[str] = set()
        self._walked_for: set[str] = set()
        self._list_of_tote: dict[str, str] = {}

    def heard(self, name: str, body: dict[str, Any], order_id: str | None) -> None:
        """After an order is cancelled nothing more happens to it."""
        if name == "order.cancelled" and order_id:
            self._cancelled.add(order_id)
        elif name in AFTER_CANCELLED:
            self._require(order_id not in self._cancelled, f"{name} for {order_id}, which was cancelled before")
            if name == "order.picking_started" and order_id:
                self._walked_for.add(order_id)
            if name == "order.amended" and order_id:
                self._amended(order_id, body)
        elif name == "pick_list.ready":
            self._totes(" AND p.pick_list_id = ?", " WHERE pick_list_id = ?", body["pick_list_id"])

    def _amended(self, order_id: str, body: dict[str, Any]) -> None:
        """Nobody walks for it yet, and it is on no trolley any more: it is due when its channel says now."""
        self._require(order_id not in self._walked_for, f"{order_id} was amended while somebody walks for it")
        left = self._rows("SELECT id FROM tote WHERE order_id = ?", order_id)
        due_at = self._rows("SELECT due_at FROM orders WHERE id = ?", order_id)[0]["due_at"]
        planned_anew = self._rows("SELECT status FROM orders WHERE id = ?", order_id)[0]["status"] != "accepted"
        self._require(not left or planned_anew, f"{order_id} was amended, and stands on its trolley still")
        self._due[order_id] = due_at

    def order(self, order: sqlite3.Row) -> None:
        first = self._due.setdefault(order["id"], order["due_at"])
        self._require(first == order["due_at"], f"{order['id']} was due at {first}, now at {order['due_at']}")

    def calm(self, shops: Sequence[WebShop]) -> None:
        self._totes("", "")
        for shop in shops:
            for placed in shop.orders.values():
                row = self._rows("SELECT * FROM orders WHERE external_id = ?", placed.external_id)[0]
                due_at = read_instant(row["due_at"])
                self._require(due_at == placed.due_at, f"{placed.external_id} is due at {due_at}, not {placed.due_at}")
                lines = self._rows(
                    "SELECT external_line_id, quantity_ordered FROM order_line WHERE order_id = ?", row["id"]
                )
                kept = {line["external_line_id"]: line["quantity_ordered"] for line in lines}
                what = f"{placed.external_id}: {placed.asked} was ordered, {kept} is kept"
                self._require(kept == placed.asked, what)
                heard = placed.names.count("order.amended")
                self._require(
                    heard == placed.amendments,
                    f"{placed.external_id} was amended {placed.amendments} times, told {heard}",
                )
                self._cancellation(placed.external_id, placed.cancel_answer, row["status"])

    def _cancellation(self, external_id: str, answer: int | None, status: str) -> None:
        """202: it is cancelled and stays so. 409: it was packed already, and stays so."""
        kept = {None: ("ready", "cancelled"), 202: ("cancelled",), 409: ("ready",)}[answer]
        self._require(status in kept, f"the cancellation of {external_id} was answered {answer}; it is {status}")

    def _totes(self, of_picks: str, of_totes: str, *values: str) -> None:
        """Each tote stands on one trolley for good, with the picks of its own order and no others."""
        clause = MISPLACED.replace(" WHERE ", " WHERE (") + ")" + of_picks
        misplaced = [row["id"] for row in self._rows(clause, *values)]
        self._require(not misplaced, f"{misplaced[:3]} go into a tote of another walk or another order")
        for tote in self._rows(f"SELECT id, pick_list_id, order_id FROM tote{of_totes}", *values):
            first = self._list_of_tote.setdefault(tote["id"], tote["pick_list_id"])
            self._require(first == tote["pick_list_id"], f"tote {tote['id']} went from {first} to another trolley")
        doubled = self._rows("SELECT order_id FROM tote GROUP BY order_id HAVING COUNT(DISTINCT pick_list_id) > 1")
        self._require(not doubled, f"the order {[row['order_id'] for row in doubled][:3]} stands on two trolleys")


def read_instant(text: str) -> datetime:
    """An instant as the database writes it: UTC, with or without saying so."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
