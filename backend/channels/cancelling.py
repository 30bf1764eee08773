"""A channel cancels an order, whatever has become of it: even before it came. Inside one transaction."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

from backend.channels import order_book, repository
from backend.channels.commands import Sender
from backend.channels.errors import OrderUnknown
from backend.channels.held_orders import HeldOrders
from backend.channels.models import ChannelOrderStatus
from backend.channels.port import (
    CANCELLED_ANOTHER_WAY,
    CANCELLED_BY_CHANNEL,
    DISMISSED_ANOTHER_WAY,
    DISMISSED_BY_CHANNEL,
    IncomingOrder,
)
from backend.core.writer import Transaction
from backend.orders.commands import CancelOrder
from backend.orders.errors import OrderAlreadyReady


class OrderCanceller(Protocol):
    """What is asked of the orders room."""

    def cancel(self, command: CancelOrder, tx: Transaction) -> str: ...


class DeadlineDropper(Protocol):
    """What is asked of the deadlines."""

    def drop(self, sender: Sender, external_id: str, tx: Transaction) -> None: ...


class CancelOutcome(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"


class Cancellations:
    """Every method runs inside the caller's transaction and may be repeated without harm."""

    def __init__(self, orders: OrderCanceller, held: HeldOrders, deadlines: DeadlineDropper) -> None:
        self._orders = orders
        self._held = held
        self._deadlines = deadlines

    def require_known(self, sender: Sender, external_id: str, tx: Transaction) -> None:
        """Raises OrderUnknown where the channel never sent this order."""
        if order_book.find(sender, external_id, tx) is None:
            raise OrderUnknown(f"this channel sent no order {external_id}", external_id=external_id)

    def cancel(self, sender: Sender, external_id: str, reason: str, tx: Transaction, *, is_fact: bool) -> CancelOutcome:
        """The channel cancels, even before the order came: then the order is not taken when it comes at last.

        `is_fact`: it has happened, nobody asks us. Otherwise an order that is packed refuses.
        """
        known = order_book.find(sender, external_id, tx)
        if known is None:
            order_book.write(sender, external_id, ChannelOrderStatus.CANCELLED, tx, reason=reason)
            return CancelOutcome.GRANTED
        if not known.same_as:
            return self._cancel_known(known, reason, tx, is_fact=is_fact)
        first = order_book.original_of(known, tx)
        outcome = self._cancel_known(first, reason, tx, is_fact=is_fact, is_another_way=True)
        if outcome is CancelOutcome.GRANTED:
            repository.update_channel_order(tx.connection, known.id, status=ChannelOrderStatus.CANCELLED)
        return outcome

    def extend(self, sender: Sender, order: IncomingOrder, known: Any, tx: Transaction) -> None:
        """An order comes that was cancelled before; `known` is its row. Only now it says which order of which platform
        that was: one that came another way is that order too.
        """
        first = order_book.find_first(sender, order, known.id, tx)
        if first is not None:
            first = order_book.original_of(first, tx)
            self._cancel_known(first, known.reason, tx, is_fact=True, is_another_way=True)

    def _cancel_known(
        self, known: Any, reason: str, tx: Transaction, *, is_fact: bool, is_another_way: bool = False
    ) -> CancelOutcome:
        """`is_another_way`: who brought it first did not say so, and has to hear it."""
        sender, external_id = Sender(known.store_id, known.channel_id), known.external_id
        if known.status == ChannelOrderStatus.ANNOUNCED:
            repository.update_channel_order(tx.connection, known.id, status=ChannelOrderStatus.CANCELLED, reason=reason)
            self._deadlines.drop(sender, external_id, tx)
        elif known.status == ChannelOrderStatus.HELD:
            held = repository.get_open_exception(tx.session, sender.store_id, sender.channel_id, external_id)
            assert held is not None, "a held order always has its open exception"
            why = DISMISSED_ANOTHER_WAY if is_another_way else DISMISSED_BY_CHANNEL
            self._held.dismiss(held, ChannelOrderStatus.CANCELLED, why, CANCELLED_BY_CHANNEL, tx)
        elif known.status == ChannelOrderStatus.ACCEPTED:
            command = CancelOrder(
                store_id=sender.store_id,
                channel_id=sender.channel_id,
                external_id=external_id,
                reason=reason or "cancelled by the channel",
                cancelled_by=CANCELLED_ANOTHER_WAY if is_another_way else CANCELLED_BY_CHANNEL,
                is_fact=is_fact,
            )
            try:
                self._orders.cancel(command, tx)
            except OrderAlreadyReady:
                return CancelOutcome.REFUSED
        return CancelOutcome.GRANTED
