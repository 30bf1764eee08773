"""Orders add up: a line's picked, short, substituted and open is what was ordered, and its pick says the same."""

from __future__ import annotations

import sqlite3
from typing import Any

from shared.picking import is_quantity_right
from shared.products import UnitOfMeasure
from tests.simulation.promises import Require, Rows
from tests.simulation.substitutes import Substitutes

ORDER = "SELECT id, status, due_at FROM orders WHERE id = ?"
LINES = (
    "SELECT l.id, l.order_id, l.status, l.unit, l.quantity_ordered, l.quantity_picked, l.quantity_substituted, l.wish,"
    " l.proposal_id, p.id AS pick_id, p.status AS pick_status, p.quantity_picked AS pick_quantity,"
    " s.id AS given_id, s.status AS given_status, s.quantity AS given_quantity"
    " FROM order_line l LEFT JOIN pick p ON p.order_line_id = l.id"
    " LEFT JOIN substitution s ON s.order_line_id = l.id WHERE l.order_id = ?"
)


class Sums:
    """`look` at an order each time something happened to it."""

    def __init__(self, require: Require, rows: Rows, substitutes: Substitutes) -> None:
        self._require = require
        self._rows = rows
        self._substitutes = substitutes
        self._right: dict[str, set[tuple[Any, ...]]] = {}  # order -> its rows, as they were found to be right

    def look(self, order_id: str) -> sqlite3.Row:
        """The order's row."""
        orders = self._rows(ORDER, order_id)
        self._require(len(orders) == 1, f"order {order_id} is {len(orders)} orders")
        rows = self._rows(LINES, order_id)
        found = {tuple(row) for row in rows}
        fresh = found.difference(self._right.get(order_id, ()))
        for line_id in sorted({row[0] for row in fresh}):  # one event is about one line, and nothing else is asked
            self._line([row for row in rows if row["id"] == line_id])
        self._right[order_id] = found
        if orders[0]["status"] == "ready":
            is_open = any(row["status"] in ("open", "proposed") for row in rows)
            self._require(not is_open, f"order {order_id} is ready with open lines")
        return orders[0]

    def _line(self, rows: list[sqlite3.Row]) -> None:
        """All rows of one line: one for each pick and each substitution of it, of which there is one at most."""
        line, picks = rows[0], {row["pick_id"] for row in rows}
        self._require(len(picks) == 1, f"more than one pick for {_said(line)}")
        ordered, picked, status = line["quantity_ordered"], line["quantity_picked"], line["status"]
        if status == "picked":
            adds_up = is_quantity_right(UnitOfMeasure(line["unit"]), ordered, picked)
        elif status == "short" or self._substitutes.may_be_picked_in_part(line):
            adds_up = 0 <= picked < ordered
        else:
            adds_up = picked == 0
        self._substitutes.adds_up(rows)
        if adds_up and (line["pick_id"] is None or (line["pick_status"], line["pick_quantity"]) == (status, picked)):
            return
        self._require(adds_up, _said(line))
        self._require(line["pick_status"] == status, f"the pick is {line['pick_status']}: {_said(line)}")
        self._require(line["pick_quantity"] == picked, f"the pick has {line['pick_quantity']}: {_said(line)}")


def _said(line: sqlite3.Row) -> str:
    quantities = f"{line['quantity_picked']} of {line['quantity_ordered']} picked"
    return f"line {line['id']} of {line['order_id']}: {quantities}, {line['status']}"
