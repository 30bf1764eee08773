"""Opens every screen in Chromium with sample state and saves what a picker would see to build/screens/.

.venv/bin/python -m tests.e2e.preview                        all screens, English
.venv/bin/python -m tests.e2e.preview zh night 200 stop work  some screens in Chinese, dark, with letters twice as large
.venv/bin/python -m tests.e2e.preview --docs                  `make screenshots`: all, in every language, into docs/
.venv/bin/python -m tests.e2e.preview --docs stop work        these two anew
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import TimeoutError, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Mount

from mobile.settings import LANGUAGES
from tests.e2e.conftest import PACKAGES, ROOT, build_bundle, chromium_path
from tests.e2e.phone import SCREEN_PX, START_MAX_MS, Phone
from tests.e2e.preview_main import CASES, WISHES
from tests.e2e.serving import BundleFiles, ServerThread

OUT = ROOT / "build" / "screens"
DOCS = ROOT / "docs" / "screens"
DRAWN_MS = 700
FINE = 2  # device pixels of a dp, where pictures are measured
SHOWN_MAX_MS = 90_000
WEBP_QUALITY = 60


class Preview:
    """One phone that shows case after case without starting anew."""

    def __init__(self, phone: Phone, url: str) -> None:
        self.phone = phone
        self._url = url
        self._is_started = False

    def show(self, name: str, language: str = "en", wishes: str = "-", drawn_ms: int = DRAWN_MS) -> None:
        """Raises TimeoutError of Playwright when it does not appear."""
        page, route = self.phone.page, f"/case/{name}/{language}/{wishes}"
        shown_max_ms = SHOWN_MAX_MS if self._is_started else START_MAX_MS
        if self._is_started:
            page.evaluate("route => { location.hash = route }", route)
        else:
            page.goto(f"{self._url}/#{route}")
            self.phone.turn_on_semantics()
            self._is_started = True
        title = f"{name} {language} {wishes}"
        page.wait_for_function("title => document.title === title", arg=title, timeout=shown_max_ms)
        page.wait_for_timeout(drawn_ms)

    def picture(self) -> bytes:
        return self.phone.page.screenshot()


def preview_bundle() -> Path:
    return build_bundle("preview", Path(__file__).with_name("preview_main.py"), (*PACKAGES, "tests/e2e"))


@contextmanager
def previews(browser: Any, **screen: Any) -> Iterator[Preview]:
    """A preview in a browser of Playwright's; `screen` are options of its context."""
    app = Starlette(routes=[Mount("/", BundleFiles(directory=preview_bundle(), html=True))])
    with ServerThread(app) as server:
        options = {"viewport": SCREEN_PX, "device_scale_factor": 1, "service_workers": "block", **screen}
        context = browser.new_context(**options)
        yield Preview(Phone(context), server.url)
        context.close()


def main(words: list[str]) -> None:
    is_for_docs = "--docs" in words
    languages = [word for word in words if word in LANGUAGES] or (list(LANGUAGES) if is_for_docs else ["en"])
    names = [word for word in words if word in CASES] or list(CASES)
    wishes = ",".join(word for word in words if word in WISHES) or "-"
    if is_for_docs and len(names) == len(CASES):
        shutil.rmtree(DOCS, ignore_errors=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        with previews(browser) as preview:
            for language in languages:
                for name in names:
                    try:
                        preview.show(name, language, wishes)
                    except TimeoutError:
                        sys.stdout.write(f"! {name} did not appear\n")
                    keep(preview.picture(), name, language, wishes, is_for_docs)
                    sys.stdout.write(f"{name} {language} {wishes}\n")
            for complaint in preview.phone.complaints:
                sys.stdout.write(f"! {complaint}\n")
        browser.close()


def keep(picture: bytes, name: str, language: str, wishes: str, is_for_docs: bool) -> None:
    """As it is to look at; small for the documentation."""
    if is_for_docs:
        file = DOCS / language / f"{name}.webp"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.open(io.BytesIO(picture)).convert("RGB").save(file, "WEBP", quality=WEBP_QUALITY, method=6)
        return
    OUT.mkdir(parents=True, exist_ok=True)
    ending = "" if wishes == "-" else f"-{wishes.replace(',', '-')}"
    (OUT / f"{name}-{language}{ending}.png").write_bytes(picture)


if __name__ == "__main__":
    main(sys.argv[1:])
