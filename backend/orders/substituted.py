"""What substitutes make of order lines: picked, short and substituted add up to what was ordered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from backend.catalog.products import CatalogProduct
from backend.core.writer import Transaction
from backend.orders import repository
from backend.orders.models import OrderLineStatus
from backend.orders.short import tell_short
from shared.events import (
    OrderLineSubstituted,
    OrderLineSubstitutionProposed,
    PickSubstituted,
    PickSubstitutionEvent,
    SubstitutionApproved,
    SubstitutionProposed,
    SubstitutionRefused,
)
from shared.picking import quantity_missing
from shared.products import UnitOfMeasure
from shared.substitution import DecidedBy

FindProducts = Callable[[Connection, str, Sequence[str]], Sequence[CatalogProduct]]


class SubstitutedLines:
    """Listeners: what picking tells of substitutes."""

    def __init__(self, find_products: FindProducts) -> None:
        self._find_products = find_products

    def mark_proposed(self, event: SubstitutionProposed, tx: Transaction) -> None:
        facts = self._settle(event, OrderLineStatus.PROPOSED, tx)
        tx.publish(OrderLineSubstitutionProposed(**facts, answer_by=event.answer_by, if_silent=event.if_silent))

    def mark_substituted(self, event: PickSubstituted | SubstitutionApproved, tx: Transaction) -> None:
        decided_by = event.decided_by if isinstance(event, SubstitutionApproved) else DecidedBy.WISH
        facts = self._settle(event, OrderLineStatus.SUBSTITUTED, tx)
        tx.publish(OrderLineSubstituted(**facts, decided_by=decided_by))

    def mark_refused(self, event: SubstitutionRefused, tx: Transaction) -> None:
        """The line is short, for the reason the picker gave; the proposal stays on it, for whoever asks."""
        facts = repository.get_line_facts(tx.connection, event.store_id, event.order_line_id)
        repository.settle_substituted(
            tx.connection,
            event.order_line_id,
            status=OrderLineStatus.SHORT,
            quantity_picked=event.quantity_found,
            quantity_substituted=0,
            short_reason=event.reason.value,
            substitute_sku=None,
            proposal_id=event.substitution_id,
        )
        tell_short(event, facts, tx)

    def _settle(self, event: PickSubstitutionEvent, status: OrderLineStatus, tx: Transaction) -> dict[str, Any]:
        """Mark the line; returns what its event says. What is only proposed is not counted as given yet."""
        facts = repository.get_line_facts(tx.connection, event.store_id, event.order_line_id)
        product = self._find_products(tx.connection, event.store_id, [event.product_id])[0]
        is_given = status is OrderLineStatus.SUBSTITUTED
        repository.settle_substituted(
            tx.connection,
            event.order_line_id,
            status=status,
            quantity_picked=event.quantity_found,
            quantity_substituted=event.quantity_substituted if is_given else 0,
            short_reason=event.reason.value,
            substitute_sku=product.card.sku,
            proposal_id=event.substitution_id,
        )
        tolerance_percent = repository.find_tolerance(tx.connection, event.order_line_id)
        together = event.quantity_found + event.quantity_substituted
        return {
            **facts,
            "at": event.at,
            "quantity_picked": event.quantity_found,
            "quantity_substituted": event.quantity_substituted,
            "quantity_short": quantity_missing(
                UnitOfMeasure(facts["unit"]), facts["quantity_ordered"], together, tolerance_percent
            ),
            "reason": event.reason,
            "store_reason": event.store_reason,
            "proposal_id": event.substitution_id,
            "substitute_sku": product.card.sku,
            "substitute_gtins": product.card.gtins,
            "substitute_name": product.card.names.en,
            "substitute_price_minor": product.card.price_minor,
        }
