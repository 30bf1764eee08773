"""The real backend in the world: built over a real SQLite file, started, killed at any instant, started again."""

from __future__ import annotations

import asyncio
import contextvars
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import httpx

from backend.core.database import Database
from backend.main.app import create_app
from backend.main.house import House, Outside, build_house
from backend.people.tokens import SeededTokenSource
from backend.settings import Settings
from shared.clock import Clock
from shared.ids import IdSource, SeededIdSource
from tests.simulation.clocks import VirtualClock
from tests.simulation.gateways import WorldDrivers
from tests.simulation.loop_writer import LoopWriter, Power
from tests.simulation.network import Server
from tests.simulation.virtual_loop import Life, VirtualLoop, living
from tests.simulation.worked_out_once import share_doors, share_statements

T = TypeVar("T")


class SimulatedServer(Server):
    """`start` it; `kill` it whenever; `power.fail_after(n)` kills it at the n-th look at its disk from now."""

    def __init__(
        self,
        loop: VirtualLoop,
        folder: Path,
        template: Path,
        seed: int,
        *,
        drivers: WorldDrivers,
        channel_transport: httpx.AsyncBaseTransport | None,
        on_commit: Callable[[], None],
        settings: dict[str, object],
    ) -> None:
        self._loop = loop
        self._seed = seed
        self._drivers = drivers
        self._channel_transport = channel_transport
        self._on_commit = on_commit
        self._settings = settings
        self._path = folder / "house.db"
        shutil.copy(template, self._path)
        self.clock = VirtualClock(loop)
        self.starts = 0
        self.started_at_s = 0.0
        self.house: House | None = None
        self.power = Power(self._power_gone)
        self.on_death: list[Callable[[], None]] = []

    async def start(self) -> None:
        """Open the house on what the disk holds. Returns when it takes orders, or when it was killed meanwhile."""
        assert self.life is None, "the server runs already"
        self.starts += 1
        self.power = Power(self._power_gone)
        life = self.life = Life(f"server {self.starts}")
        house = self.house = self._build()
        with living(life):
            starting = self._loop.create_task(self._open(house))
        await _ended(starting, life)
        if starting.done():
            starting.result()

    async def do(self, verb: Callable[[House], Coroutine[Any, Any, T]]) -> T | None:
        """Something done at the server itself, as on its command line. None where it died on the way."""
        house, life = self.house, self.life
        if house is None or life is None:
            return None
        with living(life):
            task = self._loop.create_task(verb(house))
        await _ended(task, life)
        return task.result() if task.done() else None

    def kill(self) -> None:
        """As `kill -9`: nothing of it runs any more, and an open transaction was never there."""
        if self.life is None:
            return
        life, self.life, self.application = self.life, None, None
        life.end()
        house, self.house = self.house, None
        assert house is not None
        writer = house.writer
        assert isinstance(writer, LoopWriter)
        writer.abandon()
        house.database.close()
        self._drivers.unplug()
        for tell in self.on_death:
            tell()

    def _power_gone(self) -> None:
        self.kill()

    async def _open(self, house: House) -> None:
        await house.start()
        app = create_app(house)
        share_doors(app)
        self.application = app  # type: ignore[assignment]
        self.started_at_s = self._loop.time()

    def _build(self) -> House:
        # A new process draws new secrets and new ids; the same ones in the same life of the same world.
        life = f"{self._seed}:{self.starts}"
        number = int.from_bytes(life.encode()[-8:], "big")

        def make_writer(database: Database, clock: Clock, ids: IdSource) -> LoopWriter:
            writer = LoopWriter(database, clock, ids)
            writer.power, writer.on_commit = self.power, self._on_commit
            return writer

        house = build_house(
            Settings(_env_file=None, DATABASE_URL=f"sqlite:///{self._path}", **self._settings),  # type: ignore[arg-type]
            self.clock,
            SeededIdSource(self.clock, seed=number),
            secrets={},
            outside=Outside(
                make_writer=make_writer,
                tokens=SeededTokenSource(number),
                drivers=self._drivers,
                channel_transport=self._channel_transport,
            ),
        )
        share_statements(house.database)
        return house


async def _ended(task: asyncio.Task[Any], life: Life) -> None:
    """Until the task is done, or its process is dead."""
    ended = asyncio.Event()
    task.add_done_callback(lambda _: ended.set(), context=contextvars.Context())
    life.on_end[ended.set] = None
    await ended.wait()
