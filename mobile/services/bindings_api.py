"""What a supervisor's phone asks about bindings as a file; answered or refused as BackendApi says."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from mobile.services.backend_api import BackendApi, read_answer

CSV_TYPE = "text/csv; charset=utf-8"


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PreviewedLine(_Answer):
    """A label that would hang elsewhere, or for the first time; `before_` empty for a new one."""

    row: int
    label: str
    change: str
    gateway: str
    location: str
    before_gateway: str = ""
    before_location: str = ""


class LineProblem(_Answer):
    """`column` empty: the whole line. `expected` as the backend names it; `problem` says it in English."""

    row: int
    column: str = ""
    expected: str
    value: str = ""
    problem: str = ""


class ImportPreview(_Answer):
    """With a problem nothing would be taken. The lists may be shorter than the counts."""

    labels_added: int
    labels_changed: int
    labels_unchanged: int
    problems_total: int
    changes: list[PreviewedLine]
    problems: list[LineProblem]


class ImportedLabels(_Answer):
    labels_added: int
    labels_changed: int
    labels_unchanged: int


class BindingsApi:
    """One method per question. `token` is a supervisor's session, `store_id` their store."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def preview(self, token: str, store_id: str, raw: bytes) -> ImportPreview:
        path = f"/stores/{store_id}/labels/import/preview"
        return read_answer(ImportPreview, await self._api.send_file(path, raw, CSV_TYPE, token=token))

    async def take(self, token: str, store_id: str, raw: bytes) -> ImportedLabels:
        """All of the file, or none of it."""
        path = f"/stores/{store_id}/labels/import"
        return read_answer(ImportedLabels, await self._api.send_file(path, raw, CSV_TYPE, token=token))

    async def export(self, token: str, store_id: str) -> bytes:
        return await self._api.fetch_file(f"/stores/{store_id}/labels/export", token=token)
