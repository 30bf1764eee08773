"""Picking over HTTP: what a supervisor may ask for, and a pick list to look at. Phones use the websocket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from backend.core.http import HouseDep
from backend.people.http import require_principal, require_supervisor
from backend.people.principals import Principal
from backend.picking.errors import PickListNotFound
from shared.picking import PickList

router = APIRouter(prefix="/api/v1/picking", tags=["picking"])


@router.post("/waves/release", summary="Release every waiting order now")
async def release(house: HouseDep, principal: Annotated[Principal, Depends(require_supervisor)]) -> dict[str, int]:
    released = await house.releaser.release(principal.store_id, is_forced=True)
    return {"pick_lists": released}


@router.get("/pick-lists/{pick_list_id}", summary="One pick list with its totes and picks")
def read(pick_list_id: str, house: HouseDep, principal: Annotated[Principal, Depends(require_principal)]) -> PickList:
    with house.database.reading() as session:
        pick_list: PickList | None = house.views.pick_list(session, pick_list_id)
    if pick_list is None or pick_list.store_id != principal.store_id:
        raise PickListNotFound("no such pick list in this store", pick_list_id=pick_list_id)
    return pick_list
