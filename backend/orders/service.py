"""Decides what becomes of an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from backend.core.writer import Transaction
from backend.orders import repository
from backend.orders.commands import AcceptOrder, CancelOrder
from backend.orders.errors import OrderAlreadyReady, OrderNotFound
from backend.orders.models import OrderLineStatus, OrderRow, OrderStatus
from backend.people.tokens import SystemTokenSource, TokenSource
from shared.events import (
    OrderAccepted,
    OrderCancelled,
    OrderLinePicked,
    OrderLineReopened,
    OrderLineShort,
    OrderPacked,
    OrderPickingStarted,
    OrderPlanned,
    OrderReady,
    PickConfirmed,
    PickListExtended,
    PickListFinished,
    PickListReady,
    PickListStarted,
    PickReopened,
    PickShort,
)
from shared.handover import PIN_DIGITS
from shared.picking import quantity_missing
from shared.products import UnitOfMeasure

PIN_BITS = 40  # so many more than a PIN needs that each PIN is as likely


@dataclass(frozen=True, slots=True)
class AcceptedOrder:
    """The answer to an accepted order. `is_new` is False where the channel had sent it before."""

    id: str
    status: str
    is_new: bool


class OrdersService:
    """Commands and listeners of the room; every method runs inside the caller's transaction."""

    def __init__(self, tokens: TokenSource | None = None) -> None:
        self._tokens = tokens or SystemTokenSource()

    # Commands

    def accept(self, command: AcceptOrder, tx: Transaction) -> AcceptedOrder:
        """Keep a new order with its lines. The same (channel, external id) again changes nothing."""
        assert command.lines, "an order without lines is refused at the door, by the channel's own shape"
        order_id, now = tx.ids.new("order"), tx.now()
        if not repository.insert_order(tx.connection, _order_values(command, order_id, now)):
            known = repository.find_id(tx.connection, command.store_id, command.channel_id, command.external_id)
            assert known is not None, "an order that is not written is there already"
            return AcceptedOrder(*known, is_new=False)
        repository.insert_lines(tx.connection, _line_values(command, order_id, tx))
        tx.publish(OrderAccepted(store_id=command.store_id, at=now, order_id=order_id, channel_id=command.channel_id))
        return AcceptedOrder(order_id, OrderStatus.ACCEPTED, is_new=True)

    def cancel(self, command: CancelOrder, tx: Transaction) -> str:
        """Cancel an order; returns its id. Raises OrderNotFound, OrderAlreadyReady. Cancelling twice is once."""
        order = repository.get_by_external_id(tx.session, command.store_id, command.channel_id, command.external_id)
        if order is None:
            raise OrderNotFound(f"no order {command.external_id!r} of this channel", external_id=command.external_id)
        if order.status == OrderStatus.CANCELLED:
            return order.id
        if order.status in (OrderStatus.READY, OrderStatus.HANDED_OVER) and not command.is_fact:
            raise OrderAlreadyReady(f"order {order.display_code} is packed already", external_id=order.external_id)
        order.status, order.cancelled_at, order.cancel_reason = OrderStatus.CANCELLED, tx.now(), command.reason
        tx.session.add(order)
        tx.session.flush()
        repository.cancel_open_lines(tx.session, order.id)
        tx.publish(
            OrderCancelled(
                store_id=order.store_id,
                at=tx.now(),
                order_id=order.id,
                channel_id=order.channel_id,
                reason=command.reason,
                cancelled_by=command.cancelled_by,
            )
        )
        return order.id

    # Listeners: what picking tells

    def mark_planned(self, event: PickListReady | PickListExtended, tx: Transaction) -> None:
        for order in repository.move_orders(
            tx.connection, event.order_ids, OrderStatus.ACCEPTED, OrderStatus.PLANNED, event.at
        ):
            tx.publish(
                OrderPlanned(
                    store_id=order.store_id,
                    at=event.at,
                    order_id=order.id,
                    channel_id=order.channel_id,
                    pick_list_id=event.pick_list_id,
                )
            )

    def mark_picking_started(self, event: PickListStarted | PickListExtended, tx: Transaction) -> None:
        for order in repository.move_orders(
            tx.connection, event.order_ids, OrderStatus.PLANNED, OrderStatus.PICKING, event.at
        ):
            tx.publish(
                OrderPickingStarted(
                    store_id=order.store_id, at=event.at, order_id=order.id, channel_id=order.channel_id
                )
            )

    def mark_line_picked(self, event: PickConfirmed, tx: Transaction) -> None:
        facts = repository.settle_line(
            tx.connection,
            event.store_id,
            event.order_line_id,
            status=OrderLineStatus.PICKED,
            quantity_picked=event.quantity,
        )
        tx.publish(OrderLinePicked(at=event.at, quantity_picked=event.quantity, **facts))

    def mark_line_short(self, event: PickShort, tx: Transaction) -> None:
        facts = repository.settle_line(
            tx.connection,
            event.store_id,
            event.order_line_id,
            status=OrderLineStatus.SHORT,
            quantity_picked=event.quantity_found,
            short_reason=event.reason.value,
        )
        tx.publish(
            OrderLineShort(
                at=event.at,
                reason=event.reason,
                store_reason=event.store_reason,
                quantity_picked=event.quantity_found,
                **facts,
            )
        )

    def mark_line_reopened(self, event: PickReopened, tx: Transaction) -> None:
        facts = repository.settle_line(
            tx.connection,
            event.store_id,
            event.order_line_id,
            status=OrderLineStatus.OPEN,
            quantity_picked=0,
        )
        tx.publish(OrderLineReopened(at=event.at, quantity_picked=0, **facts))

    def mark_ready(self, event: PickListFinished, tx: Transaction) -> None:
        lines = repository.find_outcomes(tx.connection, event.order_ids)
        missing = {line.order_id for line in lines if not _is_complete(line)}
        for order in repository.get_orders(tx.session, event.order_ids):
            if order.status != OrderStatus.PICKING:
                continue
            order.status, order.ready_at = OrderStatus.READY, event.at
            order.handover_pin = self._new_pin()
            tx.session.add(order)
            tx.publish(
                OrderReady(
                    store_id=order.store_id,
                    at=event.at,
                    order_id=order.id,
                    channel_id=order.channel_id,
                    is_complete=order.id not in missing,
                    bags=order.bags,
                    place=order.place,
                    handover_pin=order.handover_pin,
                )
            )

    def _new_pin(self) -> str:
        return str(self._tokens.bits(PIN_BITS) % 10**PIN_DIGITS).zfill(PIN_DIGITS)

    def mark_packed(self, event: OrderPacked, tx: Transaction) -> None:
        order = repository.get_order(tx.session, event.store_id, event.order_id)
        assert order is not None, "a tote always has its order"
        order.packed_at, order.bags = event.at, event.bags
        order.bag_codes, order.place = " ".join(event.bag_codes), event.place
        tx.session.add(order)

    # Reads for other rooms

    def read(self, session: Session, store_id: str, channel_id: str, external_id: str) -> OrderRow:
        order = repository.get_by_external_id(session, store_id, channel_id, external_id)
        if order is None:
            raise OrderNotFound(f"no order {external_id!r} of this channel", external_id=external_id)
        return order


