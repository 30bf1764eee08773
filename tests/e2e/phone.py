"""A phone for tests: one browser page with the app, found by what a screen reader would find."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page, Request

START_MAX_MS = 240_000  # on a machine that is busy with other things
KEY_PAUSE_S = 0.002
SCREEN_PX = {"width": 412, "height": 915}
NOT_WORTH_A_WORD = re.compile("GPU stall|GL Driver|Automatic fallback to software WebGL")


@dataclass
class Phone:
    """`open` first; then `text`, `button`, `box`, `scan`. `requests` and `complaints` say what the page did."""

    context: BrowserContext
    page: Page = field(init=False)
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(START_MAX_MS)
        self.page.on("request", self._on_request)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, url: str, first_text: str | re.Pattern[str]) -> None:
        """Load the app and wait until it shows `first_text`."""
        self.page.goto(url)
        self.started(first_text)

    def reload(self, first_text: str | re.Pattern[str]) -> None:
        self.page.reload()
        self.started(first_text)

    def started(self, first_text: str | re.Pattern[str]) -> None:
        """Wait for the app, with Flutter's accessibility tree on."""
        try:
            self.turn_on_semantics()
            self.text(first_text).wait_for(state="attached", timeout=START_MAX_MS)
        except Error as failure:
            raise AssertionError("\n".join(["The app did not start.", *self.complaints])) from failure

    def turn_on_semantics(self) -> None:
        """Flutter draws on a canvas; a click on its hidden placeholder gives every control a role and a name."""
        placeholder = self.page.locator("flt-semantics-placeholder")
        placeholder.wait_for(state="attached", timeout=START_MAX_MS)
        placeholder.evaluate("element => element.click()")

    def text(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_text(text).first

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def box(self, label: str) -> Locator:
        return self.page.get_by_role("textbox", name=label)

    def by_identifier(self, identifier: str) -> Locator:
        """What the app wrapped in `ft.Semantics(identifier=...)`."""
        return self.page.locator(f'[flt-semantics-identifier="{identifier}"]')

    def scan(self, *codes: str, end: str | None = "Enter") -> None:
        """What a wedge scanner does: each code as keys 2 ms apart, then the terminator, then the next code.

        The keys carry the times a scanner would give them and are handed to the browser all at once: pressing them
        one by one would make them as slow as a busy test machine.
        """
        session = self.context.new_cdp_session(self.page)
        strokes: list[asyncio.Task[Any]] = []
        pressed_at_s = time.time()
        for key in [key for code in codes for key in (*code, *([end] if end else []))]:
            pressed_at_s += KEY_PAUSE_S
            for stroke in key_strokes(key, pressed_at_s):
                strokes.append(
                    session._loop.create_task(
                        session._impl_obj.send(method="Input.dispatchKeyEvent", params=stroke, timeout=None)
                    )
                )
        while not all(stroke.done() for stroke in strokes):
            self.page.wait_for_timeout(10)
        session.detach()

    def wait_until_offline_ready(self) -> None:
        """Until the service worker has kept everything the app needs to start without network."""
        self.page.locator("html[data-offline=ready]").wait_for(state="attached", timeout=START_MAX_MS)

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not NOT_WORTH_A_WORD.search(message.text):
            self.complaints.append(message.text)


def key_strokes(key: str, pressed_at_s: float) -> list[dict[str, Any]]:
    """The browser's own two events for one key: down with its text, and up."""
    named = {"Enter": ("Enter", "\r", 13), "Tab": ("Tab", "", 9), "\x1d": ("BracketRight", "", 221)}
    code, text, number = named.get(key, (f"Digit{key}" if key.isdigit() else "", key, ord(key.upper()[0])))
    is_group_separator = key == "\x1d"
    stroke = {
        "key": "]" if is_group_separator else key,
        "code": code,
        "windowsVirtualKeyCode": number,
        "modifiers": 2 if is_group_separator else 0,  # Control
        "timestamp": pressed_at_s,
    }
    down = {"type": "keyDown" if text else "rawKeyDown", **stroke, **({"text": text} if text else {})}
    return [down, {"type": "keyUp", **stroke}]
