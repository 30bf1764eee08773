"""A supervisor's phone, signed in, with a backend that answers about labels as the test says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from mobile.services.files import PickedFile
from mobile.services.outbox import DEVICE_TOKEN, PROFILE, SESSION_TOKEN, Outbox
from mobile.services.signals import Signal, SilentSignals
from mobile.state.app_state import AppState
from tests.mobile.builders import VirtualTime, edges, no_flush
from tests.mobile.fake_backend import TOKEN, FakeBackend
from tests.mobile.test_supervisor import SIGNED_IN

STORE = "/api/v1/stores/sto_1"


class SupervisorsPhone:
    """`app` and `backend`; `given` are the signals so far."""

    def __init__(self, app: AppState, backend: FakeBackend, signals: SilentSignals, files: GivenFiles) -> None:
        self.files = files
        self.app = app
        self.backend = backend
        self._signals = signals

    def answer(self, method: str, path: str, body: Any, status: int = 200) -> None:
        """`path` below the store."""
        self.backend.http_answers[(method, f"{STORE}/{path}")] = httpx.Response(status, json=body)

    def refuse(self, method: str, path: str, code: str, status: int = 422) -> None:
        self.answer(method, path, {"title": "no", "detail": "no", "code": code, "status": status}, status)

    @property
    def asked(self) -> list[tuple[str, str, Any]]:
        return [(method, path.removeprefix(f"{STORE}/"), body) for method, path, body, _ in self.backend.asked]

    @property
    def given(self) -> list[Signal]:
        return self._signals.given


class GivenFiles:
    """The phone's files: what is chosen next, and what was kept."""

    def __init__(self) -> None:
        self.next: PickedFile | None = None
        self.kept: dict[str, bytes] = {}

    async def pick(self, extensions: list[str]) -> PickedFile | None:
        return self.next

    async def keep(self, name: str, content: bytes) -> None:
        self.kept[name] = content


async def supervisors_phone(folder: Path, **profile: Any) -> SupervisorsPhone:
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    kept = {key: value for key, value in {**SIGNED_IN, **profile}.items() if key != "session_token"}
    await outbox.remember(DEVICE_TOKEN, "dev_1")
    await outbox.remember(PROFILE, json.dumps(kept))
    await outbox.remember(SESSION_TOKEN, TOKEN)
    outbox.close()
    backend = FakeBackend(VirtualTime().clock)
    files = GivenFiles()
    world = replace(edges(folder, backend.connect, http=backend.http), files=files)
    assert isinstance(world.signals, SilentSignals)
    return SupervisorsPhone(AppState(world), backend, world.signals, files)
