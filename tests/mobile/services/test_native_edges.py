"""What the app stands on on a device: its own folder, a backend named by the environment, no page to listen to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.services import native_socket
from mobile.services.native_edges import BACKEND_URL_VARIABLE, open_native_edges
from mobile.services.outbox import Outbox
from mobile.settings import OUTBOX_FILE_NAME, PhoneSettings


@pytest.fixture(autouse=True)
def device_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLET_APP_STORAGE_DATA", str(tmp_path / "app"))
    monkeypatch.delenv(BACKEND_URL_VARIABLE, raising=False)
    return tmp_path / "app"


def test_the_backend_is_the_one_named(run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(open_native_edges()).settings == PhoneSettings()
    monkeypatch.setenv(BACKEND_URL_VARIABLE, "https://shop.example")
    assert run(open_native_edges()).settings.websocket_url == "wss://shop.example/api/v1/sync"


def test_the_outbox_outlives_the_app_in_the_devices_folder(run: Callable, device_folder: Path) -> None:
    edges = run(open_native_edges())
    assert edges.outbox_path == device_folder / OUTBOX_FILE_NAME
    outbox = Outbox(edges.outbox_path, edges.flush)
    run(outbox.remember("language", "pt"))
    outbox.close()
    again = run(open_native_edges())
    assert Outbox(again.outbox_path, again.flush).recall("language") == "pt"


def test_it_speaks_over_a_socket_of_its_own_and_hears_typed_scans(run: Callable) -> None:
    edges = run(open_native_edges())
    assert edges.connect is native_socket.connect
    codes: list[str] = []
    edges.scans.listen(codes.append)
    edges.scans.scan("7610000000011")
    assert codes == ["7610000000011"]


def test_nothing_is_noticed_by_itself(run: Callable) -> None:
    told: list[bool] = []
    run(open_native_edges()).notices.listen(lambda: told.append(True))
    assert told == []
