"""Files of the phone: choosing one to read, and keeping one, by the browser's or the device's own dialog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import flet as ft


@dataclass(frozen=True, slots=True)
class PickedFile:
    """A file's name and all of it."""

    name: str
    content: bytes


class Files(Protocol):
    """Both ask the person who taps; they may think better of it."""

    async def pick(self, extensions: list[str]) -> PickedFile | None:
        """The file that was chosen, or None. `extensions` without the dot."""
        ...

    async def keep(self, name: str, content: bytes) -> None:
        """Hand a file over: a download in the browser, a place to choose on a device."""
        ...


class DialogFiles:
    """Flet's dialogs. In a browser the content comes with the choice, since nothing there has a path."""

    async def pick(self, extensions: list[str]) -> PickedFile | None:
        chosen = await ft.FilePicker().pick_files(
            file_type=ft.FilePickerFileType.CUSTOM,
            allowed_extensions=extensions,
            with_data=True,
            cancel_upload_on_window_blur=False,
        )
        return PickedFile(chosen[0].name, chosen[0].bytes or b"") if chosen else None

    async def keep(self, name: str, content: bytes) -> None:
        await ft.FilePicker().save_file(file_name=name, src_bytes=content)
