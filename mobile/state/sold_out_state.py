"""What the shelf has no more of, and what a supervisor says is back. It is asked for when it is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.stock_api import SoldOut, StockApi
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState


class SoldOutState(ft.Observable):
    """`products` None: not known yet. `problem` names a caption; `busy_with` the SKU that is being told."""

    def __init__(self, api: StockApi, shift: ShiftState) -> None:
        self._api = api
        self._shift = shift
        self.products: tuple[SoldOut, ...] | None = None
        self.busy_with = ""
        self.problem = ""

    async def load(self) -> None:
        """What was known stays where the backend cannot be asked."""

        async def ask(token: str, store_id: str) -> None:
            self.products = tuple(await self._api.sold_out(token, store_id))

        await self._try(ask)

    async def say_back(self, sku: str) -> None:
        """It goes off the list once the backend knows."""
        if self.busy_with:
            return
        self.busy_with = sku

        async def ask(token: str, store_id: str) -> None:
            await self._api.back(token, store_id, sku)
            self.products = tuple(product for product in self.products or () if product.sku != sku)

        await self._try(ask)
        self.busy_with = ""

    async def _try(self, ask: Callable[[str, str], Awaitable[None]]) -> None:
        self.problem = ""
        try:
            await ask(self._shift.session_token, self._shift.store_id)
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
