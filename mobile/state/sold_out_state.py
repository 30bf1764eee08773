"""What the shelf has no more of, and what a supervisor says is back. It is asked for when it is opened."""

from __future__ import annotations

from mobile.services.stock_api import SoldOut, StockApi
from mobile.state.asking import AskingState
from mobile.state.shift_state import ShiftState


class SoldOutState(AskingState):
    """`products` None: not known yet. `busy_with`: the SKU that is being told."""

    def __init__(self, api: StockApi, shift: ShiftState) -> None:
        super().__init__(shift)
        self._api = api
        self.products: tuple[SoldOut, ...] | None = None
        self.busy_with = ""

    async def load(self) -> None:
        """What was known stays where the backend cannot be asked."""

        async def ask(token: str, store_id: str) -> None:
            self.products = tuple(await self._api.sold_out(token, store_id))

        await self._try(ask)

    async def say_back(self, sku: str) -> None:
        """It goes off the list once the backend knows."""
        if self.is_busy:
            return
        self.busy_with = sku

        async def ask(token: str, store_id: str) -> None:
            await self._api.back(token, store_id, sku)
            self.products = tuple(product for product in self.products or () if product.sku != sku)

        await self._try(ask)
        self.busy_with = ""
