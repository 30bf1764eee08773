"""A channel changes an order it has sent: whole, before anybody walks for it, or not at all. In one transaction."""

from __future__ import annotations

from backend.channels import repository
from backend.channels.commands import Sender
from backend.channels.errors import AmendmentDoesNotFit, CameAnotherWay, OrderUnknown
from backend.channels.held_orders import HeldOrders, facts_of
from backend.channels.intake import Intake, IntakeAnswer, OrderDesk, accept_command, content_hash_of
from backend.channels.models import ChannelOrderStatus
from backend.channels.port import CANCELLED_BY_CHANNEL, IncomingOrder, NewOrder
from backend.channels.repository import Found
from backend.channels.resolution import Resolution
from backend.core.writer import Transaction
from backend.orders.commands import AmendOrder
from backend.orders.errors import OrderIsOver
from backend.orders.models import OrderStatus

_OVER = (ChannelOrderStatus.CANCELLED, ChannelOrderStatus.DISMISSED)


class Amendments:
    """The checks are those of intake; what does not pass them changes nothing."""

    def __init__(self, intake: Intake, orders: OrderDesk, held: HeldOrders) -> None:
        self._intake = intake
        self._orders = orders
        self._held = held

    def amend(self, sender: Sender, found: NewOrder, tx: Transaction) -> IntakeAnswer:
        """Make the order what `found` says. The content it has already changes nothing, however often it comes.

        Raises OrderUnknown, CameAnotherWay, OrderIsOver, AmendmentDoesNotFit, and what the orders room says of orders
        it cannot amend.
        """
        order = found.order
        known = repository.find_channel_order(tx.connection, sender.store_id, sender.channel_id, order.external_id)
        if known is None or known.status == ChannelOrderStatus.ANNOUNCED:
            raise OrderUnknown(f"this channel sent no order {order.external_id}", external_id=order.external_id)
        if known.status in (ChannelOrderStatus.DUPLICATE, ChannelOrderStatus.PASSED_ON):
            raise CameAnotherWay(f"{known.reason}: it is changed there", external_id=order.external_id)
        if known.status in _OVER or self._is_cancelled(sender, order.external_id, tx):
            raise OrderIsOver("this order was cancelled or given up", external_id=order.external_id)
        content_hash = content_hash_of(order)
        if known.content_hash == content_hash:
            return self._intake.answer_again(sender, known, tx)
        resolution = self._intake.resolve(sender, order, tx)
        if known.status == ChannelOrderStatus.HELD:
            answer = self._amend_held(sender, order, resolution, tx)
        else:
            answer = self._amend_accepted(sender, order, resolution, tx)
        noted = {"content_hash": content_hash, "memory": found.memory or {}, "reason": answer.reason}
        repository.update_channel_order(tx.connection, known.id, **noted)
        return answer

    def _amend_accepted(
        self, sender: Sender, order: IncomingOrder, resolution: Resolution, tx: Transaction
    ) -> IntakeAnswer:
        if resolution.problems:
            first = resolution.problems[0]
            raise AmendmentDoesNotFit(
                f"{first.reason}: {first.detail}; the order stays as it was", **facts_of(resolution.problems)
            )
        order_id = self._orders.amend(AmendOrder(accept_command(sender, order, resolution.lines)), tx)
        return IntakeAnswer(order.external_id, ChannelOrderStatus.ACCEPTED, order_id, is_new=False)

    def _amend_held(
        self, sender: Sender, order: IncomingOrder, resolution: Resolution, tx: Transaction
    ) -> IntakeAnswer:
        """It waits for a supervisor: as it is now it may fit, and otherwise they see what it is now."""
        held = repository.get_open_exception(tx.session, sender.store_id, sender.channel_id, order.external_id)
        assert held is not None, "a held order always has its open exception"
        if resolution.problems:
            self._held.amend(held, order, resolution.problems, tx)
            return IntakeAnswer(
                order.external_id, ChannelOrderStatus.HELD, "", held.id, resolution.problems[0].reason, is_new=False
            )
        self._held.release(held, ChannelOrderStatus.ACCEPTED, CANCELLED_BY_CHANNEL, tx)
        return self._intake.accept(sender, order, resolution, tx)

    @staticmethod
    def _is_cancelled(sender: Sender, external_id: str, tx: Transaction) -> bool:
        """The store may have cancelled what the channel's own row calls accepted."""
        order: Found | None = None
        order_id = repository.find_order_id(tx.connection, sender.store_id, sender.channel_id, external_id)
        if order_id is not None:
            order = repository.find_order_facts(tx.connection, sender.store_id, order_id)
        return order is not None and order.status == OrderStatus.CANCELLED
