"""Virtual time: sleepers wake in order at their instants, and what is real is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from backend.labels.workbench.virtual_time import VirtualTime

Run = Callable[[Awaitable[Any]], Any]


class TestAdvance:
    def test_sleepers_wake_at_their_own_instants(self, run: Run) -> None:
        async def scenario() -> None:
            time, woken = VirtualTime(), []

            async def sleeper(seconds: float) -> None:
                await time.sleep(seconds)
                woken.append((seconds, time.clock.monotonic_s()))

            tasks = [asyncio.create_task(sleeper(seconds)) for seconds in (7.0, 3.0, 5.0, 11.0)]
            await time.advance(10)
            assert woken == [(3.0, 3.0), (5.0, 5.0), (7.0, 7.0)]
            assert time.clock.monotonic_s() == 10
            tasks[-1].cancel()

        run(scenario())

    def test_it_waits_for_what_is_under_way_outside_it(self, run: Run) -> None:
        async def scenario() -> None:
            under_way, seen = set[str](), []
            time = VirtualTime(is_busy=lambda: bool(under_way))

            async def asks() -> None:
                await time.sleep(1)
                under_way.add("request")
                await asyncio.sleep(0.02)  # a socket takes real time
                under_way.clear()
                seen.append(time.clock.monotonic_s())

            asking = asyncio.create_task(asks())
            await time.advance(60)
            assert seen == [1.0]
            await asking

        run(scenario())
