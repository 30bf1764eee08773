"""A furnished shop for the room's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.core.database import Database
from backend.core.writer import Writer
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from shared.clock import ManualClock
from tests.backend.labels.shop import Run, Shop, Stop


@pytest.fixture
def shop(run: Run, database: Database, clock: ManualClock, writer: Writer) -> Iterator[Shop]:
    shop = Shop(run, VirtualTime(clock), database, writer)
    run(shop.start())
    yield shop
    run(shop.stop())


@pytest.fixture
def walk(shop: Shop) -> Shop:
    """A furnished shop with a walk of three far stops that a picker is about to start."""
    shop.run(shop.furnish())
    shop.walks.open["pkl"] = [Stop(f"pick{bay}", f"loc_{bay}", bay, distance_m=50.0) for bay in (1, 2, 3)]
    return shop
