"""Labels over HTTP, for supervisors: what blinks, a light test, all off, the gateways, and the import of bindings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from backend.core.http import read_body
from backend.labels.service import LabelsService
from backend.people.http import SupervisorDep, require_own_store
from shared.labels import LabelLight

FILE_MAX_BYTES = 8 * 1024 * 1024

router = APIRouter(prefix="/api/v1/stores/{store_id}", tags=["labels"])


class LabelsAnswer(BaseModel):
    labels: list[LabelLight]


class DarkenedAnswer(BaseModel):
    labels: int


class ImportedLabelsAnswer(BaseModel):
    labels_added: int
    labels_changed: int
    labels_unchanged: int


class GatewayAnswer(BaseModel):
    """One gateway and how it does. Its settings are not shown: a driver's may hold a secret."""

    id: str
    name: str
    domain: str
    labels: int
    is_reachable: bool
    detail: str
    pending: int
    labels_known: int
    last_heard_at: datetime | None


class GatewaysAnswer(BaseModel):
    gateways: list[GatewayAnswer]


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
    return LabelsAnswer(labels=labels.lights(store_id))


@router.post("/labels/import", summary="Bind labels from a labels.csv: all of it, or none of it")
async def import_labels(store_id: OwnStoreDep, request: Request, labels: LabelsDep) -> ImportedLabelsAnswer:
    imported = await labels.import_file(store_id, await read_body(request, FILE_MAX_BYTES))
    return ImportedLabelsAnswer.model_validate(imported, from_attributes=True)


@router.post("/labels/all-off", status_code=202, summary="Darken every label until its walk comes further")
async def all_off(store_id: OwnStoreDep, labels: LabelsDep) -> DarkenedAnswer:
    return DarkenedAnswer(labels=labels.all_off(store_id))


@router.post("/labels/{label_id}/test", status_code=202, summary="Blink one label for a while")
async def test_label(store_id: OwnStoreDep, label_id: str, labels: LabelsDep) -> None:
    await labels.test_light(store_id, label_id)


@router.get("/gateways", summary="The radio bases and how they do")
async def list_gateways(store_id: OwnStoreDep, labels: LabelsDep) -> GatewaysAnswer:
    return GatewaysAnswer(
        gateways=[
            GatewayAnswer(
                id=view.gateway_id,
                name=view.name,
                domain=view.domain,
                labels=view.labels,
                is_reachable=view.health.is_reachable,
                detail=view.health.detail,
                pending=view.health.pending,
                labels_known=view.health.labels_known,
                last_heard_at=view.health.last_heard_at,
            )
            for view in await labels.gateways(store_id)
        ]
    )
