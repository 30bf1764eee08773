"""The storage's plain half: packing the folder into one piece, and few writes for many flushes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from mobile.web import storage
from tests.mobile.fake_javascript import FakeBrowser, JsException, JsValue


class KeptFile:
    """Stands for the device: a write takes one turn of the event loop."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, packed: bytes) -> None:
        self.written.append(packed)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(storage, "BROWSER_FOLDER", tmp_path)
    monkeypatch.setattr(storage, "to_javascript", lambda value: value)
    return tmp_path


class TestPacking:
    def test_brings_back_every_file(self, tmp_path: Path) -> None:
        before, after = tmp_path / "before", tmp_path / "after"
        before.mkdir()
        after.mkdir()
        (before / "phone.sqlite3").write_bytes(bytes(range(256)) * 100)
        (before / "phone.sqlite3.journal").write_bytes(b"")
        storage.unpack_folder(storage.pack_folder(before), after)
        assert {file.name: file.read_bytes() for file in after.iterdir()} == {
            "phone.sqlite3": bytes(range(256)) * 100,
            "phone.sqlite3.journal": b"",
        }


class TestFlush:
    def test_covers_what_was_written_before_the_call(self, folder: Path, run: Callable) -> None:
        kept = KeptFile()
        browser = storage.BrowserStorage(kept, "test")
        (folder / "a").write_text("one")
        run(browser.flush())
        (folder / "a").write_text("two")
        run(browser.flush())
        assert b"one" in kept.written[0]
        assert b"two" in kept.written[1]

    def test_callers_at_the_same_time_share_a_write(self, folder: Path, run: Callable) -> None:
        kept = KeptFile()
        browser = storage.BrowserStorage(kept, "test")

        async def burst() -> None:
            async with browser._lock:  # a write is under way while ten more flushes are asked for
                flushes = [asyncio.ensure_future(browser.flush()) for _ in range(10)]
                await asyncio.sleep(0)
            await asyncio.gather(*flushes)

        run(burst())
        assert len(kept.written) == 1


class TestDevice:
    def test_is_a_plain_folder(self, tmp_path: Path, run: Callable) -> None:
        device = run(storage.open_storage(tmp_path / "kept"))
        Path(device.path("phone.sqlite3")).write_text("x")
        run(device.flush())
        assert (tmp_path / "kept" / "phone.sqlite3").read_text() == "x"

    def test_lies_where_flet_says_or_in_the_persons_own_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable
    ) -> None:
        monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
        monkeypatch.setattr(storage.sys, "platform", "linux")
        monkeypatch.delenv("FLET_APP_STORAGE_DATA", raising=False)
        assert run(storage.open_storage()).path("x") == str(tmp_path / "home/.local/share/blinkpick/x")
        monkeypatch.setenv("FLET_APP_STORAGE_DATA", str(tmp_path / "app"))
        assert run(storage.open_storage()).path("x") == str(tmp_path / "app/x")


class TestOpeningInABrowser:
    """`openKeptFile` of the page; refused while another page holds the file."""

    @pytest.fixture(autouse=True)
    def in_a_browser(self, folder: Path, browser: FakeBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(storage, "IS_BROWSER", True)
        monkeypatch.setattr(storage, "OPEN_PAUSE_S", 0)
        self.before = b""
        self.refusals: list[JsException] = []
        self.asked = 0
        browser.openKeptFile = self.open_kept_file  # type: ignore[attr-defined]

    async def open_kept_file(self, name: str) -> SimpleNamespace:
        self.asked += 1
        if self.refusals:
            raise self.refusals.pop(0)
        return SimpleNamespace(file=SimpleNamespace(read=lambda: JsValue(self.before)), kind=f"kept {name}")

    def test_brings_back_what_an_earlier_run_kept(self, folder: Path, tmp_path: Path, run: Callable) -> None:
        before = tmp_path / "before"
        before.mkdir()
        (before / "phone.sqlite3").write_bytes(b"picks")
        self.before = storage.pack_folder(before)
        opened = run(storage.open_storage())
        assert Path(opened.path("phone.sqlite3")).read_bytes() == b"picks"
        assert opened.kind == "kept blinkpick"

    def test_waits_for_the_page_before_to_let_go(self, run: Callable) -> None:
        self.refusals = [JsException("held", "NoModificationAllowedError")] * (storage.OPEN_ATTEMPTS - 1)
        run(storage.open_storage())
        assert self.asked == storage.OPEN_ATTEMPTS

    def test_another_tab_that_stays_open_is_said(self, run: Callable) -> None:
        self.refusals = [JsException("held", "NoModificationAllowedError")] * storage.OPEN_ATTEMPTS
        with pytest.raises(storage.StorageInUse):
            run(storage.open_storage())

    def test_any_other_refusal_is_not_called_another_tab(self, run: Callable) -> None:
        self.refusals = [JsException("broken", "UnknownError")]
        with pytest.raises(JsException, match="broken"):
            run(storage.open_storage())
        assert self.asked == 1
