"""Labels over HTTP, for supervisors: what blinks, how each does, putting them up and finding them."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from backend.core.openapi import problems
from backend.labels.errors import GatewayUnclear, LabelIdInvalid, LabelNotFound, PlaceNotFound
from backend.labels.service import LabelsService
from backend.people.http import SupervisorDep, require_own_store
from shared.ids import Id
from shared.labels import LabelLight, LabelTrouble

router = APIRouter(prefix="/api/v1/stores/{store_id}", tags=["labels"])


class LabelsAnswer(BaseModel):
    labels: list[LabelLight]


class DarkenedAnswer(BaseModel):
    labels: int


class Asking(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class BindLabelRequest(Asking):
    """`label` as scanned from the label; `place` an address, or the barcode of a product that stands there."""

    label: str = Field(min_length=1, max_length=64)
    place: str = Field(min_length=1, max_length=200)
    takes_off: bool = Field(default=False, description="whatever else hung there is gone")


class BoundLabelAnswer(BaseModel):
    label_id: Id
    external_id: str
    gateway: str
    location: str
    hung_at: str | None
    also_here: list[str]
    taken_off: list[str]


class FindLabelRequest(Asking):
    """A label, an address, or the barcode of a product."""

    scan: str = Field(min_length=1, max_length=200)


class FoundLabelsAnswer(BaseModel):
    location: str
    label_ids: list[Id]


class TestedAnswer(BaseModel):
    labels: int
    takes_s: int = Field(description="until nearly all of them have begun to blink, about")


class TendedLabelAnswer(BaseModel):
    """How one label does. `battery_mv` 0: it never said; `failure_rate` of its last `commands`, 0 to 1."""

    label_id: Id
    external_id: str
    location_id: Id
    gateway_id: Id
    battery_mv: int
    signal_dbm: int | None
    last_seen_at: datetime | None
    commands: int
    failure_rate: float
    lit_today_s: int
    troubles: list[LabelTrouble]


class StrayLabelAnswer(BaseModel):
    """A label that a gateway hears and that hangs nowhere yet."""

    external_id: str
    gateway_id: Id
    model: str
    battery_mv: int
    last_seen_at: datetime | None


class LabelHealthAnswer(BaseModel):
    """`total`, `in_trouble` and `strays_total` count all of them, however many are listed."""

    total: int
    in_trouble: int
    strays_total: int
    labels: list[TendedLabelAnswer]
    strays: list[StrayLabelAnswer]


def labels_of(request: Request) -> LabelsService:
    """The one service, wherever backend/main.py assembled it."""
    labels: LabelsService = request.app.state.house.labels
    return labels


def own_store(store_id: str, supervisor: SupervisorDep) -> str:
    """The supervisor's store; another one is not there."""
    require_own_store(supervisor, store_id)
    return store_id


LabelsDep = Annotated[LabelsService, Depends(labels_of)]
OwnStoreDep = Annotated[str, Depends(own_store)]


@router.get("/labels", summary="Every label and what its light does")
async def list_labels(store_id: OwnStoreDep, labels: LabelsDep) -> LabelsAnswer:
    """Which should blink now, for whom and in which colour, and whether its gateway has confirmed it."""
    return LabelsAnswer(labels=labels.lights(store_id))


@router.post("/labels/all-off", status_code=202, summary="Darken every label until its walk comes further")
async def all_off(store_id: OwnStoreDep, labels: LabelsDep) -> DarkenedAnswer:
    """For when something is wrong on the floor: picks go on by the address. The answer counts the labels."""
    return DarkenedAnswer(labels=labels.all_off(store_id))


@router.get("/labels/health", summary="How every label does, those in trouble first; and labels that hang nowhere")
async def label_health(
    store_id: OwnStoreDep,
    labels: LabelsDep,
    most: Annotated[int | None, Query(ge=1, description="of each list only so many; all where left out")] = None,
) -> LabelHealthAnswer:
    """Battery, signal, last sign of life, failed commands and light used today; those in trouble first."""
    tended, strays = await labels.health(store_id)
    return LabelHealthAnswer(
        total=len(tended),
        in_trouble=sum(bool(each.troubles) for each in tended),
        strays_total=len(strays),
        labels=[
            TendedLabelAnswer(
                label_id=each.label.label_id,
                external_id=each.label.address.external_id,
                location_id=each.label.location_id,
                gateway_id=each.label.address.gateway_id,
                battery_mv=each.health.battery_mv,
                signal_dbm=each.health.signal_dbm,
                last_seen_at=each.health.last_seen_at,
                commands=each.health.commands,
                failure_rate=each.health.failure_rate,
                lit_today_s=each.lit_today_s,
                troubles=list(each.troubles),
            )
            for each in tended[:most]
        ],
        strays=[
            StrayLabelAnswer(
                external_id=each.report.external_id,
                gateway_id=each.gateway_id,
                model=each.report.model,
                battery_mv=each.report.battery_mv,
                last_seen_at=each.report.last_seen_at,
            )
            for each in strays[:most]
        ],
    )


@router.post(
    "/labels/bind",
    summary="Hang a label up: scan it, then its place; it blinks to show it",
    responses=problems(LabelNotFound, PlaceNotFound, LabelIdInvalid, GatewayUnclear),
)
async def bind_label(store_id: OwnStoreDep, asked: BindLabelRequest, labels: LabelsDep) -> BoundLabelAnswer:
    """Both as the scanner gave them. What hung at that place before is named, and taken off where that was said."""
    bound = await labels.installing.bind(store_id, asked.label, asked.place, takes_off=asked.takes_off)
    return BoundLabelAnswer.model_validate(bound, from_attributes=True)


@router.post(
    "/labels/find",
    status_code=202,
    summary="Blink a label, or what hangs at an address or at a product",
    responses=problems(LabelNotFound, PlaceNotFound),
)
async def find_labels(store_id: OwnStoreDep, asked: FindLabelRequest, labels: LabelsDep) -> FoundLabelsAnswer:
    """It blinks for a while, unless it blinks for a picker already."""
    return FoundLabelsAnswer.model_validate(await labels.installing.find(store_id, asked.scan), from_attributes=True)


@router.post(
    "/labels/{label_id}/test", status_code=202, summary="Blink one label for a while", responses=problems(LabelNotFound)
)
async def test_label(store_id: OwnStoreDep, label_id: str, labels: LabelsDep) -> None:
    """For whoever stands before it and wants to know whether it works."""
    await labels.installing.test_light(store_id, label_id)


@router.post(
    "/aisles/{aisle}/light-test",
    status_code=202,
    summary="Blink every label of an aisle for a while",
    responses=problems(PlaceNotFound),
)
async def test_aisle(store_id: OwnStoreDep, aisle: str, labels: LabelsDep) -> TestedAnswer:
    """One walks along it and sees which stay dark. Labels that wake seldom take turns, and picks go first.

    The answer counts the labels, and says how long it takes.
    """
    test = await labels.installing.test_aisle(store_id, aisle)
    return TestedAnswer(labels=test.labels, takes_s=ceil(test.takes_s))


@router.delete(
    "/labels/{label_id}",
    status_code=204,
    summary="Take a label off: it hangs nowhere any more",
    responses=problems(LabelNotFound),
)
async def unbind_label(store_id: OwnStoreDep, label_id: str, labels: LabelsDep) -> None:
    """It may be hung up anew anywhere; until then it shows no price and never blinks."""
    await labels.installing.unbind(store_id, label_id)
