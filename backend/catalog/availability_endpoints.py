"""What the shelf has no more of, over HTTP: seen, and said by a supervisor or the store's own system."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from backend.catalog.endpoints import CatalogDep
from backend.catalog.errors import ProductNotFound
from backend.core.http import StrictModel, parse_body, read_body
from backend.core.openapi import described, problems
from backend.people.http import SupervisorDep, require_own_store
from shared.products import ProductNames

SKUS_MAX = 1_000
BODY_MAX_BYTES = 131_072

router = APIRouter(prefix="/api/v1/stores/{store_id}/availability", tags=["catalog"])


class SoldOutAnswer(BaseModel):
    """A product the shelf has no more of."""

    product_id: str
    sku: str
    names: ProductNames
    location_id: str
    since: datetime


class AvailabilityBody(StrictModel):
    """SKUs; what is in neither list stays as it is."""

    sold_out: list[str] = Field(default=[], max_length=SKUS_MAX)
    available: list[str] = Field(default=[], max_length=SKUS_MAX)


class AvailabilityAnswer(BaseModel):
    changed: int = Field(description="those that were so before are not counted, and no channel hears of them again")


@router.get("", summary="What the shelf has no more of, the latest first")
async def list_sold_out(store_id: str, catalog: CatalogDep, person: SupervisorDep) -> list[SoldOutAnswer]:
    """Products a picker found none of, or of which it was said here, with where they stand."""
    require_own_store(person, store_id)
    return [
        SoldOutAnswer(
            product_id=product.product_id,
            sku=product.sku,
            names=ProductNames(en=product.name_en, zh=product.name_zh, pt=product.name_pt),
            location_id=product.location_id,
            since=product.since,
        )
        for product in await catalog.availability.sold_out(store_id)
    ]


@router.post(
    "",
    summary="Say what the shelf has no more of, and what is back",
    responses=problems(ProductNotFound),
    openapi_extra=described(AvailabilityBody),
)
async def say_availability(
    store_id: str, request: Request, catalog: CatalogDep, person: SupervisorDep
) -> AvailabilityAnswer:
    """Every channel that can hear it is told at once. All of it is taken, or nothing: a SKU that is not sold is 404."""
    require_own_store(person, store_id)
    body = parse_body(await read_body(request, BODY_MAX_BYTES), AvailabilityBody)
    said = {**dict.fromkeys(body.sold_out, False), **dict.fromkeys(body.available, True)}
    return AvailabilityAnswer(changed=await catalog.availability.say(store_id, said, person.person_id))
