"""What a played platform sells for the store: which products it knows, which are on sale, and for how much. Pure."""

from __future__ import annotations

from decimal import Decimal


class PlayedShelf:
    """By SKU. Prices in whole currency, as a shopper pays them. What it does not know, it does not learn by a call."""

    def __init__(self) -> None:
        self._on_sale: dict[str, bool] = {}
        self._prices: dict[str, Decimal] = {}

    def put(self, sku: str, price: str) -> None:
        self._on_sale[sku], self._prices[sku] = True, Decimal(price)

    def knows(self, sku: str) -> bool:
        return sku in self._prices

    def switch(self, sku: str, *, is_on_sale: bool) -> bool:
        """False where it does not know the product."""
        if self.knows(sku):
            self._on_sale[sku] = is_on_sale
        return self.knows(sku)

    def charge(self, sku: str, price: Decimal) -> bool:
        """False where it does not know the product."""
        if self.knows(sku):
            self._prices[sku] = price
        return self.knows(sku)

    def is_on_sale(self, sku: str) -> bool:
        return self._on_sale[sku]

    def price_of(self, sku: str) -> str:
        return f"{self._prices[sku]:.2f}"


class SellingHost:
    """What the suite asks of a host that hears of products."""

    shelf: PlayedShelf

    def put_on_sale(self, sku: str, price: str) -> None:
        self.shelf.put(sku, price)

    def is_on_sale(self, sku: str) -> bool:
        return self.shelf.is_on_sale(sku)

    def price_of(self, sku: str) -> str:
        return self.shelf.price_of(sku)
