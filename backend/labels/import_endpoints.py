"""Bindings as a file, over HTTP, for supervisors: what a labels.csv would change, taking it, and writing it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from backend.core.http import read_body
from backend.core.openapi import content_of, described_file, problems
from backend.labels.endpoints import LabelsDep, OwnStoreDep
from backend.labels.errors import LabelsFileInvalid
from backend.labels.import_preview import Change
from backend.labels.labels_file import Expected

FILE_MAX_BYTES = 8 * 1024 * 1024
LISTED_MAX = 100

router = APIRouter(prefix="/api/v1/stores/{store_id}", tags=["labels"])


class ImportedLabelsAnswer(BaseModel):
    labels_added: int
    labels_changed: int
    labels_unchanged: int


class PreviewedLineAnswer(BaseModel):
    """A label that would hang elsewhere, or for the first time; `before_` empty for a new one."""

    row: int
    label: str
    change: Change
    gateway: str
    location: str
    before_gateway: str
    before_location: str


class LineProblemAnswer(BaseModel):
    """`column` empty: the whole line. `expected` says the same as `problem`, for programs."""

    row: int
    column: str
    expected: Expected
    value: str
    problem: str


class ImportPreviewAnswer(BaseModel):
    """Counts are of all lines; of changes and problems a hundred are listed. With a problem nothing is taken."""

    labels_added: int
    labels_changed: int
    labels_unchanged: int
    problems_total: int
    changes: list[PreviewedLineAnswer]
    problems: list[LineProblemAnswer]


@router.post(
    "/labels/import",
    summary="Bind labels from a labels.csv: all of it, or none of it",
    responses=problems(LabelsFileInvalid),
    openapi_extra=described_file({"text/csv": "a labels.csv"}),
)
async def import_labels(store_id: OwnStoreDep, request: Request, labels: LabelsDep) -> ImportedLabelsAnswer:
    """Labels the file does not name stay where they hang (docs/import-formats.md)."""
    imported = await labels.import_file(store_id, await read_body(request, FILE_MAX_BYTES))
    return ImportedLabelsAnswer.model_validate(imported, from_attributes=True)


@router.post(
    "/labels/import/preview",
    summary="What a labels.csv would change, and each wrong line; nothing is kept",
    responses=problems(LabelsFileInvalid),
    openapi_extra=described_file({"text/csv": "a labels.csv"}),
)
async def preview_import(store_id: OwnStoreDep, request: Request, labels: LabelsDep) -> ImportPreviewAnswer:
    """Send the same file to `labels/import` once there is no problem left."""
    found = await labels.installing.preview(store_id, await read_body(request, FILE_MAX_BYTES))
    changes = [each for each in found.lines if each.change is not Change.UNCHANGED]
    return ImportPreviewAnswer(
        labels_added=found.count(Change.ADDED),
        labels_changed=found.count(Change.MOVED),
        labels_unchanged=found.count(Change.UNCHANGED),
        problems_total=len(found.problems),
        changes=[
            PreviewedLineAnswer(
                row=each.line.row,
                label=each.line.external_id,
                change=each.change,
                gateway=each.line.gateway,
                location=each.line.location,
                before_gateway=each.before.gateway if each.before is not None else "",
                before_location=each.before.location if each.before is not None else "",
            )
            for each in changes[:LISTED_MAX]
        ],
        problems=[LineProblemAnswer.model_validate(each, from_attributes=True) for each in found.problems[:LISTED_MAX]],
    )


@router.get(
    "/labels/export",
    summary="Every binding as a labels.csv",
    response_class=Response,
    responses={200: content_of("text/csv")},
)
async def export_labels(store_id: OwnStoreDep, labels: LabelsDep) -> Response:
    """What was written here can be imported again as it is."""
    return Response(await labels.installing.export(store_id), media_type="text/csv; charset=utf-8")
