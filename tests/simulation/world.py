"""One world: a shop, its server, phones, gateways and channels on one clock and one source of chance.

The same seed gives the same world, event for event; `digest` says so.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import logging
import random
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import anyio.to_thread
import structlog

from backend.picking import places
from backend.routing import batch_search
from mobile.services import kept_lists, synced
from shared.labels import LightColour
from shared.sync import session
from tests.simulation.clocks import CountedTime, VirtualClock
from tests.simulation.gateways import BLUETOOTH, Gateway, Light, RadioModel, WorldDrivers
from tests.simulation.network import Air
from tests.simulation.outside import OutsideWorld
from tests.simulation.phone import SimulatedPhone
from tests.simulation.server import SimulatedServer
from tests.simulation.shops import Shop
from tests.simulation.virtual_loop import VirtualLoop
from tests.simulation.worked_out_once import CHEAP_PINS, KnownGraphs, KnownTexts

T = TypeVar("T")
LAST_NOTES = 60
LOOKS_FOR_CIRCLES = (10_000, 20, 20)  # as in a shop: backend/main/serving.py says why
MEMORY_DISK = Path("/dev/shm")  # a crash in here is the world's, not the machine's: the disk need not be real


class World:
    """Build it, `run` a story in it, `close` it. Whoever notes something adds to the digest."""

    def __init__(
        self,
        shop: Shop,
        seed: int,
        *,
        radio: RadioModel = BLUETOOTH,
        make_gateway: type[Gateway] = Gateway,
        settings: dict[str, object] | None = None,
    ) -> None:
        _be_quiet()
        self._patches = ExitStack()
        self._patches.enter_context(_fewer_looks_for_circles())
        texts = KnownTexts()
        for place, name, stands_there in (
            (anyio.to_thread, "run_sync", _at_once),
            (batch_search, "time", CountedTime()),
            (places, "StoreGraph", KnownGraphs),
            (session, "read_backend_message", texts.read),
            (synced, "PickList", texts),
            (kept_lists, "text_of", texts.written),
        ):
            self._patches.enter_context(patch.object(place, name, stands_there))
        self.shop = shop
        self.seed = seed
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.folder = Path(
            tempfile.mkdtemp(prefix="blinkpick-world-", dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None)
        )
        self._digest = hashlib.sha256()
        self.notes: deque[str] = deque(maxlen=LAST_NOTES)
        self.on_note: list[Callable[[str, str], None]] = []
        self.gateways = {
            name: make_gateway(
                name,
                radio,
                self.loop,
                self.chance(f"radio {name}"),
                self.note,
                frozenset(label for label, gateway in shop.gateway_of.items() if gateway == name),
            )
            for name in sorted(set(shop.gateway_of.values()))
        }
        self.on_commit: list[Callable[[], None]] = []
        self.outside = OutsideWorld(self.loop)
        self.server = SimulatedServer(
            self.loop,
            self.folder,
            shop.template,
            seed,
            drivers=WorldDrivers(lambda label: self.gateways[shop.gateway_of[label]]),
            channel_transport=self.outside,
            on_commit=self._committed,
            settings={
                "is_demo": False,
                "demo_path": self.folder / "demo.json",
                "people": CHEAP_PINS,
                **(settings or {}),
            },
        )
        self.phones: list[SimulatedPhone] = []
        self.airs: list[Air] = []
        self.server.on_death.append(self._server_died)

    # Chance and record

    def chance(self, what: str) -> random.Random:
        """A source of chance of its own for each part, so that one more draw here changes nothing there."""
        return random.Random(f"{self.seed}:{what}")

    def note(self, kind: str, text: str) -> None:
        """Something happened that the digest must know."""
        line = f"{self.loop.time():.6f} {kind} {text}"
        self._digest.update(line.encode())
        self.notes.append(line)
        for hear in self.on_note:
            hear(kind, text)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    # Things

    def add_air(self, name: str) -> Air:
        air = Air(
            self.loop,
            self.chance(f"air {name}"),
            self.server,
            lambda direction, text: self.note(f"{name} {direction}", text),
        )
        self.airs.append(air)
        return air

    def add_phone(self, name: str, *, wrong_by_s: float = 0.0) -> SimulatedPhone:
        phone = SimulatedPhone(name, self.loop, self.folder, self.seed, self.add_air(name), wrong_by_s=wrong_by_s)
        self.phones.append(phone)
        return phone

    def light_of(self, label: str) -> Light | None:
        """What a label shows now."""
        return self.gateways[self.shop.gateway_of[label]].light_of(label)

    def blinks(self, address: str, colour: LightColour | None) -> bool:
        """Whether a label that hangs at this address blinks in this colour, for whoever stands there to see."""
        lights = (self.light_of(label) for label in self.shop.labels_at.get(address, ()))
        return any(light is not None and light.flash.colour == colour for light in lights)

    # Running

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        """Live through a story to its end."""
        asyncio.set_event_loop(self.loop)
        try:
            return self.loop.run_until_complete(story)
        finally:
            asyncio.set_event_loop(None)

    def close(self) -> None:
        for phone in self.phones:
            phone.kill()
        self.server.kill()
        self.loop.close()
        # A world holds itself in circles: the next one shall not stand beside it. What was there before is still set
        # aside, or this would look through everything that pytest has gathered.
        gc.collect()
        self._patches.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _committed(self) -> None:
        for look in self.on_commit:
            look()

    def _server_died(self) -> None:
        self.note("server", "died")
        for air in self.airs:
            air.server_died()


async def _at_once(work: Callable[..., T], *values: Any, **_: Any) -> T:
    """What the web framework would hand to a thread of its own."""
    return work(*values)


@contextmanager
def _fewer_looks_for_circles() -> Iterator[None]:
    """What is there before the world stays until its end: the collector need not look it through meanwhile."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*LOOKS_FOR_CIRCLES)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _be_quiet() -> None:
    """A world in which everything goes wrong would fill the terminal; the notes say what matters."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for name in ("asyncio", "sqlalchemy.pool"):  # the dead do not tidy up, and say so
        logging.getLogger(name).setLevel(logging.CRITICAL)
