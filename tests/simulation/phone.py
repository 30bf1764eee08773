"""A picker's phone: the app's real state, outbox and link; its air, its clock and its battery are the world's."""

from __future__ import annotations

import asyncio
import contextvars
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import httpx

from mobile.services.edges import Connector, Edges
from mobile.services.outbox import Outbox
from mobile.services.scanner import TypedScans
from mobile.services.signals import SilentSignals
from mobile.settings import OUTBOX_FILE_NAME, PhoneSettings
from mobile.state.app_state import AppState
from shared.ids import SeededIdSource
from tests.simulation.clocks import VirtualClock
from tests.simulation.network import HOST, Air, AirTransport
from tests.simulation.virtual_loop import Life, VirtualLoop, living

T = TypeVar("T")


class _NoNotices:
    def listen(self, on_notice: object) -> None:
        return


class SimulatedPhone:
    """Switched on by `start`; `kill` is the app's end without a word: battery, system, or a fall."""

    def __init__(
        self, name: str, loop: VirtualLoop, folder: Path, seed: int, air: Air, *, wrong_by_s: float = 0.0
    ) -> None:
        self.name = name
        self.air = air
        self.clock = VirtualClock(loop, wrong_by_s)
        self._loop = loop
        self._folder = folder / name
        self._folder.mkdir()
        self._seed = seed
        self._starts = 0
        self.life: Life | None = None
        self.app: AppState | None = None
        self.scans = TypedScans()
        self._waiting: dict[asyncio.Future[Any], None] = {}
        self._bell = asyncio.Event()
        self.connect: Connector = air.connect
        self.app_version: str | None = None

    @property
    def is_on(self) -> bool:
        return self.app is not None

    def start(self) -> AppState:
        """Open the app on what the phone's storage holds."""
        assert self.life is None, "the app runs already"
        self._starts += 1
        self.life = Life(f"{self.name} {self._starts}")
        chance = random.Random(f"{self._seed}:{self.name}:{self._starts}")
        self.scans = TypedScans()
        with living(self.life):
            self.app = AppState(
                Edges(
                    settings=self._settings(),
                    clock=self.clock,
                    ids=SeededIdSource(self.clock, seed=chance.getrandbits(64)),
                    random=chance,
                    sleep=asyncio.sleep,
                    connect=self.connect,
                    http=httpx.AsyncClient(transport=AirTransport(self.air, self._loop)),
                    outbox_path=self._folder / OUTBOX_FILE_NAME,
                    flush=_flush,
                    scans=self.scans,
                    signals=SilentSignals(),
                    notices=_NoNotices(),
                )
            )
            self._loop.create_task(self.app.run())
        self.app.work.on_refresh(self._ring)
        return self.app

    def tap(self, verb: Callable[[AppState], None]) -> None:
        """A finger on the screen: whatever the app begins because of it, the phone lives through."""
        if self.life is not None and self.app is not None:
            with living(self.life):
                verb(self.app)

    async def news(self, at_most_s: float) -> None:
        """Until the app has something new about the work, or so much time has passed."""
        self._bell.clear()
        try:
            async with asyncio.timeout(at_most_s):
                await self._bell.wait()
        except TimeoutError:
            return

    def _ring(self) -> None:
        self._bell.set()

    def _settings(self) -> PhoneSettings:
        settings = PhoneSettings(backend_url=f"http://{HOST}", device_name=self.name)
        return settings if self.app_version is None else settings.model_copy(update={"app_version": self.app_version})

    async def do(self, verb: Callable[[AppState], Coroutine[Any, Any, T]]) -> T | None:
        """Something the picker does in the app, lived through by the phone. None where the app died on the way."""
        if self.life is None or self.app is None:
            return None
        done: asyncio.Future[T | None] = self._loop.create_future()
        self._waiting[done] = None
        with living(self.life):
            task = self._loop.create_task(verb(self.app))
        task.add_done_callback(lambda task: _hand_over(task, done), context=contextvars.Context())
        try:
            return await done
        finally:
            self._waiting.pop(done, None)

    def kill(self) -> None:
        if self.life is None:
            return
        self.life.end()
        for done in list(self._waiting):
            if not done.done():
                done.set_result(None)
        self.life = None
        app, self.app = self.app, None
        assert app is not None
        app.close()
        self.air.phone_died()

    def kept(self) -> Outbox:
        """What the phone's storage holds; only while the app does not run."""
        assert self.app is None, "the app has its storage open"
        return Outbox(self._folder / OUTBOX_FILE_NAME, _flush)


async def _flush() -> None:
    """A device's own file system; a moment passes, in which the app may be killed."""
    await asyncio.sleep(0.002)


def _hand_over(task: asyncio.Task[Any], done: asyncio.Future[Any]) -> None:
    if done.done() or task.cancelled():
        return
    error = task.exception()
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(task.result())