def _is_complete(line: Any) -> bool:
    """Whether nothing of it is missing, substitutes counted."""
    if line.status != OrderLineStatus.SUBSTITUTED:
        return bool(line.status == OrderLineStatus.PICKED)
    together = line.quantity_picked + line.quantity_substituted
    unit = UnitOfMeasure(line.unit)
    return quantity_missing(unit, line.quantity_ordered, together, line.tolerance_percent) == 0


def _order_values(command: AcceptOrder, order_id: str, now: datetime) -> dict[str, object]:
    return {
        "id": order_id,
        "store_id": command.store_id,
        "channel_id": command.channel_id,
        "external_id": command.external_id,
        "display_code": command.display_code,
        "status": OrderStatus.ACCEPTED.value,
        "placed_at": command.placed_at,
        "due_at": command.due_at,
        "accepted_at": now,
        "cancel_reason": "",
        "currency": command.currency,
        "total_minor": command.total_minor,
        "note": command.note,
    }


def _line_values(command: AcceptOrder, order_id: str, tx: Transaction) -> list[dict[str, object]]:
    line_ids, status = tx.ids.new_many("order_line", len(command.lines)), OrderLineStatus.OPEN.value
    return [
        {
            "id": line_id,
            "store_id": command.store_id,
            "order_id": order_id,
            "position": position,
            "external_line_id": line.external_line_id,
            "product_id": line.product_id,
            "sku": line.sku,
            "unit": line.unit.value,
            "quantity_ordered": line.quantity,
            "quantity_picked": 0,
            "status": status,
            "short_reason": None,
            "unit_price_minor": line.unit_price_minor,
            "note": line.note,
            "wish": line.wish.value,
            "wished_skus": " ".join(line.wished_skus),
            "quantity_substituted": 0,
            "substitute_sku": None,
            "proposal_id": None,
            "quantity_max": line.quantity_max,
            "tolerance_percent": line.tolerance_percent,
        }
        for position, (line_id, line) in enumerate(zip(line_ids, command.lines, strict=True))
    ]
