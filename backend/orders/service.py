"""Decides what becomes of an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from backend.core.writer import Transaction
from backend.orders import deliveries, repository
from backend.orders.columns import line_values, order_values
from backend.orders.commands import AcceptOrder, AmendOrder, CancelOrder, ForgetCustomers
from backend.orders.errors import OrderAlreadyReady, OrderIsOver, OrderNotFound, OrderRenamed, PickingHasBegun
from backend.orders.models import OrderLineStatus, OrderRow, OrderStatus
from backend.orders.short import tell_short
from backend.people.tokens import SystemTokenSource, TokenSource
from shared.events import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderLinePicked,
    OrderLineReopened,
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
        if not repository.insert_order(tx.connection, order_values(command, order_id, now)):
            known = repository.find_id(tx.connection, command.store_id, command.channel_id, command.external_id)
            assert known is not None, "an order that is not written is there already"
            return AcceptedOrder(*known, is_new=False)
        repository.insert_lines(tx.connection, line_values(command, order_id, tx))
        deliveries.keep(tx.connection, command.store_id, order_id, command.delivery)
        tx.publish(OrderAccepted(store_id=command.store_id, at=now, order_id=order_id, channel_id=command.channel_id))
        return AcceptedOrder(order_id, OrderStatus.ACCEPTED, is_new=True)

    def amend(self, command: AmendOrder, tx: Transaction) -> str:
        """Make an order what its channel says now, as long as nobody walks for it; returns its id.

        Raises OrderNotFound, OrderIsOver, PickingHasBegun, OrderRenamed.
        """
        new = command.order
        order = self.read(tx.session, new.store_id, new.channel_id, new.external_id)
        _refuse_amending(order, new)
        order.status = OrderStatus.ACCEPTED
        order.placed_at, order.due_at, order.note = new.placed_at, new.due_at, new.note
        order.currency, order.total_minor = new.currency, new.total_minor
        tx.session.add(order)
        # Its picks go first, with whoever hears this: they hold on to the lines that are replaced.
        tx.publish(
            OrderAmended(
                store_id=order.store_id,
                at=tx.now(),
                order_id=order.id,
                channel_id=order.channel_id,
                due_at=order.due_at,
                lines=len(new.lines),
            )
        )
        repository.delete_lines(tx.connection, order.id)
        repository.insert_lines(tx.connection, line_values(new, order.id, tx))
        deliveries.forget(tx.connection, order.id)
        deliveries.keep(tx.connection, order.store_id, order.id, new.delivery)
        return order.id

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

    def forget_customers(self, command: ForgetCustomers, tx: Transaction) -> int:
        """Returns of how many orders. Orders, their lines and their slips' ids stay."""
        return deliveries.erase(tx.connection, command.before)

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
        tell_short(event, facts, tx)

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
                    slip_id=deliveries.make_slip(tx, order.store_id, order.id, event.at),
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
        deliveries.make_slip(tx, order.store_id, order.id, event.at)

    # Reads for other rooms

    def read(self, session: Session, store_id: str, channel_id: str, external_id: str) -> OrderRow:
        order = repository.get_by_external_id(session, store_id, channel_id, external_id)
        if order is None:
            raise OrderNotFound(f"no order {external_id!r} of this channel", external_id=external_id)
        return order


def _refuse_amending(order: OrderRow, new: AcceptOrder) -> None:
    facts = {"external_id": order.external_id, "status": str(order.status)}
    if order.status == OrderStatus.CANCELLED:
        raise OrderIsOver(f"order {order.display_code} was cancelled", **facts)
    if order.status not in (OrderStatus.ACCEPTED, OrderStatus.PLANNED):
        raise PickingHasBegun(
            f"order {order.display_code} is {order.status}: it can be cancelled, not amended", **facts
        )
    if order.display_code != new.display_code:
        raise OrderRenamed(f"people call this order {order.display_code}; an amendment cannot change that", **facts)


def _is_complete(line: Any) -> bool:
    """Whether nothing of it is missing, substitutes counted."""
    if line.status != OrderLineStatus.SUBSTITUTED:
        return bool(line.status == OrderLineStatus.PICKED)
    together = line.quantity_picked + line.quantity_substituted
    unit = UnitOfMeasure(line.unit)
    return quantity_missing(unit, line.quantity_ordered, together, line.tolerance_percent) == 0
