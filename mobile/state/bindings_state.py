"""Bindings as a file on the phone: chosen or pasted, looked through, then taken; and all of them to keep."""

from __future__ import annotations

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.bindings_api import BindingsApi, ImportedLabels, ImportPreview
from mobile.services.files import Files
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState

FILE_MAX_BYTES = 8 * 1024 * 1024
EXPORT_NAME = "labels.csv"
CSV_EXTENSIONS = ["csv", "txt"]


class BindingsState(ft.Observable):
    """`problem` names a caption, "" where there is none. What was chosen stays until it was taken or put away."""

    def __init__(self, api: BindingsApi, files: Files, shift: ShiftState) -> None:
        self._api = api
        self._files = files
        self._shift = shift
        self._raw = b""
        self.name = ""
        self.pasted = ""
        self.preview: ImportPreview | None = None
        self.taken: ImportedLabels | None = None
        self.is_busy = False
        self.problem = ""

    @property
    def has_file(self) -> bool:
        """Whether there is something to look through, or to look through again."""
        return bool(self._raw)

    @property
    def may_take(self) -> bool:
        preview = self.preview
        return preview is not None and not preview.problems_total and not self.is_busy

    async def choose(self) -> None:
        """A file of the phone's."""
        picked = await self._files.pick(CSV_EXTENSIONS)
        if picked is not None:
            await self.look(picked.name, picked.content)

    async def paste(self, text: str) -> None:
        """Lines copied from a table or a message."""
        self.pasted = text
        if text.strip():
            await self.look("", text.strip().replace("\t", ",").encode())

    async def look(self, name: str, raw: bytes) -> None:
        """See what it would change."""
        self._raw, self.name, self.preview, self.taken = raw, name, None, None
        if len(raw) > FILE_MAX_BYTES:
            self._raw, self.problem = b"", "bindings.too_large"
            return
        await self.look_again()

    async def look_again(self) -> None:
        """The same file: the store may have changed meanwhile, or the network be back."""
        if self.is_busy or not self._raw:
            return
        self.is_busy, self.problem = True, ""
        try:
            self.preview = await self._api.preview(self._shift.session_token, self._shift.store_id, self._raw)
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
        finally:
            self.is_busy = False

    async def take(self) -> None:
        """All of it, or none: refused, it is looked through again and says why."""
        if not self.may_take:
            return
        self.is_busy, self.problem = True, ""
        try:
            self.taken = await self._api.take(self._shift.session_token, self._shift.store_id, self._raw)
            self._forget()
        except BackendUnreachable as error:
            self.problem = caption_of(error)
        except BackendRefused as error:
            self.problem, self.preview = caption_of(error), None
        finally:
            self.is_busy = False

    async def export(self) -> None:
        """Every binding, as a file that may be taken again."""
        if self.is_busy:
            return
        self.is_busy, self.problem = True, ""
        try:
            content = await self._api.export(self._shift.session_token, self._shift.store_id)
        except (BackendRefused, BackendUnreachable) as error:
            self.problem = caption_of(error)
            return
        finally:
            self.is_busy = False
        await self._files.keep(EXPORT_NAME, content)

    def put_away(self) -> None:
        """This file will not be taken after all."""
        self._forget()
        self.problem = ""

    def begin(self) -> None:
        """What was said belonged to another visit; a file that was not taken is still there."""
        self.problem, self.taken = "", None

    def _forget(self) -> None:
        self._raw, self.name, self.pasted, self.preview = b"", "", "", None
