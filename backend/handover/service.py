"""Gives orders out: each once, complete, to whoever can show that it is theirs."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from backend.core.writer import Transaction
from backend.handover import repository
from backend.handover.commands import HandOverOrder
from backend.handover.errors import AgeNotChecked, BagsWrong, HandOverLocked, NothingWaits, OrderNotReady
from backend.handover.models import HandOverRow
from backend.handover.slips import Slips
from backend.handover.waiting import RulesOf, WaitingOrders
from backend.orders import deliveries
from backend.orders import repository as orders_repository
from backend.orders.models import OrderRow, OrderStatus
from shared.events import OrderHandedOver
from shared.handover import TRIES_MAX, HandOverProof, bag_codes_of
from shared.store_rules import StoreRules


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What came of it. Not `is_done`: the PIN was wrong, and that is counted."""

    is_done: bool
    tries_left: int


class HandOverService:
    """The room's command. A wrong PIN is an answer, not an error: an error would take the count back with it."""

    def __init__(self, waiting: WaitingOrders, slips: Slips, rules_of: RulesOf) -> None:
        self.waiting = waiting
        self.slips = slips
        self._rules_of = rules_of

    def hand_over(self, command: HandOverOrder, tx: Transaction) -> HandedOver:
        """Raises NothingWaits, OrderNotReady, BagsWrong, AgeNotChecked, HandOverLocked. Given out already: the same."""
        order = orders_repository.get_order(tx.session, command.store_id, command.order_id)
        if order is None:
            raise NothingWaits("no such order in this store", order_id=command.order_id)
        if order.status == OrderStatus.HANDED_OVER:
            return HandedOver(is_done=True, tries_left=TRIES_MAX)
        if order.status != OrderStatus.READY:
            raise OrderNotReady(f"order {order.display_code} is {order.status}", order_id=order.id, status=order.status)
        rules = self._rules_of(tx.session, command.store_id)
        _check_bags(command, order, rules)
        if not command.is_age_checked and self.waiting.age_restricted(tx.session, order.store_id, [order.id]):
            raise AgeNotChecked("something in it is for adults only: look at a document first", order_id=order.id)
        row = repository.get_proof(tx.session, order.id) or HandOverRow(order_id=order.id, store_id=order.store_id)
        proof = _proof(command, order, row, asks_pin=self.waiting.asks_pin(tx.session, order))
        tx.session.add(row)
        if proof is None:
            row.wrong_pins += 1
            return HandedOver(is_done=False, tries_left=max(0, TRIES_MAX - row.wrong_pins))
        row.done_at, row.proof = tx.now(), proof
        row.person_id, row.person_name = command.person_id, command.person_name
        row.bags, row.bag_codes = max(command.bags, len(command.bag_codes)), " ".join(command.bag_codes)
        row.is_age_checked, row.note = command.is_age_checked, command.note
        order.status, order.handed_over_at = OrderStatus.HANDED_OVER, tx.now()
        tx.session.add(order)
        tx.session.flush()
        tx.publish(
            OrderHandedOver(
                store_id=order.store_id,
                at=tx.now(),
                order_id=order.id,
                channel_id=order.channel_id,
                bags=row.bags,
                proof=proof,
                is_age_checked=row.is_age_checked,
                handed_over_by=command.person_id,
                slip_id=deliveries.find_slip(tx.connection, order.id),
            )
        )
        return HandedOver(is_done=True, tries_left=TRIES_MAX)


def _check_bags(command: HandOverOrder, order: OrderRow, rules: StoreRules) -> None:
    """Raise BagsWrong unless every bag of the order is there, and none of another."""
    expected = set(bag_codes_of(order.id, order.bags, order.bag_codes.split(), rules.bag_prefix))
    scanned = {code.upper() for code in command.bag_codes}
    if expected and scanned - expected:
        stranger = min(scanned - expected)
        raise BagsWrong(f"{stranger} is no bag of order {order.display_code}", order_id=order.id, bag_code=stranger)
    counted = len(scanned) if scanned else command.bags
    if order.bags and counted != order.bags:
        raise BagsWrong(
            f"order {order.display_code} has {order.bags} bags, and {counted} are here",
            order_id=order.id,
            bags=order.bags,
            counted=counted,
        )


def _proof(command: HandOverOrder, order: OrderRow, row: HandOverRow, *, asks_pin: bool) -> HandOverProof | None:
    """What the order is given out on; None where the PIN is wrong. Raises HandOverLocked."""
    shown = command.shown.strip()
    if not asks_pin:
        is_own = shown.upper() in {order.display_code.upper(), order.external_id.upper()} - {""}
        return HandOverProof.CODE if is_own else HandOverProof.NONE
    if command.is_supervisor and command.note.strip():
        return HandOverProof.SUPERVISOR
    if row.wrong_pins >= TRIES_MAX:
        raise HandOverLocked("too many wrong PINs: a supervisor must give it out, and say why", order_id=order.id)
    is_right = bool(order.handover_pin) and hmac.compare_digest(shown.encode(), order.handover_pin.encode())
    return HandOverProof.PIN if is_right else None
