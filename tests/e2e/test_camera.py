"""The phone's camera as a scanner, in real Chromium: a film of barcodes is read, and what can go wrong is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.barcode import read_barcode
from tests.e2e.conftest import build_bundle, chromium_path
from tests.e2e.fake_video import DATABAR, DATABAR_GTIN, EAN_13, ean_13, write_film
from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.serving import ServerThread, shell_app
from tests.e2e.test_pwa_shell import READY, is_kept
from tests.e2e.walking import until

pytestmark = pytest.mark.browser

READ_MAX_MS = 30_000


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    bundle = build_bundle("shell", Path(__file__).with_name("web") / "main.py")
    with ServerThread(shell_app(bundle)) as running:
        yield running


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera shows, read from its start each time it is opened; a test writes it anew."""
    return write_film(tmp_path_factory.mktemp("film") / "codes.y4m", "")


@pytest.fixture(scope="module")
def kept_context(chromium: Any, film: Path, server: ServerThread) -> Iterator[Any]:
    """A browser with that camera in which the app has been opened before: a first start takes three times as long."""
    flags = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={film}")
    browser = chromium.browser_type.launch(executable_path=chromium_path(), args=flags)
    context = browser.new_context(viewport=SCREEN_PX)
    first = Phone(context)
    first.open(server.url, READY)
    until(first, lambda: is_kept(first, "blinkpick-python"), "Python's memory is kept")
    first.page.close()
    yield context
    browser.close()


@pytest.fixture
def filmed(kept_context: Any, film: Path, server: ServerThread) -> Iterator[Callable[..., Phone]]:
    """`filmed(modules)`: a phone whose camera shows this barcode; `script` runs before the page's own."""
    phones = []

    def make(modules: str, script: str = "") -> Phone:
        write_film(film, modules)
        phone = Phone(kept_context)
        phones.append(phone)
        phone.page.add_init_script(script)
        phone.open(server.url, READY)
        return phone

    yield make
    for phone in phones:
        phone.page.close()


def look(phone: Phone) -> None:
    phone.button("Look").click()


@pytest.mark.parametrize(
    ("modules", "gtin"), [(ean_13(EAN_13), EAN_13), (DATABAR, DATABAR_GTIN[1:])], ids=["EAN-13", "GS1 DataBar"]
)
def test_reads_a_code_and_rests(filmed: Callable[..., Phone], server: ServerThread, modules: str, gtin: str) -> None:
    phone = filmed(modules)
    for count in (1, 2):
        look(phone)
        phone.text(f"scans: {count}").wait_for(state="attached", timeout=READ_MAX_MS)
        phone.text("camera: closed").wait_for(state="attached")
        assert phone.page.locator("#camera").count() == 0
    codes = phone.text("last: ").inner_text().removeprefix("last: ").split(",")
    assert [read_barcode(code).gtin for code in codes] == [gtin, gtin]
    assert [url for url in phone.requests if not url.startswith((server.url, "blob:", "data:"))] == []


def test_is_closed_by_its_button(filmed: Callable[..., Phone]) -> None:
    phone = filmed("")
    look(phone)
    phone.page.get_by_role("dialog", name="Hold it").wait_for()
    phone.page.get_by_role("button", name="Close camera").click()
    phone.text("camera: closed").wait_for(state="attached")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))",
            "refused",
        ),
        (
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))",
            "missing",
        ),
        (
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotReadableError'))",
            "busy",
        ),
        # What a browser gives a page that came over plain http from another machine.
        ("Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined })", "insecure"),
    ],
)
def test_says_why_it_does_not_open(filmed: Callable[..., Phone], script: str, problem: str) -> None:
    phone = filmed("", script)
    look(phone)
    phone.text(f"camera: closed {problem}").wait_for(state="attached")
