"""A phone that has had the app before: what its browser keeps of the app is there, of who used it nothing is left.

A first start compiles Python, all packages and Flutter's client, and takes several times as long as a later one. It is
tested where a test asks for `new_phone`; the others begin as phones do on all days but their first.
"""

from __future__ import annotations

from typing import Any

from tests.e2e.phone import SCREEN_PX, Phone

OF_A_PICKER = "local_storage,file_systems,indexeddb,cookies"  # all a page can keep, but its caches and service worker


class UsedPhones:
    """Phones one after another in one browser window, at one address."""

    def __init__(self, chromium: Any, url: str) -> None:
        self._chromium = chromium
        self._url = url
        self._context: Any = None

    def next(self) -> Phone:
        """Without a trace of the one before, whose pages are closed."""
        if self._context is None:
            self._context = self._chromium.new_context(viewport=SCREEN_PX)
        self.put_away()
        phone = Phone(self._context)
        wipe(phone, self._url)
        return phone

    def put_away(self) -> None:
        for page in self._context.pages if self._context is not None else ():
            page.close()

    def throw_away(self) -> None:
        """Nobody knows what it keeps: the next one is new."""
        if self._context is not None:
            self._context.close()
            self._context = None


def wipe(phone: Phone, url: str) -> None:
    """Whatever a page of `url` has written down; none may be open."""
    session = phone.context.new_cdp_session(phone.page)
    session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": OF_A_PICKER})
    session.detach()
