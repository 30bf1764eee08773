"""Picking over HTTP: what a supervisor may ask for, and a pick list to look at. Phones use the websocket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from backend.core.http import HouseDep
from backend.people.http import require_principal, require_supervisor
from backend.people.models import Role
from backend.people.principals import Principal
from backend.picking.commands import HandOverTrolley
from backend.picking.errors import PickListNotFound
from backend.picking.views import Plan
from shared.picking import PickList

router = APIRouter(prefix="/api/v1/picking", tags=["picking"])


class PickListAnswer(PickList):
    """The document of the phones, with the plan behind it for those who may see it."""

    plan: Plan | None = None


@router.post("/waves/release", summary="Release every waiting order now")
async def release(house: HouseDep, principal: Annotated[Principal, Depends(require_supervisor)]) -> dict[str, int]:
    released = await house.releaser.release(principal.store_id, is_forced=True)
    return {"pick_lists": released}


@router.post("/pick-lists/{pick_list_id}/hand-over", status_code=204, summary="Its picker walks with it no more")
async def hand_over(
    pick_list_id: str, house: HouseDep, principal: Annotated[Principal, Depends(require_supervisor)]
) -> None:
    """Whoever takes the trolley goes on where it stands; its picker's phone is told."""
    await house.bus.handle(HandOverTrolley(principal.store_id, pick_list_id, principal.person_id))


@router.get("/pick-lists/{pick_list_id}", summary="One pick list with its totes and picks")
def read(
    pick_list_id: str, house: HouseDep, principal: Annotated[Principal, Depends(require_principal)]
) -> PickListAnswer:
    """For supervisors also `plan`: what the walk was planned to be, and why each order is in this trolley."""
    with house.database.reading() as session:
        pick_list: PickList | None = house.views.pick_list(session, pick_list_id)
        is_supervisor = principal.role is Role.SUPERVISOR
        plan = house.views.plan(session, pick_list_id) if pick_list and is_supervisor else None
    if pick_list is None or pick_list.store_id != principal.store_id:
        raise PickListNotFound("no such pick list in this store", pick_list_id=pick_list_id)
    return PickListAnswer(**dict(pick_list), plan=plan)
