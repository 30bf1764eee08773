"""The hand-over desk over HTTP: what waits, what leaves, and what is printed for it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from backend.core.http import HouseDep
from backend.core.openapi import content_of, problems
from backend.handover.bag_labels import bag_labels
from backend.handover.bag_pdf import bag_label_pdf, code_sheet_pdf
from backend.handover.bag_printers import escpos, zpl
from backend.handover.commands import HandOverOrder
from backend.handover.errors import (
    AgeNotChecked,
    BagsWrong,
    HandOverCodeWrong,
    HandOverLocked,
    NothingWaits,
    OrderNotReady,
    SlipNotFound,
)
from backend.handover.numbered_codes import SHEET_MAX, numbered_codes
from backend.handover.service import HandedOver
from backend.handover.slip_prints import slip_escpos, slip_pdf, slip_zpl
from backend.handover.slips import DeliverySlip
from backend.handover.waiting import WaitingForCourier
from backend.people.http import PrincipalDep
from backend.people.models import Role
from shared.commands import BAGS_MAX, OwnCodeText

router = APIRouter(prefix="/api/v1/handover", tags=["handover"])
NOTE_MAX_CHARACTERS = 200
_NOT_KEPT = {"Cache-Control": "no-store"}


class HandOverBody(BaseModel):
    """What was counted, scanned and shown."""

    model_config = ConfigDict(extra="forbid", strict=True)

    bags: int = Field(default=0, ge=0, le=BAGS_MAX)
    bag_codes: list[OwnCodeText] = Field(default=[], max_length=BAGS_MAX)
    shown: str = Field(default="", max_length=80)
    is_age_checked: bool = False
    note: str = Field(default="", max_length=NOTE_MAX_CHARACTERS)


class WaitingAnswer(BaseModel):
    orders: list[WaitingForCourier]


@router.get("/orders", summary="Orders that wait to be fetched")
def read_waiting(house: HouseDep, principal: PrincipalDep) -> WaitingAnswer:
    """Packed orders that nobody has fetched yet: bags, place, and what must be looked at."""
    with house.database.reading() as session:
        return WaitingAnswer(orders=house.handover.waiting.of_store(session, principal.store_id))


@router.post(
    "/orders/{order_id}",
    status_code=204,
    summary="Give an order out",
    responses=problems(NothingWaits, OrderNotReady, BagsWrong, AgeNotChecked, HandOverCodeWrong, HandOverLocked),
)
async def hand_over(order_id: str, body: HandOverBody, house: HouseDep, principal: PrincipalDep) -> None:
    """Bags are counted again, the PIN is looked at where the store asks for it. Given out twice is once."""
    command = HandOverOrder(
        store_id=principal.store_id,
        order_id=order_id,
        person_id=principal.person_id,
        person_name=principal.name,
        is_supervisor=principal.role is Role.SUPERVISOR,
        bags=body.bags,
        bag_codes=tuple(body.bag_codes),
        shown=body.shown,
        is_age_checked=body.is_age_checked,
        note=body.note,
    )
    came: HandedOver = await house.bus.handle(command)
    if not came.is_done:
        raise HandOverCodeWrong(
            f"that is not this order's PIN; {came.tries_left} tries are left",
            order_id=order_id,
            tries_left=came.tries_left,
        )


@router.get(
    "/orders/{order_id}/bag-labels",
    summary="What to stick on its bags",
    responses={200: content_of("application/pdf", "text/plain", "application/octet-stream"), **problems(NothingWaits)},
    response_class=Response,
)
def print_bag_labels(
    order_id: str,
    house: HouseDep,
    principal: PrincipalDep,
    form: Annotated[Literal["pdf", "zpl", "escpos"], Query()] = "pdf",
) -> Response:
    """As PDF pages of 62 by 90 mm, as ZPL for Zebra printers, or as ESC/POS for receipt printers."""
    with house.database.reading() as session:
        waiting = house.handover.waiting.of_store(session, principal.store_id)
    order = next((one for one in waiting if one.id == order_id), None)
    if order is None:
        raise NothingWaits("no such order waits in this store", order_id=order_id)
    labels = bag_labels(order, house.stores.zone(principal.store_id))
    if form == "zpl":
        return Response(zpl(labels), media_type="text/plain; charset=utf-8")
    if form == "escpos":
        return Response(escpos(labels), media_type="application/octet-stream")
    return Response(bag_label_pdf(labels), media_type="application/pdf")


@router.get(
    "/slips/{slip_id}",
    summary="The delivery slip of an order",
    response_model=DeliverySlip,
    responses={200: content_of("application/pdf", "text/plain", "application/octet-stream"), **problems(SlipNotFound)},
)
def read_slip(
    slip_id: Annotated[str, Path(max_length=64)],
    house: HouseDep,
    principal: PrincipalDep,
    form: Annotated[Literal["json", "pdf", "zpl", "escpos"], Query()] = "json",
) -> Response:
    """Whose order it is and where it goes, as the platform gave it. Some days after the order's end that is erased."""
    with house.database.reading() as session:
        slip = house.handover.slips.read(session, principal.store_id, slip_id)
    zone = house.stores.zone(principal.store_id)
    match form:
        case "pdf":
            return Response(slip_pdf(slip, zone), media_type="application/pdf", headers=_NOT_KEPT)
        case "zpl":
            return Response(slip_zpl(slip, zone), media_type="text/plain; charset=utf-8", headers=_NOT_KEPT)
        case "escpos":
            return Response(slip_escpos(slip, zone), media_type="application/octet-stream", headers=_NOT_KEPT)
    return Response(slip.model_dump_json(), media_type="application/json", headers=_NOT_KEPT)


@router.get(
    "/codes/{kind}",
    summary="A sheet of codes to print",
    responses={200: content_of("application/pdf")},
    response_class=Response,
)
def print_codes(
    kind: Literal["totes", "bags", "places"],
    house: HouseDep,
    principal: PrincipalDep,
    first: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    count: Annotated[int, Query(ge=1, le=SHEET_MAX)] = 15,
) -> Response:
    """Numbered codes to stick on totes, bags and places. Those of the trolley are printed from the app."""
    rules = house.stores.facts(principal.store_id).rules
    codes = numbered_codes(kind, first, count, rules)
    return Response(code_sheet_pdf(f"Blinkpick: {kind}", codes), media_type="application/pdf")
