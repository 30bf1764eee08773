"""The phone's edges on a device or a desktop."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import httpx

from mobile.services import native_socket
from mobile.services.edges import Edges
from mobile.services.scanner import TypedScans
from mobile.services.signals import SilentSignals
from mobile.settings import OUTBOX_FILE_NAME, PhoneSettings
from mobile.web.storage import open_storage
from shared.clock import SystemClock
from shared.ids import SystemIdSource

BACKEND_URL_VARIABLE = "BLINKPICK_BACKEND_URL"


class NoNotices:
    """A device keeps the app's connection alive by itself; the link's own pauses are enough."""

    def listen(self, on_notice: Callable[[], None]) -> None:
        return None


async def open_native_edges() -> Edges:
    """Everything the app needs; the backend's address comes from BLINKPICK_BACKEND_URL."""
    clock = SystemClock()
    storage = await open_storage()
    backend_url = os.environ.get(BACKEND_URL_VARIABLE)
    return Edges(
        settings=PhoneSettings(backend_url=backend_url) if backend_url else PhoneSettings(),
        clock=clock,
        ids=SystemIdSource(clock),
        random=random.Random(),
        sleep=asyncio.sleep,
        connect=native_socket.connect,
        http=httpx.AsyncClient(),
        outbox_path=Path(storage.path(OUTBOX_FILE_NAME)),
        flush=storage.flush,
        scans=TypedScans(),
        signals=SilentSignals(),
        notices=NoNotices(),
    )
