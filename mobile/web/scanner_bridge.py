"""Brings the codes of a wedge scanner, which the page's script tells from typing, to whoever handles scans."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass

from mobile.web.page_bridge import Notice, PageBridge


@dataclass(frozen=True, slots=True)
class ScannerThresholds:
    """When keys are a scan. Raise `gap_ms_max` for slow scanners: some send a character every 100 ms.

    `is_by_position` reads keys by their place, for a scanner that presses the keys of another country's keyboard.

    A scanner that sends no Enter or Tab is recognised by its first code, which takes `silence_ms_unknown` to arrive;
    its further codes take `silence_ms`. One that does is waited for `silence_ms_before_end`: a busy device may hand
    keys over late, and the next code ends the one before anyway.
    """

    gap_ms_max: int = 50
    silence_ms: int = 150
    silence_ms_unknown: int = 1000
    silence_ms_before_end: int = 4000
    length_min: int = 4
    length_min_in_field: int = 6
    rest_ms_max: int = 10_000
    is_by_position: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """One code as the scanner sent it. The rest says how it was recognised, to find out why a scanner misbehaves."""

    code: str
    ended_by: str
    slowest_gap_ms: float
    number: int = 0  # grows with each scan; under it the page keeps the scan until `done`
    is_kept: bool = False  # it was made before the app was killed, and is told again
    by_position: str = ""  # what the keys say on an American keyboard, where that is something else


class ScannerBridge:
    """Codes in the order they were scanned; none is dropped, none is joined with another."""

    def __init__(self, page: PageBridge, thresholds: ScannerThresholds | None = None) -> None:
        self._page = page
        if thresholds is not None:
            self.configure(thresholds)

    def configure(self, thresholds: ScannerThresholds) -> None:
        self._page.set_scanner(**asdict(thresholds))

    def listen(self, listener: Callable[[Scan], None]) -> Callable[[], None]:
        """Call `listener` with each scan, also those made before the app had started; returns the undo."""
        return self._page.listen("scan", lambda notice: listener(_scan(notice)))

    def done(self, number: int) -> None:
        """Every scan up to this number has been dealt with: the page need not tell it again after a restart."""
        self._page.scan_done(number)

    async def scans(self) -> AsyncIterator[Scan]:
        """The same as a stream."""
        arrived: asyncio.Queue[Scan] = asyncio.Queue()
        stop = self.listen(arrived.put_nowait)
        try:
            while True:
                yield await arrived.get()
        finally:
            stop()


def _scan(notice: Notice) -> Scan:
    return Scan(
        code=str(notice["code"]),
        ended_by=str(notice["ended_by"]),
        slowest_gap_ms=float(notice["slowest_gap_ms"]),
        by_position=str(notice.get("by_position", "")),
        number=int(notice.get("number", 0)),
        is_kept=bool(notice.get("is_kept", False)),
    )
