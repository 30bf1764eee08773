"""Chromium, built bundles and phones for the tests that drive the real app.

chromium      the browser, once per session; skipped where it is missing, failed in CI
pwa_bundle    build/e2e/app: the real app's bundle, built only when its inputs changed
new_phone     `new_phone(**context options)` gives a `Phone` with storage of its own; closed after the test
new_server    `new_server(**settings)`: the real server, app and demo store; `server` is one as designed
wire          what lies between phone and server; `picker`: a phone signed in over it
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.server import PICKER_BADGE, PICKER_PIN, DemoStore, Server
from tests.e2e.wire import Wire

if TYPE_CHECKING:
    from tests.e2e.phone import Phone

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
    out.parent.mkdir(parents=True, exist_ok=True)
    with (out.parent / "being-built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the processes that share the tests share the bundles
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What phones show when a test fails is kept in build/screens/failed."""
    report = yield
    if report.when == "call" and report.failed:
        for number, page in enumerate(
            page for context in getattr(item, "phone_contexts", []) for page in context.pages
        ):
            with suppress(Exception):  # a page that has died has no looks
                page.screenshot(path=ROOT / "build" / "screens" / "failed" / f"{item.name}-{number}.png")
    return report


@pytest.fixture
def new_phone(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Callable[..., Phone]]:
    from tests.e2e.phone import SCREEN_PX, Phone

    contexts: list[Any] = []
    request.node.phone_contexts = contexts

    def make(**options: Any) -> Phone:
        context = chromium.new_context(viewport=SCREEN_PX, **options)
        contexts.append(context)
        return Phone(context)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> DemoStore:
    """The demo store as a first start leaves it: loading it takes longer than all the rest of a start."""
    return DemoStore.loaded(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def new_server(tmp_path: Path, pwa_bundle: Path, demo_store: DemoStore) -> Iterator[Callable[..., Server]]:
    with ExitStack() as running:

        def make(**settings: str) -> Server:
            server = Server(tmp_path, app_path=pwa_bundle, environment=settings, demo=demo_store)
            running.callback(server.stop)
            server.start()
            return server

        yield make


@pytest.fixture
def server(new_server: Callable[..., Server]) -> Server:
    return new_server()


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    wire = Wire(server.port)
    yield wire
    wire.cut()


@pytest.fixture
def picker(server: Server, wire: Wire, new_phone: Callable[..., Phone]) -> Phone:
    from tests.e2e.walking import enrol_and_sign_in

    phone = new_phone()
    enrol_and_sign_in(phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
    return phone
