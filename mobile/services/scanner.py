"""Scans come in order, one at a time, and none is lost while another is being dealt with, nor with the app itself."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

_log = logging.getLogger(__name__)


# The number of the scan that is being dealt with: the phone's file notes it together with what the scan did.
scan_under_way: ContextVar[int] = ContextVar("scan_under_way", default=0)


class OnScan(Protocol):
    """Takes a code as read. A feed that keeps scans over a restart numbers them, and tells again what `is_kept`."""

    def __call__(self, raw: str, number: int = 0, is_kept: bool = False, /) -> None: ...


class ScanFeed(Protocol):
    """A scanner of any kind: it hands over each finished code, as read, exactly once."""

    def listen(self, on_scan: OnScan) -> None: ...

    def done(self, number: int) -> None:
        """Every scan up to this number has been dealt with."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    raw: str
    number: int
    is_kept: bool


async def _take_nothing(raw: str, number: int) -> None:
    """What was scanned before the app was killed means nothing here."""


class ScanLine:
    """The queue in front of the screen: first in, first out, even while a write or a dialog is open.

    `put` may be called from anywhere, also from a browser's callback; scans are taken where `run` runs, because only
    there the app's page is known.
    """

    def __init__(
        self,
        take: Callable[[str], Awaitable[object]],
        take_kept: Callable[[str, int], Awaitable[object]] = _take_nothing,
        on_done: Callable[[int], None] = lambda number: None,
    ) -> None:
        self._take = take
        self._take_kept = take_kept
        self._on_done = on_done
        self._waiting: deque[_Waiting] = deque()
        self._has_news = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def put(self, raw: str, number: int = 0, is_kept: bool = False, /) -> None:
        """Accept one scan, at any time, from any source. An empty read is no scan."""
        if raw.strip():
            self._waiting.append(_Waiting(raw, number, is_kept))
            self._is_idle.clear()
            self._has_news.set()

    async def run(self) -> None:
        """Take scans one after another, for as long as the app lives."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._waiting:
                await self._deal_with(self._waiting.popleft())
            self._is_idle.set()

    async def _deal_with(self, scan: _Waiting) -> None:
        token = scan_under_way.set(scan.number)
        try:
            if scan.is_kept:
                await self._take_kept(scan.raw, scan.number)
            else:
                await self._take(scan.raw)
        except Exception:  # one scan that cannot be dealt with must not silence the scanner
            _log.exception("a scan could not be dealt with")
        finally:
            scan_under_way.reset(token)
        if scan.number:
            self._on_done(scan.number)

    async def drained(self) -> None:
        """Wait until every scan put so far has been dealt with."""
        await self._is_idle.wait()


class TypedScans:
    """A feed for tests, demos and desktops: whoever holds it says what was scanned."""

    def __init__(self) -> None:
        self._listeners: list[OnScan] = []

    def listen(self, on_scan: OnScan) -> None:
        self._listeners.append(on_scan)

    def done(self, number: int) -> None:
        """Nothing is kept here."""

    def scan(self, raw: str) -> None:
        for listener in self._listeners:
            listener(raw)
