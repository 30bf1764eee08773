"""What is told of a line that is short, however it became so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.core.writer import Transaction
from shared.events import OrderLineShort, PickShort, SubstitutionRefused


def tell_short(event: PickShort | SubstitutionRefused, facts: Mapping[str, Any], tx: Transaction) -> None:
    """`facts`: what every event of the line says, as `repository.get_line_facts` returns them."""
    tx.publish(
        OrderLineShort(
            at=event.at,
            reason=event.reason,
            store_reason=event.store_reason,
            quantity_picked=event.quantity_found,
            **facts,
        )
    )
