"""The phone's camera as a scanner, in real Chromium: a film of barcodes is read, and what can go wrong is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shared.barcode import read_barcode
from tests.e2e.fake_video import DATABAR, DATABAR_GTIN, EAN_13, ean_13, write_film
from tests.e2e.phone import Phone
from tests.e2e.serving import ServerThread
from tests.e2e.shell_phone import ShellPhone

pytestmark = pytest.mark.browser

READ_MAX_MS = 30_000


@pytest.fixture
def filmed(request: pytest.FixtureRequest, shell_phone: ShellPhone, film: Path) -> Iterator[Callable[..., Phone]]:
    """`filmed(modules)`: a phone whose camera shows this barcode; `script` runs before the page's own."""
    request.node.phone_contexts = [shell_phone.context]
    with ExitStack() as scripts:

        def make(modules: str, script: str = "") -> Phone:
            write_film(film, modules)
            scripts.enter_context(shell_phone.running_first(script))
            return shell_phone.begin()

        yield make


def look(phone: Phone) -> None:
    phone.button("Look").click()


@pytest.mark.parametrize(
    ("modules", "gtin"), [(ean_13(EAN_13), EAN_13), (DATABAR, DATABAR_GTIN[1:])], ids=["EAN-13", "GS1 DataBar"]
)
def test_reads_a_code_and_rests(
    filmed: Callable[..., Phone], shell_server: ServerThread, modules: str, gtin: str
) -> None:
    phone = filmed(modules)
    for count in (1, 2):
        look(phone)
        phone.text(f"scans: {count}").wait_for(state="attached", timeout=READ_MAX_MS)
        phone.text("camera: closed").wait_for(state="attached")
        assert phone.page.locator("#camera").count() == 0
    codes = phone.text("last: ").inner_text().removeprefix("last: ").split(",")
    assert [read_barcode(code).gtin for code in codes] == [gtin, gtin]
    assert [url for url in phone.requests if not url.startswith((shell_server.url, "blob:", "data:"))] == []


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
