"""Where the phone's files live so that they outlast reloads, killed tabs and updates, in a browser or on a device.

In the browser the files sit in memory, where SQLite can open them, and `flush()` writes them all as one checked piece
to the device: first to the origin's private files, or to IndexedDB where the address is not secure. Pyodide's own
mounted file system decides by file times what to write, so a commit made while it writes can be skipped, and it copies
a file that SQLite may be changing; one piece with a checksum, in two slots that take turns, can do neither.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tarfile
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from mobile.web.browser import IS_BROWSER, javascript, to_javascript

BROWSER_FOLDER = Path("/kept")
BROWSER_NAME = "blinkpick"
OPEN_ATTEMPTS = 20  # a reloaded page waits until the page before it has let go
OPEN_PAUSE_S = 0.25


class StorageInUse(Exception):
    """Another tab of this browser has the app open; two would overwrite each other's picks."""


class Storage(Protocol):
    """A folder that is kept. Keep it small: every flush writes all of it."""

    kind: str

    def path(self, name: str) -> str:
        """Where the file of that name is or will be, for `sqlite3.connect` or `open`."""

    async def flush(self) -> None:
        """Return once everything written before the call would survive the app being killed."""

    async def close(self) -> None:
        """Flush, and let another tab have the files."""


async def open_storage(folder: Path | None = None) -> Storage:
    """The phone's storage, with what an earlier run kept; `folder` is for devices, in place of the app's own."""
    if not IS_BROWSER:
        return DeviceStorage(folder or _device_folder())
    kept = await _open_kept_file()
    before = (await _settled(kept.file.read())).to_bytes()
    BROWSER_FOLDER.mkdir(exist_ok=True)  # noqa: ASYNC240 - a folder in memory
    if before:
        unpack_folder(before, BROWSER_FOLDER)
    return BrowserStorage(kept.file, str(kept.kind))


class DeviceStorage:
    """A real folder: what SQLite has committed is on the device already."""

    kind = "device"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def path(self, name: str) -> str:
        return str(self._folder / name)

    async def flush(self) -> None:
        return None

    async def close(self) -> None:
        return None


class BrowserStorage:
    """A folder in memory and its kept copy."""

    def __init__(self, kept_file: Any, kind: str) -> None:
        self.kind = kind
        self._kept_file = kept_file
        self._lock = asyncio.Lock()
        self._requested = 0
        self._written = 0

    def path(self, name: str) -> str:
        return str(BROWSER_FOLDER / name)

    async def flush(self) -> None:
        self._requested += 1
        mine = self._requested
        async with self._lock:
            if self._written >= mine:
                return  # a write that began after this call has kept it: many scans in a burst share few writes
            covered = self._requested
            await _settled(self._kept_file.write(to_javascript(pack_folder(BROWSER_FOLDER))))
            self._written = covered

    async def close(self) -> None:
        await self.flush()
        self._kept_file.close()


def pack_folder(folder: Path) -> bytes:
    """All files of the folder in one piece: a database and its journal belong together."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file in sorted(folder.iterdir()):
            content = file.read_bytes()
            member = tarfile.TarInfo(file.name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpack_folder(packed: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


async def _open_kept_file() -> Any:
    js_exception = import_module("pyodide.ffi").JsException
    for _ in range(OPEN_ATTEMPTS):
        try:
            return await javascript().openKeptFile(BROWSER_NAME)
        except js_exception as refusal:
            if getattr(refusal, "name", "") != "NoModificationAllowedError":
                raise
        await asyncio.sleep(OPEN_PAUSE_S)
    raise StorageInUse("The app is open in another tab")


async def _settled(result: Any) -> Any:
    """The result itself, or what its promise resolves to."""
    return await result if hasattr(result, "then") else result


def _device_folder() -> Path:
    import os

    kept = os.environ.get("FLET_APP_STORAGE_DATA")  # set by Flet on phones: the app's private folder
    if kept:
        return Path(kept)
    return Path.home() / ("AppData/Local/Blinkpick" if sys.platform == "win32" else ".local/share/blinkpick")
