"""What a supervisor's phone asks about products that are sold out; answered or refused as BackendApi says."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, TypeAdapter

from mobile.services.backend_api import BackendApi, read_list
from shared.products import ProductNames


class SoldOut(BaseModel):
    """A product the shelf has no more of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    product_id: str
    sku: str
    names: ProductNames
    location_id: str
    since: datetime


_SOLD_OUT = TypeAdapter(list[SoldOut])


class StockApi:
    """`token` is a supervisor's session, `store_id` their store."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def sold_out(self, token: str, store_id: str) -> list[SoldOut]:
        """The latest first."""
        return read_list(_SOLD_OUT, await self._api.ask("GET", f"/stores/{store_id}/availability", token=token))

    async def back(self, token: str, store_id: str, sku: str) -> None:
        """It is on the shelf again: every channel that can hear it is told."""
        body = {"available": [sku]}
        await self._api.ask("POST", f"/stores/{store_id}/availability", body=body, token=token)
