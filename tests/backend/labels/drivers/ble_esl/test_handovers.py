"""Who waits hears of it once: taken, or why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backend.labels.drivers.ble_esl.handovers import Handovers
from backend.labels.port import AnswerMissing, GatewayUnreachable

Run = Callable[[Awaitable[Any]], Any]


async def waiting(handovers: Handovers, *tokens: str) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(handovers.wait(token)) for token in tokens]
    await asyncio.sleep(0)
    return tasks


class TestHandovers:
    def test_what_is_taken_is_waited_for_no_longer(self, run: Run) -> None:
        async def scenario() -> None:
            handovers = Handovers()
            first, second = await waiting(handovers, "t1", "t2")
            handovers.settle(["t1", "somebody else's"])
            await first
            assert not second.done()
            handovers.settle(["t2"], AnswerMissing("no answer"))
            handovers.settle(["t2"])
            with pytest.raises(AnswerMissing):
                await second

        run(scenario())

    def test_all_hear_that_it_is_over_except_who_has_gone(self, run: Run) -> None:
        async def scenario() -> None:
            handovers = Handovers()
            gone, here = await waiting(handovers, "t1", "t2")
            gone.cancel()
            handovers.settle_all(GatewayUnreachable("closed"))
            with pytest.raises(GatewayUnreachable):
                await here
            with pytest.raises(asyncio.CancelledError):
                await gone

        run(scenario())
