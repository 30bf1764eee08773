"""iFood's side of a store's items: what an update may say, and how many it takes in a while. Pure but for its clock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backend.channels.adapters.ifood_host.platform import Refused
from backend.channels.port.played_shelf import PlayedShelf
from shared.clock import Clock

WINDOW_S = 35 * 60
_FIELDS = frozenset({"barcode", "inventory", "prices"})


class Ingestion:
    """`catalogue` has the store's SKU by barcode; `per_window` 0: as many items as anybody likes."""

    def __init__(self, shelf: PlayedShelf, catalogue: Mapping[str, str], per_window: int, clock: Clock) -> None:
        self._shelf = shelf
        self._catalogue = catalogue
        self._per_window = per_window
        self._clock = clock
        self._begun_s = 0.0
        self._taken = 0

    def take(self, items: list[dict[str, Any]]) -> None:
        """Every item that is sold here is changed, and only where it is named. Raises Refused."""
        self._count(len(items))
        if not all("barcode" in item and item.keys() <= _FIELDS for item in items):
            raise Refused(400, "an item names its barcode, and what changes")
        for item in items:
            sku = self._catalogue.get(item["barcode"], "")
            if "inventory" in item:
                self._shelf.switch(sku, is_on_sale=item["inventory"]["stock"] > 0)
            if "prices" in item:
                prices = item["prices"]
                if not 0 < prices["promotionPrice"] <= prices["price"]:
                    raise Refused(400, "a promotion costs no more than usual")
                self._shelf.charge(sku, Decimal(str(prices["promotionPrice"])))

    def _count(self, items: int) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._begun_s >= WINDOW_S:
            self._begun_s, self._taken = now_s, 0
        if self._per_window and self._taken and self._taken + items > self._per_window:
            raise Refused(429, "too many items in this window")
        self._taken += items
