"""The start: a browser or a device to stand on, and a sentence for a phone whose storage another tab holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flet as ft
import pytest

from mobile import main as start
from mobile.captions import LANGUAGE_NAMES, captions_in
from mobile.services import browser_socket, native_socket
from mobile.services.edges import Edges
from mobile.web import page_bridge
from mobile.web.storage import StorageInUse
from tests.mobile.fake_javascript import FakeBrowser


@pytest.fixture(autouse=True)
def device_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLET_APP_STORAGE_DATA", str(tmp_path))


class TestEdges:
    def test_on_a_device_are_native(self, run: Callable) -> None:
        assert run(start.open_edges()).connect is native_socket.connect

    def test_in_our_page_are_the_browsers(
        self, run: Callable, browser: FakeBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page_bridge, "IS_BROWSER", True)
        assert run(start.open_edges()).connect is browser_socket.connect


class TestMain:
    def test_shows_the_app_on_its_edges(self, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
        shown: list[tuple[Any, Edges]] = []

        async def show(page: Any, edges: Edges) -> None:
            shown.append((page, edges))

        monkeypatch.setattr(start, "show", show)
        page = SimpleNamespace()
        run(start.main(page))
        ((shown_page, edges),) = shown
        assert shown_page is page
        assert edges.connect is native_socket.connect

    def test_says_in_every_language_that_another_tab_has_it_and_starts_nothing(
        self, run: Callable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def held() -> Edges:
            raise StorageInUse("The app is open in another tab")

        monkeypatch.setattr(start, "open_edges", held)
        added: list[ft.Control] = []
        run(start.main(SimpleNamespace(add=added.append)))  # a page that can do nothing else
        (area,) = added
        said = [text.value for text in area.content.controls]  # type: ignore[attr-defined]
        assert said == [captions_in(language)("problem.other_tab") for language in LANGUAGE_NAMES]
        assert len(set(said)) == 3

    def test_any_other_failure_is_not_called_another_tab(self, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
        async def broken() -> Edges:
            raise OSError("broken")

        monkeypatch.setattr(start, "open_edges", broken)
        with pytest.raises(OSError, match="broken"):
            run(start.main(SimpleNamespace(add=None)))


def test_run_hands_main_to_flet(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[object] = []
    monkeypatch.setattr(ft, "run", handed.append)
    start.run()
    assert handed == [start.main]
