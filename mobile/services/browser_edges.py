"""The phone's edges inside a browser: its fetch, its websocket, its storage, and the scripts of the page."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from mobile.services import browser_socket
from mobile.services.edges import Edges
from mobile.services.scanner import OnScan
from mobile.services.scanner_tuning import OnKeys
from mobile.services.signals import Signal, Vibration
from mobile.settings import OUTBOX_FILE_NAME, PhoneSettings
from mobile.web.browser import origin
from mobile.web.fetch_transport import FetchTransport
from mobile.web.page_bridge import Notice, PageBridge
from mobile.web.scanner_bridge import ScannerBridge, ScannerThresholds
from mobile.web.storage import open_storage
from shared.clock import SystemClock
from shared.ids import SystemIdSource
from shared.scanner_check import KeyPress, ScannerSettings


async def open_browser_edges(page: PageBridge) -> Edges:
    """Everything the app needs; StorageInUse when another tab has it open."""
    clock = SystemClock()
    storage = await open_storage()
    return Edges(
        settings=PhoneSettings(backend_url=origin()),
        clock=clock,
        ids=SystemIdSource(clock),
        random=random.Random(),
        sleep=asyncio.sleep,
        connect=browser_socket.connect,
        http=httpx.AsyncClient(transport=FetchTransport()),
        outbox_path=Path(storage.path(OUTBOX_FILE_NAME)),
        flush=storage.flush,
        scans=PageScans(page),
        signals=PageSignals(page),
        notices=PageNotices(page),
        display=page,
        updates=PageUpdates(page),
        camera=PageCamera(page),
        tuning=PageTuning(page),
    )


class PageScans:
    """Codes of the wedge scanner; the page tells them from typing."""

    def __init__(self, page: PageBridge) -> None:
        self._scanner = ScannerBridge(page)

    def listen(self, on_scan: OnScan) -> None:
        self._scanner.listen(lambda scan: on_scan(scan.code, scan.number, scan.is_kept))

    def done(self, number: int) -> None:
        self._scanner.done(number)


class PageTuning:
    """The page tells what keys the scanner presses while it is watched, and takes the thresholds."""

    is_possible = True

    def __init__(self, page: PageBridge) -> None:
        self._page = page
        self._scanner = ScannerBridge(page)

    def listen(self, on_keys: OnKeys) -> None:
        self._page.listen("scanner_keys", lambda notice: on_keys([_key_press(key) for key in notice["keys"]]))

    def watch(self, is_watched: bool) -> None:
        self._page.watch_scanner(is_watched)

    def tune(self, settings: ScannerSettings) -> None:
        self._scanner.configure(
            ScannerThresholds(
                gap_ms_max=settings.gap_ms_max,
                silence_ms=settings.silence_ms,
                rest_ms_max=settings.rest_ms_max,
                is_by_position=int(settings.is_by_position),
            )
        )


def _key_press(key: Sequence[Any]) -> KeyPress:
    text, code, at_ms, is_shift, is_control = key
    return KeyPress(key=str(text), code=str(code), at_ms=float(at_ms), is_shift=is_shift, is_control=is_control)


class PageCamera:
    """The page shows the camera's picture over the app and finds the codes in it."""

    is_possible = True

    def __init__(self, page: PageBridge) -> None:
        self._page = page

    def open(self, words: Mapping[str, str]) -> None:
        self._page.open_camera(dict(words))

    def close(self) -> None:
        self._page.close_camera()

    def listen(self, on_change: Callable[[bool, str], None]) -> None:
        self._page.listen("camera", lambda notice: on_change(bool(notice["is_open"]), str(notice["problem"])))


class PageSignals:
    """Sound, vibration and wake lock by the page."""

    def __init__(self, page: PageBridge) -> None:
        self._page = page
        self._volume = 1.0
        self._vibrates = True
        page.load_sounds(signal.value for signal in Signal)

    def give(self, signal: Signal, vibration: Vibration) -> None:
        self._page.play(signal.value, self._volume)
        if self._vibrates:
            self._page.vibrate(vibration.pulses_ms)

    def tune(self, volume: float, vibrates: bool) -> None:
        self._volume, self._vibrates = volume, vibrates

    def keep_awake(self, is_awake: bool) -> None:
        self._page.keep_screen_on(is_awake)


class PageUpdates:
    """The service worker holds a new version back until it is told that the moment is good."""

    def __init__(self, page: PageBridge) -> None:
        self._page = page

    def listen(self, on_ready: Callable[[], None]) -> None:
        self._page.listen("update_ready", lambda notice: on_ready())

    def look(self) -> None:
        self._page.look_for_update()

    def apply(self) -> None:
        self._page.apply_update()


class PageNotices:
    """Tells that it pays to connect at once: the network or the page came back."""

    def __init__(self, page: PageBridge) -> None:
        self._page = page

    def listen(self, on_notice: Callable[[], None]) -> None:
        def came_back(notice: Notice) -> None:
            if notice.get("is_online") or notice.get("is_visible"):
                on_notice()

        self._page.listen("network", came_back)
        self._page.listen("visibility", came_back)
