"""The phone with the shell's small app that tests share: its first start is looked at, the others begin it again."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.walking import until

READY = re.compile("storage: [0-9]+ visits")


class ShellPhone:
    """`first_requests`, `first_complaints`: what its first start did. `begin` opens it again, on an empty screen."""

    def __init__(self, chromium: Any, url: str) -> None:
        self._url = url
        self.context = chromium.new_context(viewport=SCREEN_PX)
        self.phone = Phone(self.context)
        started = time.perf_counter()
        self.phone.open(url, READY)
        print(f"cold start {time.perf_counter() - started:.1f} s")
        self.phone.wait_until_offline_ready()
        until(self.phone, lambda: is_kept(self.phone, "blinkpick-code"), "what Python made of the sources is kept")
        self.first_requests, self.first_complaints = list(self.phone.requests), list(self.phone.complaints)

    def begin(self) -> Phone:
        """With network, and with what earlier starts have kept."""
        self.context.set_offline(False)
        self.leave()
        self.phone.requests.clear()
        self.phone.complaints.clear()
        self.phone.open(self._url, READY)
        return self.phone

    @contextmanager
    def running_first(self, script: str) -> Iterator[None]:
        """It runs before the page's own scripts, at every start until this is over."""
        session = self.context.new_cdp_session(self.phone.page)
        session.send("Page.enable")
        session.send("Page.addScriptToEvaluateOnNewDocument", {"source": script})
        yield
        session.detach()

    def leave(self) -> None:
        """No page of the app is open."""
        self.phone.page.goto("about:blank")


def is_kept(phone: Phone, cache: str) -> bool:
    return phone.page.evaluate("async name => (await (await caches.open(name)).keys()).length", cache) == 1
