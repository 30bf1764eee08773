"""Worlds come and go in one process: nothing of a closed one stays."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from tests.simulation.hour import live
from tests.simulation.shops import small_shop
from tests.simulation.test_hour import SHORT
from tests.simulation.world import World

AGAIN = 5
OBJECTS_KEPT_MAX = 100  # by each further life of one and the same world; a house alone has thousands


def lived_and_closed() -> list[weakref.ref[Any]]:
    """A server that was started, killed, and started again; and a phone that was switched on."""
    seen: list[weakref.ref[Any]] = []
    with World(small_shop(), 1) as world:

        async def story() -> None:
            for _ in range(2):
                await world.server.start()
                house = world.server.house
                assert house is not None
                seen.extend(weakref.ref(one) for one in (house.bus, house.writer, house.database, house.sync))
                world.server.kill()
            seen.append(weakref.ref(world.add_phone("phone").start()))

        world.run(story())
    return [*seen, weakref.ref(world)]


def test_nothing_of_a_closed_world_stays() -> None:
    refs = lived_and_closed()
    gc.collect()
    assert [ref() for ref in refs if ref() is not None] == []


def test_a_process_stays_as_it_is_however_many_worlds_it_has_seen() -> None:
    def objects_after(seed: int) -> int:
        live(seed, SHORT)
        gc.collect()
        return len(gc.get_objects())

    objects_after(2)  # whatever is made when it is first used
    before = objects_after(2)
    after = [objects_after(2) for _ in range(AGAIN)]
    assert after[-1] - before <= AGAIN * OBJECTS_KEPT_MAX
