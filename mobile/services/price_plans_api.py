"""What a supervisor's phone asks about prices planned for an instant; answered or refused as BackendApi says."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict

from mobile.services.backend_api import BackendApi, read_answer
from mobile.services.bindings_api import CSV_TYPE
from shared.ids import Id


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PriceBatch(_Answer):
    """Prices that begin to hold together; `status` planned, applying, applied or withdrawn."""

    id: Id
    name: str = ""
    begins_at: datetime
    status: str
    prices: int
    ends_batch_id: Id | None = None


class BatchProgress(_Answer):
    """Labels of its products: that show their price, do not yet, or were given up."""

    batch_id: Id
    labels: int
    shown: int
    behind: int
    given_up: int


class PlannedPrices(_Answer):
    batch_id: Id
    begins_at: datetime
    prices: int


class _Batches(_Answer):
    batches: list[PriceBatch]


class _Progress(_Answer):
    batches: list[BatchProgress]


class PricePlansApi:
    """One method per question. `token` is a supervisor's session, `store_id` their store."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def batches(self, token: str, store_id: str) -> list[PriceBatch]:
        """The latest first."""
        return read_answer(_Batches, await self._api.ask("GET", f"/stores/{store_id}/prices", token=token)).batches

    async def progress(self, token: str, store_id: str) -> list[BatchProgress]:
        """Of the latest batches whose instant has come."""
        answer = await self._api.ask("GET", f"/stores/{store_id}/prices/progress", token=token)
        return read_answer(_Progress, answer).batches

    async def plan(
        self, token: str, store_id: str, raw: bytes, *, name: str, begins_at: datetime | None
    ) -> PlannedPrices:
        """A prices.csv: all of it from `begins_at` on (None: at once), or none of it."""
        query = {"name": name} | ({"begins_at": begins_at.isoformat()} if begins_at is not None else {})
        path = f"/stores/{store_id}/prices?{urlencode(query)}"
        return read_answer(PlannedPrices, await self._api.send_file(path, raw, CSV_TYPE, token=token))

    async def withdraw(self, token: str, store_id: str, batch_id: str) -> None:
        await self._api.ask("DELETE", f"/stores/{store_id}/prices/{quote(batch_id, safe='')}", token=token)

    async def report(self, token: str, store_id: str, batch_id: str) -> bytes:
        """Every label of its products that does not show its price, as CSV."""
        query = urlencode({"batch_id": batch_id})
        return await self._api.fetch_file(f"/stores/{store_id}/labels/prices/export?{query}", token=token)
