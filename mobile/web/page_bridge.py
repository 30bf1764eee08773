"""Talks with the scripts of the page: what they notice comes in, tones and the wake lock go out."""

from __future__ import annotations

import contextvars
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

from mobile.web.browser import IS_BROWSER, javascript, kept_callback, to_javascript

Notice = dict[str, Any]
Listener = Callable[[Notice], None]

WAITING_MAX = 1000  # notices of one kind kept for its first listener; more than a shift's scans before the first screen


class PageBridge:
    """The worker's end of the page's message port. Make one, at the start.

    Kinds that come in: `scan` (code, ended_by, slowest_gap_ms, by_position, number, is_kept),
    `scanner_keys` (keys, each with key, code, at_ms, is_shift, is_control), `camera` (is_open, problem),
    `network` (is_online), `visibility` (is_visible), `update_ready`, `offline_ready`, `storage_persisted` (is_granted),
    `wake_lock_refused` (reason).
    """

    def __init__(self, port: Any) -> None:
        self._port = port
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._waiting: dict[str, deque[Notice]] = defaultdict(lambda: deque(maxlen=WAITING_MAX))
        self._callback = kept_callback(self._on_message)
        port.onmessage = self._callback  # this also lets through what was posted while Python was booting

    def listen(self, kind: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each notice of the kind, also with those that came before; returns the undo.

        It runs in the context of who listens: Flet knows by it which page to draw, and a message of the page has none.
        """
        context = contextvars.copy_context()

        def hear(notice: Notice) -> None:
            context.run(listener, notice)

        self._listeners[kind].append(hear)
        for notice in self._waiting.pop(kind, ()):
            hear(notice)
        return lambda: self._listeners[kind].remove(hear)

    def load_sounds(self, names: Iterable[str]) -> None:
        """Fetch and decode `sounds/<name>.wav` ahead of their first use."""
        self._post("load_sounds", names=list(names))

    def play(self, name: str, volume: float = 0.8) -> None:
        """Sound `sounds/<name>.wav`; `volume` from 0 to 1. Silent until the browser saw a first touch or key."""
        self._post("play", name=name, volume=volume)

    def vibrate(self, pattern_ms: Iterable[int]) -> None:
        """Vibrate and rest in turn, beginning with vibration, where the device can."""
        self._post("vibrate", pattern_ms=list(pattern_ms))

    def set_text_percent(self, percent: int) -> None:
        """Letters that much larger than designed; Flutter follows the size of the page's root."""
        self._post("text_size", percent=percent)

    def keep_screen_on(self, is_on: bool) -> None:
        """Hold the wake lock, also again after the app was hidden, until called with False."""
        self._post("wake_lock", is_on=is_on)

    def set_scanner(self, **thresholds: int) -> None:
        """Change the scanner's thresholds; see `ScannerThresholds`."""
        self._post("scanner", **thresholds)

    def watch_scanner(self, is_watched: bool) -> None:
        """Tell every key as it is pressed, burst by burst, as `scanner_keys`; nothing else changes."""
        self._post("watch_scanner", is_watched=is_watched)

    def scan_done(self, up_to: int) -> None:
        """Every scan up to this number has been dealt with, and need not be told again after a restart."""
        self._post("scan_done", up_to=up_to)

    def open_camera(self, words: dict[str, str]) -> None:
        """Show what the camera sees and read barcodes in it; `words` names `hint`, `close` and `torch` in one language.

        `camera` says what became of it; codes come as `scan`, after each the camera rests.
        """
        self._post("open_camera", words=words)

    def close_camera(self) -> None:
        self._post("close_camera")

    def look_for_update(self) -> None:
        """Ask the server for a new version now; `update_ready` follows if there is one."""
        self._post("look_for_update")

    def apply_update(self) -> None:
        """Restart into the new version; call it when nothing is under way. The phone's storage stays."""
        self._post("apply_update")

    def _post(self, kind: str, **fields: Any) -> None:
        self._port.postMessage(to_javascript({"kind": kind, **fields}))

    def _on_message(self, event: Any) -> None:
        notice: Notice = event.data.to_py()
        kind = str(notice["kind"])
        listeners = self._listeners.get(kind)
        if not listeners:
            self._waiting[kind].append(notice)
            return
        for listener in list(listeners):
            listener(notice)


def open_page_bridge() -> PageBridge | None:
    """The bridge to the page, or None where there is no page: on a device, on a desktop, in a test."""
    if not IS_BROWSER:
        return None
    port = javascript().pagePort
    return PageBridge(port) if port else None
