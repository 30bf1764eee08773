"""Takes orders in, inside one transaction: accepted, held for a person, or passed on to the store that serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlmodel import Session

from backend.channels import order_book, repository
from backend.channels.cancelling import Cancellations, DeadlineDropper, OrderCanceller
from backend.channels.chain import Chain
from backend.channels.commands import Sender
from backend.channels.errors import OrderDiffers
from backend.channels.held_orders import HeldOrders
from backend.channels.idempotency import fingerprint
from backend.channels.models import ChannelOrderStatus, IntakeExceptionRow
from backend.channels.port import ChannelError, DeadlineKind, IncomingOrder
from backend.channels.resolution import HoldReason, Problem, Product, Resolution, needs_tolerance, resolve, wanted_codes
from backend.core.writer import Transaction
from backend.orders.commands import AcceptLine, AcceptOrder, AmendOrder
from backend.orders.service import AcceptedOrder
from shared.events import OrderStoreChosen
from shared.picking import TOLERANCE_PERCENT
from shared.store_rules import StoreRules

FindRules = Callable[[Session, str], StoreRules]


class ProductFinder(Protocol):
    """What intake asks of the catalogue: every product of a store with one of these codes, in one query."""

    def find_by_codes(
        self, connection: Connection, store_id: str, *, skus: Sequence[str], gtins: Sequence[str]
    ) -> Sequence[Product]: ...


class OrderDesk(OrderCanceller, Protocol):
    """What intake asks of the orders room."""

    def accept(self, command: AcceptOrder, tx: Transaction) -> AcceptedOrder: ...

    def amend(self, command: AmendOrder, tx: Transaction) -> str: ...


class Clockwork(DeadlineDropper, Protocol):
    """What intake asks of the deadlines."""

    def begin(
        self, sender: Sender, external_id: str, tx: Transaction, named: Mapping[DeadlineKind, datetime] | None = None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    """What became of an order. `order_id` where it was accepted, `intake_exception_id` where it is held; `store_id`
    where another store of the chain serves it.
    """

    external_id: str
    status: ChannelOrderStatus
    order_id: str = ""
    intake_exception_id: str = ""
    reason: str = ""
    store_id: str = ""
    is_new: bool = True


class Intake:
    """Every method runs inside the caller's transaction and may be repeated without harm."""

    def __init__(
        self,
        orders: OrderDesk,
        products: ProductFinder,
        held: HeldOrders,
        cancellations: Cancellations,
        deadlines: Clockwork,
        find_rules: FindRules,
    ) -> None:
        self._cancellations = cancellations
        self._find_rules = find_rules
        self._deadlines = deadlines
        self._held = held
        self._orders = orders
        self._products = products
        self._chain = Chain(self._look_up, find_rules)

    def announce(self, sender: Sender, external_id: str, tx: Transaction) -> bool:
        """Remember that an order waits at the channel. True where it still has to be fetched."""
        known = order_book.find(sender, external_id, tx)
        if known is None:
            order_book.write(sender, external_id, ChannelOrderStatus.ANNOUNCED, tx)
            self._deadlines.begin(sender, external_id, tx)
        return known is None or known.status == ChannelOrderStatus.ANNOUNCED

    def take(
        self,
        sender: Sender,
        order: IncomingOrder,
        tx: Transaction,
        memory: dict[str, Any] | None = None,
        deadlines: Mapping[DeadlineKind, datetime] | None = None,
        chain: str = "",
    ) -> IntakeAnswer:
        """Accept or hold an order. The same order again gets the same answer; another one under its id is refused.

        Raises OrderDiffers.
        """
        content_hash = content_hash_of(order)
        noted = {"content_hash": content_hash, "memory": memory or {}}
        # Nearly every order is new: it is written at once, and only one that was there is read.
        row_id = order_book.write(sender, order.external_id, ChannelOrderStatus.ACCEPTED, tx, **noted)
        if not row_id:
            known = order_book.find(sender, order.external_id, tx)
            if known.status != ChannelOrderStatus.ANNOUNCED:
                if known.content_hash not in ("", content_hash):
                    raise OrderDiffers(
                        f"another order came under the id {order.external_id} before", external_id=order.external_id
                    )
                if known.status == ChannelOrderStatus.CANCELLED and not known.content_hash:
                    repository.update_channel_order(tx.connection, known.id, **noted)
                    self._cancellations.extend(sender, order, known, tx)
                return self.answer_again(sender, known, tx)
            row_id = known.id
            repository.update_channel_order(tx.connection, row_id, status=ChannelOrderStatus.ACCEPTED, **noted)
        first = order_book.find_first(sender, order, row_id, tx)
        if first is not None:
            return self._join(sender, order.external_id, row_id, first, tx)
        if chain or order.store:
            answer = self._serve(sender, order, chain, row_id, tx)
            if answer is not None:
                return answer
        self._deadlines.begin(sender, order.external_id, tx, deadlines)
        return self._accept_or_hold(sender, order, tx)

    def hold_unreadable(self, sender: Sender, external_id: str, error: ChannelError, tx: Transaction) -> None:
        """An order we could not fetch or read: a person must look, for the channel waits for an answer."""
        known = order_book.find(sender, external_id, tx)
        if known is not None and known.status != ChannelOrderStatus.ANNOUNCED:
            return
        if known is None:
            order_book.write(sender, external_id, ChannelOrderStatus.HELD, tx)
        reason = HoldReason.UNREADABLE if error.code == "payload_unknown" else HoldReason.NOT_FETCHED
        self._held.hold(sender, external_id, [Problem(reason, error.detail)], tx)

    def take_again(self, exception: IntakeExceptionRow, person_id: str, tx: Transaction) -> IntakeAnswer | None:
        """Try a held order again, now that the catalogue is mended. None where it must be fetched again first."""
        sender = Sender(exception.store_id, exception.channel_id)
        if not exception.incoming:
            self._held.release(exception, ChannelOrderStatus.ANNOUNCED, person_id, tx)
            return None
        order = IncomingOrder.model_validate_json(exception.incoming)
        resolution = self.resolve(sender, order, tx)
        if resolution.problems:
            self._held.restate(exception, resolution.problems, tx)
            return IntakeAnswer(
                order.external_id, ChannelOrderStatus.HELD, "", exception.id, exception.reason, is_new=False
            )
        self._held.release(exception, ChannelOrderStatus.ACCEPTED, person_id, tx)
        return self.accept(sender, order, resolution, tx)

    def _accept_or_hold(self, sender: Sender, order: IncomingOrder, tx: Transaction) -> IntakeAnswer:
        resolution = self.resolve(sender, order, tx)
        if not resolution.problems:
            return self.accept(sender, order, resolution, tx)
        exception_id = self._held.hold(sender, order.external_id, resolution.problems, tx, order)
        return IntakeAnswer(order.external_id, ChannelOrderStatus.HELD, "", exception_id, resolution.problems[0].reason)

    def accept(self, sender: Sender, order: IncomingOrder, resolution: Resolution, tx: Transaction) -> IntakeAnswer:
        """Hand it to the orders room; every line is resolved."""
        accepted = self._orders.accept(accept_command(sender, order, resolution.lines), tx)
        return IntakeAnswer(order.external_id, ChannelOrderStatus.ACCEPTED, accepted.id)

    def resolve(self, sender: Sender, order: IncomingOrder, tx: Transaction) -> Resolution:
        """Its products in the store's catalogue, or why a person must look."""
        products = self._look_up(sender, order, tx)
        if not needs_tolerance(order, products):
            return resolve(order, products, TOLERANCE_PERCENT)
        return resolve(order, products, self._find_rules(tx.session, sender.store_id).weighed_tolerance_percent)

    def _look_up(self, sender: Sender, order: IncomingOrder, tx: Transaction) -> Sequence[Product]:
        skus, gtins = wanted_codes(order)
        return self._products.find_by_codes(tx.connection, sender.store_id, skus=skus, gtins=gtins)

    def answer_again(self, sender: Sender, known: Any, tx: Transaction) -> IntakeAnswer:
        """What has become of an order that came before; `known` is its row."""
        if known.status == ChannelOrderStatus.HELD:
            held = repository.get_open_exception(tx.session, sender.store_id, sender.channel_id, known.external_id)
            return IntakeAnswer(
                known.external_id, ChannelOrderStatus.HELD, "", held.id if held else "", known.reason, is_new=False
            )
        first = order_book.original_of(known, tx)
        if known.status == ChannelOrderStatus.PASSED_ON:
            return replace(
                self.answer_again(Sender(first.store_id, first.channel_id), first, tx), store_id=first.store_id
            )
        order_id = repository.find_order_id(tx.connection, first.store_id, first.channel_id, first.external_id)
        return IntakeAnswer(
            known.external_id,
            ChannelOrderStatus(known.status),
            order_id or "",
            reason="" if known.status == ChannelOrderStatus.ACCEPTED else known.reason,
            is_new=False,
        )

    def _serve(
        self, sender: Sender, order: IncomingOrder, chain: str, row_id: str, tx: Transaction
    ) -> IntakeAnswer | None:
        """Pass it on to the store that serves it, or hold it where none does; None where it is this one."""
        served = self._chain.serve(sender, order, chain, tx)
        reasons, serving = list(served.choice.reasons), served.sender
        if reasons:
            tx.publish(
                OrderStoreChosen(
                    store_id=sender.store_id,
                    at=tx.now(),
                    channel_id=sender.channel_id,
                    external_id=order.external_id,
                    serving_store_id=served.choice.store_id,
                    reasons=reasons,
                )
            )
        if serving is None:
            problem = Problem(HoldReason.NO_STORE_SERVES, served.choice.words)
            exception_id = self._held.hold(sender, order.external_id, [problem], tx, order)
            return IntakeAnswer(order.external_id, ChannelOrderStatus.HELD, "", exception_id, problem.reason)
        if serving == sender:
            repository.update_channel_order(tx.connection, row_id, reason=served.choice.words)
            return None
        answer = self.take(serving, order.model_copy(update={"store": ""}), tx)
        there = order_book.find(serving, order.external_id, tx)
        passed_on = {"status": ChannelOrderStatus.PASSED_ON, "same_as": there.id, "reason": served.choice.words}
        repository.update_channel_order(tx.connection, row_id, **passed_on)
        return replace(answer, store_id=serving.store_id)

    def _join(self, sender: Sender, external_id: str, row_id: str, first: Any, tx: Transaction) -> IntakeAnswer:
        """It came another way before: nothing is waited for here, for it is answered there."""
        first = order_book.original_of(first, tx)
        words = order_book.join(row_id, first, tx)
        self._deadlines.drop(sender, external_id, tx)
        order_id = repository.find_order_id(tx.connection, first.store_id, first.channel_id, first.external_id)
        return IntakeAnswer(external_id, ChannelOrderStatus.DUPLICATE, order_id or "", "", words)


def accept_command(sender: Sender, order: IncomingOrder, lines: tuple[AcceptLine, ...]) -> AcceptOrder:
    """The order in the words of the orders room, its products found."""
    return AcceptOrder(
        store_id=sender.store_id,
        channel_id=sender.channel_id,
        external_id=order.external_id,
        display_code=order.display_code,
        placed_at=order.placed_at,
        due_at=order.due_at,
        currency=order.currency,
        total_minor=order.total_minor,
        lines=lines,
        note=order.note,
        delivery=order.delivery,
    )


def content_hash_of(order: IncomingOrder) -> str:
    """What tells an order from another one under the same id. Where it came from first changes nothing about it."""
    if order.origin is not None:
        order = order.model_copy(update={"origin": None})
    return fingerprint(order.model_dump_json().encode())
