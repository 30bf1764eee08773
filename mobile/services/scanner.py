"""Scans come in order, one at a time, and none is lost while another is being dealt with."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

_log = logging.getLogger(__name__)


class ScanFeed(Protocol):
    """A scanner of any kind: it hands over each finished code, as read, exactly once."""

    def listen(self, on_scan: Callable[[str], None]) -> None: ...


class ScanLine:
    """The queue in front of the screen: first in, first out, even while a write or a dialog is open.

    `put` may be called from anywhere, also from a browser's callback; scans are taken where `run` runs, because only
    there the app's page is known.
    """

    def __init__(self, take: Callable[[str], Awaitable[object]]) -> None:
        self._take = take
        self._waiting: deque[str] = deque()
        self._has_news = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def put(self, raw: str) -> None:
        """Accept one scan, at any time, from any source. An empty read is no scan."""
        if raw.strip():
            self._waiting.append(raw)
            self._is_idle.clear()
            self._has_news.set()

    async def run(self) -> None:
        """Take scans one after another, for as long as the app lives."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._waiting:
                try:
                    await self._take(self._waiting.popleft())
                except Exception:  # one scan that cannot be dealt with must not silence the scanner
                    _log.exception("a scan could not be dealt with")
            self._is_idle.set()

    async def drained(self) -> None:
        """Wait until every scan put so far has been dealt with."""
        await self._is_idle.wait()


class TypedScans:
    """A feed for tests, demos and desktops: whoever holds it says what was scanned."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, on_scan: Callable[[str], None]) -> None:
        self._listeners.append(on_scan)

    def scan(self, raw: str) -> None:
        for listener in self._listeners:
            listener(raw)
