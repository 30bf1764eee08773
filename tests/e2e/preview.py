"""Opens every screen in Chromium with sample state and saves what a picker would see to build/screens/.

.venv/bin/python -m tests.e2e.preview                 all screens, English
.venv/bin/python -m tests.e2e.preview zh stop work    some screens in Chinese
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import TimeoutError, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Mount

from mobile.settings import LANGUAGES
from tests.e2e.conftest import PACKAGES, ROOT, build_bundle, chromium_path
from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.preview_main import CASES
from tests.e2e.serving import BundleFiles, ServerThread

OUT = ROOT / "build" / "screens"
DRAWN_MS = 700
SHOWN_MAX_MS = 90_000


def main(words: list[str]) -> None:
    languages = [word for word in words if word in LANGUAGES] or ["en"]
    names = [word for word in words if word in CASES] or list(CASES)
    bundle = build_bundle("preview", Path(__file__).with_name("preview_main.py"), (*PACKAGES, "tests/e2e"))
    OUT.mkdir(parents=True, exist_ok=True)
    app = Starlette(routes=[Mount("/", BundleFiles(directory=bundle, html=True))])
    with ServerThread(app) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        phone = Phone(browser.new_context(viewport=SCREEN_PX, device_scale_factor=1, service_workers="block"))
        first = True
        for language in languages:
            for name in names:
                address = f"{server.url}/#/case/{name}/{language}"
                if first:
                    phone.page.goto(address)
                    phone.turn_on_semantics()
                    first = False
                else:
                    phone.page.evaluate("address => { location.hash = address }", f"/case/{name}/{language}")
                title = f"{name} {language}"
                try:
                    phone.page.wait_for_function("title => document.title === title", arg=title, timeout=SHOWN_MAX_MS)
                except TimeoutError:
                    sys.stdout.write(f"! {name} did not appear: {phone.complaints}\n")
                phone.page.wait_for_timeout(DRAWN_MS)
                phone.page.screenshot(path=OUT / f"{name}-{language}.png")
                sys.stdout.write(f"{name} {language}\n")
        for complaint in phone.complaints:
            sys.stdout.write(f"! {complaint}\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
