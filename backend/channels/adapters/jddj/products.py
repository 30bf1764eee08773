"""Products taken off sale, put back, priced, as JD Daojia's calls. Pure.

Source: stock/batchUpdateVendibility and venderprice/updateStationPrice of opendj.jd.com, by the store's own codes
(`outSkuId`), as its public clients call them; prices in fen. Such an answer has its own code, `retCode`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.channels.adapters.jddj.client import OK, DaojiaRefused
from backend.channels.port.reports import Call
from shared.events import ProductPrice

VENDIBILITY, PRICES = "stock/batchUpdateVendibility", "venderprice/updateStationPrice"
OPERATIONS = frozenset({VENDIBILITY, PRICES})
USER_PIN = "blinkpick"  # who changed it, in the platform's list of changes
PER_CALL = 50


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    listed = [{"outSkuId": sku, "doSale": is_available}]
    return [Call(VENDIBILITY, f"product:{sku}", {"stockVendibilityList": listed, "userPin": USER_PIN})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """Fifty products at a time; a promotion is the platform's own affair, so the price is what holds now."""
    return [
        Call(
            PRICES,
            "products",
            {
                "skuPriceInfoList": [
                    {"outSkuId": each.sku, "price": each.price_minor} for each in prices[at : at + PER_CALL]
                ]
            },
        )
        for at in range(0, len(prices), PER_CALL)
    ]


def raise_if_refused(answer: Any, operation: str) -> None:
    """One product that is not sold there does not fail the others, and is nothing to tell. Raises DaojiaRefused."""
    code = str(answer.get("retCode", OK)) if isinstance(answer, dict) else OK
    if code != OK:
        raise DaojiaRefused(f"the platform refused {operation} ({code[:20]})", operation=operation, code=code)
