"""Orders add up: a line's picked, short, substituted and open is what was ordered, and its pick says the same."""

from __future__ import annotations

import sqlite3
from typing import Any

from shared.picking import is_quantity_right
from shared.products import UnitOfMeasure
from tests.simulation.promises import Require, Rows
from tests.simulation.substitutes import Substitutes

LINES = (
    "SELECT l.id, l.order_id, l.status, l.unit, l.quantity_ordered, l.quantity_picked, l.quantity_substituted, l.wish,"
    " l.proposal_id, p.id AS pick_id, p.status AS pick_status, p.quantity_picked AS pick_quantity"
    " FROM order_line l LEFT JOIN pick p ON p.order_line_id = l.id WHERE l.order_id = ?"
)
SUBSTITUTIONS = "SELECT s.* FROM order_line l CROSS JOIN substitution s ON s.order_line_id = l.id WHERE l.order_id = ?"


class Sums:
    """`look` at an order each time something happened to it."""

    def __init__(self, require: Require, rows: Rows, substitutes: Substitutes) -> None:
        self._require = require
        self._rows = rows
        self._substitutes = substitutes
        self._right: dict[str, tuple[tuple[Any, ...], ...]] = {}  # line -> its rows, as they were found to be right

    def look(self, order_id: str) -> sqlite3.Row:
        """The order's row."""
        orders = self._rows("SELECT * FROM orders WHERE id = ?", order_id)
        self._require(len(orders) == 1, f"order {order_id} is {len(orders)} orders")
        is_ready = orders[0]["status"] == "ready"
        seen: set[str] = set()
        substitutions: dict[str, list[sqlite3.Row]] = {}
        for row in self._rows(SUBSTITUTIONS, order_id):
            substitutions.setdefault(row["order_line_id"], []).append(row)
        for line in self._rows(LINES, order_id):
            line_id, given = line["id"], substitutions.get(line["id"], [])
            if line_id in seen:
                self._require(False, f"more than one pick for {_said(line)}")
            seen.add(line_id)
            rows = (tuple(line), *map(tuple, given))
            if self._right.get(line_id) != rows:  # one event is about one line, and nothing but these rows is asked
                self._line(line, given)
                self._right[line_id] = rows
            is_open = is_ready and line["status"] in ("open", "proposed")
            self._require(not is_open, f"order {order_id} is ready with open lines")
        return orders[0]

    def _line(self, line: sqlite3.Row, substitutions: list[sqlite3.Row]) -> None:
        ordered, picked, status = line["quantity_ordered"], line["quantity_picked"], line["status"]
        if status == "picked":
            adds_up = is_quantity_right(UnitOfMeasure(line["unit"]), ordered, picked)
        elif status == "short" or self._substitutes.may_be_picked_in_part(line):
            adds_up = 0 <= picked < ordered
        else:
            adds_up = picked == 0
        self._substitutes.adds_up(line, substitutions)
        if adds_up and (line["pick_id"] is None or (line["pick_status"], line["pick_quantity"]) == (status, picked)):
            return
        self._require(adds_up, _said(line))
        self._require(line["pick_status"] == status, f"the pick is {line['pick_status']}: {_said(line)}")
        self._require(line["pick_quantity"] == picked, f"the pick has {line['pick_quantity']}: {_said(line)}")


def _said(line: sqlite3.Row) -> str:
    quantities = f"{line['quantity_picked']} of {line['quantity_ordered']} picked"
    return f"line {line['id']} of {line['order_id']}: {quantities}, {line['status']}"
