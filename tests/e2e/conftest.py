"""Chromium, built bundles and phones for the tests that drive the real app.

chromium      the browser, once per session; skipped where it is missing, failed in CI
pwa_bundle    build/e2e/app: the real app's bundle, built only when its inputs changed
new_phone     `new_phone(**context options)` gives a `Phone` with storage of its own; closed after the test
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("mobile", "shared")  # what the real app is made of
CHROMIUM_PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def missing(what: str) -> None:
    """Skips on a developer's machine; in CI a browser that is not there is a failure."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(what)
    pytest.skip(what)


def chromium_path() -> str:
    chosen = os.environ.get("CHROMIUM", "")
    for place in (chosen, *CHROMIUM_PLACES):
        if place and Path(place).exists():
            return place
    missing("Chromium is not installed: apt-get install chromium, or set CHROMIUM to its path")
    return ""


def build_bundle(name: str, entry: Path, packages: tuple[str, ...] = PACKAGES) -> Path:
    """The bundle of `entry` in build/e2e/<name>; a call with unchanged inputs takes a fraction of a second."""
    pytest.importorskip("flet_web", reason="flet-web is not installed: pip install -e '.[backend,dev]'")
    from mobile.web.bundle.__main__ import Plan, build
    from mobile.web.bundle.steps import Progress

    out = ROOT / "build" / "e2e" / name
    build(Plan(out=out, entry=entry, packages=packages), Progress(is_quiet=True))
    return out


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = chromium_path()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install -e '.[dev]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pwa_bundle() -> Path:
    return build_bundle("app", ROOT / "main.py")


@pytest.fixture
def new_phone(chromium: Any) -> Iterator[Callable[..., Any]]:
    from tests.e2e.phone import SCREEN_PX, Phone

    contexts = []

    def make(**options: Any) -> Phone:
        context = chromium.new_context(viewport=SCREEN_PX, **options)
        contexts.append(context)
        return Phone(context)

    yield make
    for context in contexts:
        context.close()
