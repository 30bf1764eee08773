"""Chromium, built bundles and phones for the tests that drive the real app.

chromium      the browser, once per session; skipped where it is missing, failed in CI; its camera shows `film`
pwa_bundle    build/e2e/app: the real app's bundle, built only when its inputs changed
new_phone     `new_phone(**context options)` gives a `Phone` that never had the app; closed after the test
used_phone    one that had the app and keeps it, and nothing of any other test; only over `wire`, whose address stays
new_server    `new_server(**settings)`: the real server, app and demo store; `server` is one as designed
wire          what lies between phone and server; `picker`: a used phone signed in over it
shell_phone   the small app of the shell's tests on a phone they share, served by `shell_server`
preview       one page for the samples of all screens
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.server import PICKER_BADGE, PICKER_PIN, DemoStore, Server, free_port
from tests.e2e.wire import Wire

if TYPE_CHECKING:
    from tests.e2e.phone import Phone
    from tests.e2e.preview import Preview
    from tests.e2e.serving import ServerThread
    from tests.e2e.shell_phone import ShellPhone
    from tests.e2e.used_phone import UsedPhones

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
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera shows, read from its start each time it is opened; a test writes it anew."""
    from tests.e2e.fake_video import write_film

    return write_film(tmp_path_factory.mktemp("film") / "codes.y4m", "")


@pytest.fixture(scope="session")
def chromium(film: Path) -> Iterator[Any]:
    path = chromium_path()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install -e '.[dev]'")
    with sync_playwright() as playwright:
        camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        camera.append(f"--use-file-for-fake-video-capture={film}")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *camera])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pwa_bundle() -> Path:
    return build_bundle("app", ROOT / "main.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What phones show when a test fails is kept in build/screens/failed."""
    report = yield
    if report.failed:
        item.has_failed = True  # type: ignore[attr-defined]
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
def wire_port() -> int:
    """What a browser keeps belongs to an address: every test's wire has the same."""
    return free_port()


@pytest.fixture(scope="session")
def used_phones(chromium: Any, wire_port: int) -> Iterator[UsedPhones]:
    from tests.e2e.used_phone import UsedPhones

    phones = UsedPhones(chromium, f"http://127.0.0.1:{wire_port}")
    yield phones
    phones.throw_away()


@pytest.fixture
def used_phone(request: pytest.FixtureRequest, used_phones: UsedPhones) -> Iterator[Phone]:
    phone = used_phones.next()
    request.node.phone_contexts = [*getattr(request.node, "phone_contexts", []), phone.context]
    yield phone
    # Whatever a failed test was in the middle of must not trouble the next one.
    if getattr(request.node, "has_failed", False):
        used_phones.throw_away()
    else:
        used_phones.put_away()


@pytest.fixture(scope="session")
def shell_server() -> Iterator[ServerThread]:
    from tests.e2e.serving import ServerThread, shell_app

    with ServerThread(shell_app(build_bundle("shell", Path(__file__).with_name("web") / "main.py"))) as server:
        yield server


@pytest.fixture(scope="session")
def shell_phone(chromium: Any, shell_server: ServerThread) -> Iterator[ShellPhone]:
    """One for all tests that need no first start: that takes seconds."""
    from tests.e2e.shell_phone import ShellPhone

    shell_phone = ShellPhone(chromium, shell_server.url)
    yield shell_phone
    shell_phone.context.close()


@pytest.fixture(scope="session")
def preview(chromium: Any) -> Iterator[Preview]:
    """One page for all screens, finely drawn: a start takes seconds."""
    from tests.e2e.preview import FINE, previews

    with previews(chromium, device_scale_factor=FINE) as preview:
        yield preview


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
def wire(server: Server, wire_port: int) -> Iterator[Wire]:
    wire = Wire(server.port, wire_port)
    yield wire
    wire.cut()


@pytest.fixture
def picker(server: Server, wire: Wire, used_phone: Phone) -> Phone:
    from tests.e2e.walking import enrol_and_sign_in

    enrol_and_sign_in(used_phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
    return used_phone
