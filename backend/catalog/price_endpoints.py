"""New prices over HTTP, for supervisors: planned as CSV or JSON, listed, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel

from backend.catalog.endpoints import CatalogDep
from backend.catalog.errors import PriceBatchApplied, PriceBatchNotFound, PricesRejected
from backend.catalog.prices_file import PriceEntry, read_prices_csv, read_prices_json
from backend.core.http import read_body
from backend.core.openapi import described_file, problems
from backend.people.http import SupervisorDep, require_own_store
from shared.ids import Id

FILE_MAX_BYTES = 16 * 1024 * 1024
JSON_TYPE = "application/json"

router = APIRouter(prefix="/api/v1/stores/{store_id}/prices", tags=["catalog"])
_PRICES_BODY = described_file({"text/csv": "a prices.csv", JSON_TYPE: "the same as JSON"})


class PlannedPricesAnswer(BaseModel):
    """`ends_at`: when promotions among them end."""

    batch_id: Id
    begins_at: datetime
    prices: int
    ends_at: list[datetime]


class PriceBatchAnswer(BaseModel):
    """Prices that begin to hold together; `status` planned, applying, applied or withdrawn."""

    id: Id
    name: str
    begins_at: datetime
    status: str
    prices: int
    planned_at: datetime
    applied_at: datetime | None
    ends_batch_id: Id | None


class PriceBatchesAnswer(BaseModel):
    batches: list[PriceBatchAnswer]


@router.post(
    "",
    status_code=202,
    summary="Plan new prices: all of them, or none",
    responses=problems(PricesRejected),
    openapi_extra=_PRICES_BODY,
)
async def plan_prices(
    store_id: str,
    request: Request,
    catalog: CatalogDep,
    supervisor: SupervisorDep,
    name: Annotated[str, Query(max_length=80)] = "",
    begins_at: Annotated[AwareDatetime | None, Query(description="at once where left out")] = None,
) -> PlannedPricesAnswer:
    """The body is a prices.csv, or JSON where the request says so (docs/import-formats.md)."""
    require_own_store(supervisor, store_id)
    entries = await _entries(request)
    planned = await catalog.pricing.plan(
        store_id, entries, name=name, begins_at=begins_at, person_id=supervisor.person_id
    )
    return PlannedPricesAnswer.model_validate(planned, from_attributes=True)


class TillPricesAnswer(BaseModel):
    prices: int


@router.post(
    "/till",
    summary="What the till charges, to compare with shelf and catalogue",
    responses=problems(PricesRejected),
    openapi_extra=_PRICES_BODY,
)
async def take_till_prices(
    store_id: str, request: Request, catalog: CatalogDep, supervisor: SupervisorDep
) -> TillPricesAnswer:
    """The body as for new prices; promotions are left out. What it does not name stays as the till said before."""
    require_own_store(supervisor, store_id)
    return TillPricesAnswer(prices=await catalog.pricing.take_till(store_id, await _entries(request)))


@router.get("", summary="The last fifty batches of prices, the latest first")
async def list_prices(store_id: str, catalog: CatalogDep, supervisor: SupervisorDep) -> PriceBatchesAnswer:
    """Each with when it begins to hold, how many prices it has and what has become of it."""
    require_own_store(supervisor, store_id)
    batches = await catalog.pricing.batches(store_id)
    return PriceBatchesAnswer(batches=[PriceBatchAnswer.model_validate(each, from_attributes=True) for each in batches])


@router.delete(
    "/{batch_id}",
    status_code=204,
    summary="Planned prices that will not hold after all",
    responses=problems(PriceBatchNotFound, PriceBatchApplied),
)
async def withdraw_prices(store_id: str, batch_id: str, catalog: CatalogDep, supervisor: SupervisorDep) -> None:
    """Prices that hold already stay: plan new ones instead."""
    require_own_store(supervisor, store_id)
    await catalog.pricing.withdraw(store_id, batch_id)


async def _entries(request: Request) -> tuple[PriceEntry, ...]:
    """JSON where the request says so, else CSV."""
    raw = await read_body(request, FILE_MAX_BYTES)
    is_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == JSON_TYPE
    return read_prices_json(raw) if is_json else read_prices_csv(raw)
