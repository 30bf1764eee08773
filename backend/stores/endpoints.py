"""A store's map for phones, and its import for supervisors, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field, TypeAdapter

from backend.core.http import HouseDep, StrictModel, parse_body, read_body
from backend.core.openapi import NOT_MODIFIED, described, described_file, problems
from backend.people.http import PrincipalDep, SupervisorDep, require_own_store
from backend.stores.blocking import BLOCKED_MAX_S, BLOCKED_S
from backend.stores.commands import BlockAisle, ReopenAisle
from backend.stores.errors import AisleNotBlocked, AisleNotFound, StoreFileRejected, StoreNotFound
from backend.stores.service import Floor, StoresService
from shared.commands import AISLE_MAX_CHARACTERS
from shared.places import StoreMap

FILE_MAX_BYTES = 16 * 1024 * 1024
BODY_MAX_BYTES = 2_048
LOCATIONS = "locations"

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


class AisleToBlock(StrictModel):
    """Which aisle, for how many minutes, and why."""

    aisle: str = Field(min_length=1, max_length=AISLE_MAX_CHARACTERS)
    minutes: float = Field(default=BLOCKED_S / 60, gt=0, le=BLOCKED_MAX_S / 60)
    reason: str = Field(default="", max_length=200)


class BlockedAisle(BaseModel):
    """One aisle nobody is sent through, who said so, and until when."""

    aisle: str
    reason: str
    blocked_by: str
    blocked_by_name: str
    blocked_at: datetime
    ends_at: datetime


_LOCATIONS = TypeAdapter(list[PlacedLocation])
IfNoneMatch = Annotated[str, Header()]


def stores_of(request: Request) -> StoresService:
    """The one service, wherever backend/main.py assembled it."""
    stores: StoresService = request.app.state.house.stores
    return stores


StoresDep = Annotated[StoresService, Depends(stores_of)]


@router.get(
    "/{store_id}/map",
    response_model=StoreMap,
    summary="The store's map",
    responses={**NOT_MODIFIED, **problems(StoreNotFound)},
)
async def get_map(store_id: str, stores: StoresDep, principal: PrincipalDep, if_none_match: IfNoneMatch = "") -> Any:
    """The floor to draw and to walk. Send back the ETag as If-None-Match: unchanged is 304 without a body."""
    require_own_store(principal, store_id)
    floor = await stores.read_floor(store_id)
    return _unless_known(floor, if_none_match, lambda: floor.map_json)


@router.get(
    "/{store_id}/locations",
    response_model=list[PlacedLocation],
    summary="Every location in use",
    responses={**NOT_MODIFIED, **problems(StoreNotFound)},
)
async def get_locations(
    store_id: str, stores: StoresDep, principal: PrincipalDep, if_none_match: IfNoneMatch = ""
) -> Any:
    """Every location in use, where its label hangs. The ETag works as the map's does."""
    require_own_store(principal, store_id)
    floor = await stores.read_floor(store_id)
    return _unless_known(floor, if_none_match, lambda: _locations_json(floor))


@router.post(
    "/{store_id}/import",
    summary="Import a store",
    responses=problems(StoreFileRejected),
    openapi_extra=described_file({"application/json": "a whole store.json"}),
)
async def import_store(
    store_id: str, request: Request, stores: StoresDep, supervisor: SupervisorDep
) -> ImportedStoreAnswer:
    """Take a whole store.json (docs/import-formats.md) as the body: all of it, or none of it."""
    require_own_store(supervisor, store_id)
    imported = await stores.import_text(store_id, await read_body(request, FILE_MAX_BYTES))
    return ImportedStoreAnswer.model_validate(imported, from_attributes=True)


@router.get("/{store_id}/blocked-aisles", summary="Blocked aisles")
async def list_blocked(store_id: str, house: HouseDep, principal: PrincipalDep) -> list[BlockedAisle]:
    """The aisles plans and walks avoid now."""
    require_own_store(principal, store_id)
    rows = await house.stores.blocking.now_blocked(store_id, house.clock)
    return [BlockedAisle.model_validate(row, from_attributes=True) for row in rows]


@router.post(
    "/{store_id}/blocked-aisles",
    status_code=201,
    summary="Block an aisle",
    responses=problems(StoreNotFound, AisleNotFound),
    openapi_extra=described(AisleToBlock),
)
async def block(store_id: str, request: Request, stores: StoresDep, supervisor: SupervisorDep) -> BlockedAisle:
    """Send nobody through this aisle for a while; walks under way are planned anew. Said again, it holds from now."""
    require_own_store(supervisor, store_id)
    wanted = parse_body(await read_body(request, BODY_MAX_BYTES), AisleToBlock)
    command = BlockAisle(
        store_id=store_id,
        aisle=wanted.aisle,
        lasts_s=wanted.minutes * 60,
        reason=wanted.reason,
        person_id=supervisor.person_id,
        person_name=supervisor.name,
    )
    return BlockedAisle.model_validate(await stores.blocking.ask(command), from_attributes=True)


@router.delete(
    "/{store_id}/blocked-aisles/{aisle}",
    status_code=204,
    summary="Open an aisle again",
    responses=problems(AisleNotBlocked),
)
async def reopen(store_id: str, aisle: str, stores: StoresDep, supervisor: SupervisorDep) -> None:
    """One can walk through it again, sooner than was said."""
    require_own_store(supervisor, store_id)
    await stores.blocking.ask(ReopenAisle(store_id, aisle, supervisor.person_id))


def _unless_known(floor: Floor, if_none_match: str, read_json: Callable[[], str | bytes]) -> Response:
    """304 where whoever asks holds this floor already: a phone asks at every sign-in, and floors seldom change."""
    entity_tag = f'"{floor.digest[:32]}"'
    headers = {"ETag": entity_tag, "Cache-Control": "private, no-cache"}
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if known & {entity_tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(read_json(), media_type="application/json", headers=headers)


def _locations_json(floor: Floor) -> bytes:
    """Every phone of a store asks for the same when a shift begins."""
    if LOCATIONS not in floor.written:
        floor.written[LOCATIONS] = _LOCATIONS.dump_json(
            [
                PlacedLocation(id=location_id, address=address, x_m=place.x_m, y_m=place.y_m)
                for address, location_id in floor.ids_by_address.items()
                if (place := floor.locations[location_id])
            ]
        )
    return floor.written[LOCATIONS]
