"""What is still to do so that an order in the shop is as it was picked, and what is overpaid then. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from backend.channels.adapters.shopify.queries import number_of_gid
from backend.channels.port.fields import list_of, number_of, object_of, text_of, whole_of

_PAID = frozenset({"SALE", "CAPTURE"})


@dataclass(frozen=True, slots=True)
class Edits:
    """New quantities by line, and how many of each other product are still to be added."""

    quantities: dict[str, int]
    added: dict[str, int]

    def __bool__(self) -> bool:
        return bool(self.quantities or self.added)


def edits_left(state: Mapping[str, Any], wanted: Mapping[str, Any]) -> Edits:
    """What is wanted and is not so yet; never more of a line than there is. Raises PayloadUnknown."""
    kept: dict[str, int] = wanted.get("kept", {})
    known = set(wanted.get("known", ()))
    quantities: dict[str, int] = {}
    there: Counter[str] = Counter()
    for item in list_of(object_of(state, "lineItems"), "nodes"):
        line_id = number_of_gid(text_of(item, "id", max_characters=200))
        count = whole_of(item, "currentQuantity")
        if line_id in kept and kept[line_id] < count:
            quantities[line_id] = kept[line_id]
        if line_id not in known:
            there[text_of(item, "sku")] += count
    missing = {sku: count - there[sku] for sku, count in wanted.get("added", {}).items()}
    return Edits(quantities, {sku: count for sku, count in missing.items() if count > 0})


def refund_of(state: Mapping[str, Any]) -> dict[str, Any] | None:
    """The variables of a refund of what the shopper paid too much, as the shop itself counts; None where it is nothing.

    The key is the same as long as nothing was paid back: the shop refunds once, however often it is asked.
    """
    paid, price = _amount(state, "netPaymentSet"), _amount(state, "currentTotalPriceSet")
    left = paid - price
    order_id = text_of(state, "id", max_characters=200)
    transactions = []
    for payment in list_of(state, "transactions"):
        if text_of(payment, "kind") not in _PAID or text_of(payment, "status") != "SUCCESS" or left <= 0:
            continue
        amount = min(left, _amount(payment, "amountSet"))
        left -= amount
        transactions.append(
            {
                "orderId": order_id,
                "parentId": text_of(payment, "id", max_characters=200),
                "gateway": text_of(payment, "gateway"),
                "kind": "REFUND",
                "amount": f"{amount:f}",
            }
        )
    if not transactions:
        return None
    key = uuid5(NAMESPACE_URL, f"{order_id}:{paid:f}:{price:f}")
    return {"input": {"orderId": order_id, "note": "sold out", "transactions": transactions}, "key": str(key)}


def _amount(holder: Mapping[str, Any], name: str) -> Decimal:
    return number_of(object_of(object_of(holder, name), "shopMoney"), "amount")
