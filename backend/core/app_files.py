"""Serves the phone app's bundle: compressed where it was compressed ahead, and index.html for the app's own routes."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

_TYPES = {
    ".wasm": "application/wasm",
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
}
_REFUSED = re.compile(r"q=0(\.0*)?")
NOT_BUILT = "The phone app is not built yet: run `make pwa`.\n"


class AppFiles:
    """An ASGI application over one folder. Files outside it are never served, whatever the path says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Method not allowed", 405, headers={"allow": "GET, HEAD"})
        path = self._find(str(scope["path"]))
        if path is None:
            return PlainTextResponse(NOT_BUILT if not self._folder.is_dir() else "Not found\n", 404)
        headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
        packed = path.with_name(path.name + ".gz")
        media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if _takes_gzip(Headers(scope=scope).get("accept-encoding", "")) and packed.is_file():
            return FileResponse(packed, media_type=media_type, headers={**headers, "content-encoding": "gzip"})
        return FileResponse(path, media_type=media_type, headers=headers)

    def _find(self, url_path: str) -> Path | None:
        """The file for a path; index.html for a route of the app (a path whose last part has no dot)."""
        relative = url_path.lstrip("/") or "index.html"
        try:
            path = (self._folder / relative).resolve()
            is_file = path.is_file()
        except (OSError, ValueError):  # longer than a file may be called, or with a NUL in it
            return None
        if not path.is_relative_to(self._folder):
            return None
        if is_file:
            return path
        index = self._folder / "index.html"
        return index if "." not in path.name and index.is_file() else None


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding names gzip; `gzip;q=0` refuses it."""
    for part in accepted.split(","):
        name, _, quality = part.partition(";")
        if name.strip().lower() == "gzip":
            return _REFUSED.fullmatch(quality.replace(" ", "")) is None
    return False
