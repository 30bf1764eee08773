"""A store's map for phones, and its import for supervisors, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, TypeAdapter

from backend.core.http import read_body
from backend.people.http import PrincipalDep, SupervisorDep, require_own_store
from backend.stores.service import Floor, StoresService
from shared.places import StoreMap

FILE_MAX_BYTES = 16 * 1024 * 1024

router = APIRouter(prefix="/api/v1/stores", tags=["stores"])


class ImportedStoreAnswer(BaseModel):
    """What an import changed."""

    is_new: bool
    locations_added: int
    locations_changed: int
    locations_removed: int


class PlacedLocation(BaseModel):
    """One place on the map, and what people call it."""

    id: str
    address: str
    x_m: float
    y_m: float


_LOCATIONS = TypeAdapter(list[PlacedLocation])
IfNoneMatch = Annotated[str, Header()]


def stores_of(request: Request) -> StoresService:
    """The one service, wherever backend/main.py assembled it."""
    stores: StoresService = request.app.state.house.stores
    return stores


StoresDep = Annotated[StoresService, Depends(stores_of)]


@router.get("/{store_id}/map", response_model=StoreMap)
async def get_map(
    store_id: str, stores: StoresDep, principal: PrincipalDep, if_none_match: IfNoneMatch = ""
) -> Any:
    """The floor to draw and to walk. Send back the ETag as If-None-Match: unchanged is 304 without a body."""
    require_own_store(principal, store_id)
    floor = await stores.read_floor(store_id)
    return _unless_known(floor, if_none_match, lambda: floor.map_json)


@router.get("/{store_id}/locations", response_model=list[PlacedLocation])
async def get_locations(
    store_id: str, stores: StoresDep, principal: PrincipalDep, if_none_match: IfNoneMatch = ""
) -> Any:
    """Every location in use, where its label hangs. The ETag works as the map's does."""
    require_own_store(principal, store_id)
    floor = await stores.read_floor(store_id)
    return _unless_known(floor, if_none_match, lambda: _locations_json(floor))


@router.post("/{store_id}/import")
async def import_store(
    store_id: str, request: Request, stores: StoresDep, supervisor: SupervisorDep
) -> ImportedStoreAnswer:
    """Take a whole store.json (docs/import-formats.md) as the body: all of it, or none of it."""
    require_own_store(supervisor, store_id)
    imported = await stores.import_text(store_id, await read_body(request, FILE_MAX_BYTES))
    return ImportedStoreAnswer.model_validate(imported, from_attributes=True)


def _unless_known(floor: Floor, if_none_match: str, read_json: Callable[[], str | bytes]) -> Response:
    """304 where whoever asks holds this floor already: a phone asks at every sign-in, and floors seldom change."""
    entity_tag = f'"{floor.digest[:32]}"'
    headers = {"ETag": entity_tag, "Cache-Control": "private, no-cache"}
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if known & {entity_tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(read_json(), media_type="application/json", headers=headers)


def _locations_json(floor: Floor) -> bytes:
    return _LOCATIONS.dump_json(
        [
            PlacedLocation(id=location_id, address=address, x_m=place.x_m, y_m=place.y_m)
            for address, location_id in floor.ids_by_address.items()
            if (place := floor.locations[location_id])
        ]
    )
