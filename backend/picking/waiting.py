"""Which orders wait for a trolley, and which of them nobody could walk for now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from backend.orders import repository as orders_repository
from backend.picking.planning import Obstacle, WaitingLine, WaitingOrder, obstacle_to
from backend.picking.ports import Products, StockedProduct, StorePlaces

ORDERS_PLANNED_LEAST = 60  # the most pressing ones; those behind them have time for the next plan
ORDERS_PLANNED_MOST = 600  # a plan takes its time and its memory, however many wait and however many are free


@dataclass(frozen=True, slots=True)
class Obstructed:
    """A waiting order that nobody can walk for, and why."""

    order_id: str
    display_code: str
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class StuckOrder(Obstructed):
    """The same, with since when it is so."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What there is to plan, with every product it needs; most pressing first."""

    orders: Sequence[WaitingOrder]
    products: Mapping[str, StockedProduct]
    obstructed: Sequence[Obstructed]


def window(free: int, totes_max: int) -> int:
    """How many orders one plan takes, so that a full trolley comes of it for everybody who is free."""
    return min(max(ORDERS_PLANNED_LEAST, free * totes_max), ORDERS_PLANNED_MOST)


def read_waiting(session: Session, store_id: str, places: StorePlaces, products: Products, most: int) -> Waiting:
    """The `most` pressing orders that can be planned; those that cannot take no place from them."""
    orders: list[WaitingOrder] = []
    known: dict[str, StockedProduct] = {}
    obstructed: list[Obstructed] = []
    offset = 0
    while len(orders) < most:
        rows = orders_repository.get_waiting_for_plan(session, store_id, most, offset)
        lines = _lines_by_order(session, rows)
        wanted = {line.product_id for row in rows for line in lines[row.id]} - known.keys()
        known.update(products.by_id(session, store_id, sorted(wanted)))
        for row in rows:
            order = _waiting(row, lines[row.id])
            if obstacle := obstacle_to(order, places, known):
                obstructed.append(Obstructed(row.id, row.display_code, obstacle))
            elif len(orders) < most:
                orders.append(order)
        if len(rows) < most:
            break
        offset += len(rows)
    return Waiting(orders, known, obstructed)


def _lines_by_order(session: Session, rows: Sequence[Any]) -> dict[str, list[Any]]:
    lines: dict[str, list[Any]] = {row.id: [] for row in rows}
    for line in orders_repository.get_lines_for_plan(session, list(lines)):
        lines[line.order_id].append(line)
    return lines


def _waiting(row: Any, lines: Sequence[Any]) -> WaitingOrder:
    return WaitingOrder(
        id=row.id,
        due_at=row.due_at,
        accepted_at=row.accepted_at,
        lines=tuple(
            WaitingLine(line.id, line.product_id, line.unit, line.quantity_ordered, line.note) for line in lines
        ),
    )
