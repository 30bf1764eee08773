"""Shoppers: random but seeded grocery orders in the words of Open Delivery. Pure."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backend.channels.adapters.open_delivery_host.platform import instant_text

CENT = Decimal("0.01")
LINES_MAX = 8


@dataclass(frozen=True, slots=True)
class HostProduct:
    """What the platform sells for the store. `price` in whole currency per unit; `unit` is UN or KG."""

    external_code: str
    name: str
    price: Decimal
    ean: str = ""
    unit: str = "UN"


SHELF: Sequence[HostProduct] = (
    HostProduct("MILK-1L", "Whole milk 1 l", Decimal("1.29"), "4006381333931"),
    HostProduct("RICE-1KG", "Rice 1 kg", Decimal("2.49"), "7891000100103"),
    HostProduct("BANANA", "Bananas", Decimal("1.99"), unit="KG"),
    HostProduct("EGGS-10", "Eggs, ten", Decimal("3.19")),
    HostProduct("COFFEE-500", "Coffee 500 g", Decimal("5.99")),
)


def shopping_list(
    chance: random.Random, products: Sequence[HostProduct], now: datetime, *, currency: str = "BRL"
) -> dict[str, Any]:
    """An order body without the fields the platform adds itself: one to eight lines, due in 30 to 90 minutes."""
    chosen = chance.sample(list(products), chance.randint(1, min(LINES_MAX, len(products))))
    quantities = [
        Decimal(chance.randint(5, 30)) / 10 if product.unit == "KG" else Decimal(chance.randint(1, 4))
        for product in chosen
    ]
    return order_of(
        chance, list(zip(chosen, quantities, strict=True)), now, minutes=chance.randint(30, 90), currency=currency
    )


def order_of(
    chance: random.Random,
    lines: Sequence[tuple[HostProduct, Decimal]],
    now: datetime,
    *,
    minutes: int = 60,
    currency: str = "BRL",
) -> dict[str, Any]:
    """The body of one takeaway order for exactly these products and quantities."""
    items = [_item(chance, index, product, quantity, currency) for index, (product, quantity) in enumerate(lines)]
    total = sum((Decimal(str(item["totalPrice"]["value"])) for item in items), Decimal(0))
    ready_at = instant_text(now + timedelta(minutes=minutes))

    def price(value: Decimal) -> dict[str, Any]:
        return {"value": float(value), "currency": currency}

    return {
        "type": "TAKEOUT",
        "category": "GROCERY",
        "orderTiming": "INSTANT",
        "items": items,
        "total": {
            "itemsPrice": price(total),
            "otherFees": price(Decimal(0)),
            "discount": price(Decimal(0)),
            "orderAmount": price(total),
        },
        "payments": {
            "prepaid": float(total),
            "pending": 0.0,
            "methods": [{"value": float(total), "currency": currency, "type": "PREPAID", "method": "PIX"}],
        },
        "takeout": {"mode": "DEFAULT", "takeoutDateTime": ready_at},
        "sendPreparing": True,
        "sendPickedUp": True,
    }


def _item(chance: random.Random, index: int, product: HostProduct, quantity: Decimal, currency: str) -> dict[str, Any]:
    total = (product.price * quantity).quantize(CENT, rounding=ROUND_HALF_UP)
    item = {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "index": index,
        "name": product.name,
        "externalCode": product.external_code,
        "unit": product.unit,
        "quantity": float(quantity),
        "unitPrice": {"value": float(product.price), "currency": currency},
        "totalPrice": {"value": float(total), "currency": currency},
    }
    return {**item, "ean": product.ean} if product.ean else item
