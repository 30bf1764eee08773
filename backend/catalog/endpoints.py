"""Products for phones, and their import for supervisors, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from backend.catalog.errors import ProductFileRejected, ProductNotFound
from backend.catalog.products import CatalogProduct
from backend.catalog.service import SEARCH_LIMIT, CatalogService
from backend.core.http import read_body
from backend.core.openapi import described_file, problems
from backend.people.http import PrincipalDep, SupervisorDep, require_own_store
from shared.products import ProductCard

FILE_MAX_BYTES = 64 * 1024 * 1024
QUERY_MAX_CHARACTERS = 80

router = APIRouter(prefix="/api/v1/stores/{store_id}/products", tags=["catalog"])


class ProductAnswer(ProductCard):
    """A product's card, and where it stands."""

    location_id: str


class ImportedProductsAnswer(BaseModel):
    """What an import changed."""

    added: int
    changed: int
    unchanged: int


def catalog_of(request: Request) -> CatalogService:
    """The one service, wherever backend/main.py assembled it."""
    catalog: CatalogService = request.app.state.house.catalog
    return catalog


CatalogDep = Annotated[CatalogService, Depends(catalog_of)]


@router.get("", summary="Search products")
async def search_products(
    store_id: str,
    catalog: CatalogDep,
    principal: PrincipalDep,
    query: Annotated[str, Query(max_length=QUERY_MAX_CHARACTERS)] = "",
    limit: Annotated[int, Query(ge=1, le=SEARCH_LIMIT)] = SEARCH_LIMIT,
) -> list[ProductAnswer]:
    """Products whose SKU, barcode or a name holds every word of `query`."""
    require_own_store(principal, store_id)
    return [_answer(product) for product in await catalog.search(store_id, query, limit)]


@router.get("/{sku}", summary="One product", responses=problems(ProductNotFound))
async def get_product(store_id: str, sku: str, catalog: CatalogDep, principal: PrincipalDep) -> ProductAnswer:
    """One product by its SKU, with where it stands."""
    require_own_store(principal, store_id)
    return _answer(await catalog.get(store_id, sku))


@router.post(
    "/import",
    summary="Import products",
    responses=problems(ProductFileRejected),
    openapi_extra=described_file({"text/csv": "a whole products.csv"}),
)
async def import_products(
    store_id: str, request: Request, catalog: CatalogDep, supervisor: SupervisorDep
) -> ImportedProductsAnswer:
    """Take a whole products.csv (docs/import-formats.md) as the body: all of it, or none of it."""
    require_own_store(supervisor, store_id)
    imported = await catalog.import_text(store_id, await read_body(request, FILE_MAX_BYTES))
    return ImportedProductsAnswer.model_validate(imported, from_attributes=True)


def _answer(product: CatalogProduct) -> ProductAnswer:
    return ProductAnswer(**dict(product.card), location_id=product.location_id)
