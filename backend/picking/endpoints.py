"""Picking over HTTP: what a supervisor may ask for, a pick list to look at, and whose trolley this is."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from backend.core.http import HouseDep
from backend.core.openapi import problems
from backend.people.errors import RoleNotAllowed
from backend.people.http import PickerDep, require_principal, require_supervisor
from backend.people.models import Role
from backend.people.principals import Principal
from backend.picking.commands import HandOverTrolley, TakeOverTrolley, asker_of
from backend.picking.errors import (
    AnotherPickListOpen,
    NotForThisPicker,
    PickListClosed,
    PickListNotFound,
    PickListNotStarted,
    PickListTaken,
    TrolleyNotFound,
)
from backend.picking.views import Plan
from shared.commands import OWN_CODE_MAX_CHARACTERS
from shared.picking import PickList

router = APIRouter(prefix="/api/v1/picking", tags=["picking"])


class PickListAnswer(PickList):
    """The document of the phones, with the plan behind it for those who may see it."""

    plan: Plan | None = None


@router.post("/waves/release", summary="Release every waiting order now")
async def release(house: HouseDep, principal: Annotated[Principal, Depends(require_supervisor)]) -> dict[str, int]:
    """Nobody waits for company any more: what waits is planned onto trolleys now. The answer counts them."""
    released = await house.releaser.release(principal.store_id, is_forced=True)
    return {"pick_lists": released}


@router.post(
    "/pick-lists/{pick_list_id}/hand-over",
    status_code=204,
    summary="Its picker walks with it no more",
    responses=problems(PickListNotFound, PickListClosed, PickListNotStarted),
)
async def hand_over(
    pick_list_id: str, house: HouseDep, principal: Annotated[Principal, Depends(require_supervisor)]
) -> None:
    """Whoever takes the trolley goes on where it stands; its picker's phone is told."""
    await house.bus.handle(HandOverTrolley(principal.store_id, pick_list_id, principal.person_id))


class ToteScanned(BaseModel):
    """What hangs on the trolley, as it was scanned."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tote_code: str = Field(min_length=1, max_length=OWN_CODE_MAX_CHARACTERS)


class TrolleyAnswer(BaseModel):
    """Whose trolley it is, how far it is, and when it may be taken over: `free_in_s` 0 means now."""

    pick_list_id: str
    picker_name: str
    is_own: bool
    free_in_s: int
    picks_done: int
    picks_total: int


class TakenOver(BaseModel):
    pick_list_id: str


@router.post("/trolleys/find", summary="Which trolley under way a tote hangs on", responses=problems(TrolleyNotFound))
def find(body: ToteScanned, house: HouseDep, picker: PickerDep) -> TrolleyAnswer:
    """By scanning any container on it: whose walk it is, how far it is, and when it may be taken over."""
    with house.database.reading() as session:
        found = house.picking.taking_over.find_trolley(session, picker.store_id, body.tote_code)
    wait_s = 0.0 if found.free_at is None else (found.free_at - house.clock.now()).total_seconds()
    return TrolleyAnswer(
        pick_list_id=found.pick_list_id,
        picker_name=found.picker_name,
        is_own=found.picker_id == picker.person_id,
        free_in_s=max(0, math.ceil(wait_s)),
        picks_done=found.picks_done,
        picks_total=found.picks_total,
    )


@router.post(
    "/trolleys/take-over",
    summary="Go on with a trolley whose phone is dead",
    responses=problems(TrolleyNotFound, PickListTaken, AnotherPickListOpen, NotForThisPicker),
)
async def take_over(body: ToteScanned, house: HouseDep, picker: PickerDep) -> TakenOver:
    """As long as its picker is heard it stays theirs."""
    asker = asker_of(picker)
    if asker is None:
        raise RoleNotAllowed("only a picker on shift can do this")
    return TakenOver(pick_list_id=await house.bus.handle(TakeOverTrolley(asker, body.tote_code)))


@router.get(
    "/pick-lists/{pick_list_id}", summary="One pick list with its totes and picks", responses=problems(PickListNotFound)
)
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
