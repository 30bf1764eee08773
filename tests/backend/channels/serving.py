"""The room's application on a real socket, inside the test's own event loop."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from backend.channels.port.playing import Listening


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """`host:port` of the served application."""
    listening = Listening(app, "the room")
    address = listening.bind().removeprefix("http://")
    await listening.serve()
    try:
        yield address
    finally:
        await listening.stop()
