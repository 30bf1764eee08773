"""Products taken off sale, put back, priced, as Ele.me's commands. Pure.

Source: sku.offline, sku.online and sku.price.update.batch of open-be.ele.me's API reference, as its public clients call
them: the store's own code is `custom_sku_id`; prices in fen, what it costs and what it cost before; at most 100 at a
time. What the store does not sell there is listed under an error number of its own, and the others are done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.channels.port.reports import Call
from shared.events import ProductPrice

OFFLINE, ONLINE, PRICES = "sku.offline", "sku.online", "sku.price.update.batch"
OPERATIONS = frozenset({OFFLINE, ONLINE, PRICES})
UNKNOWN_THERE = "500001"
PER_CALL = 100
_LISTED = re.compile(r"[^,:;]+")  # the commands write lists of codes and prices with these


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    """Nothing for a code that the commands cannot spell."""
    if not _LISTED.fullmatch(sku):
        return []
    return [Call(ONLINE if is_available else OFFLINE, f"product:{sku}", {"custom_sku_id": sku})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    told = [each for each in prices if _LISTED.fullmatch(each.sku)]
    return [
        Call(PRICES, "products", {"custom_sku_id": ";".join(map(_priced, told[at : at + PER_CALL]))})
        for at in range(0, len(told), PER_CALL)
    ]


def _priced(price: ProductPrice) -> str:
    before = "" if price.was_minor is None else f",{price.was_minor}"
    return f"{price.sku}:{price.price_minor}{before}"
