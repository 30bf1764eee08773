"""Batches: the first command goes at once, those that come meanwhile go together, everybody hears their own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from backend.labels.batching import Asked, Batcher
from backend.labels.port import GatewayBusy, GatewayUnreachable, LabelUnknown

Run = Callable[[Awaitable[Any]], Any]


class Gateway:
    """Takes batches; `gate` holds the answer back."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, batch: Sequence[Asked[str]]) -> None:
        self.batches.append([each.what for each in batch])
        await self.gate.wait()
        if any(each.what == "busy" for each in batch):
            raise GatewayBusy("later")
        for each in batch:
            if each.what == "nobody":
                each.fail(LabelUnknown("no such label"))
            each.done()


async def ask_all(batcher: Batcher[str], *labels: str) -> list[Any]:
    return await asyncio.gather(*map(batcher.ask, labels), return_exceptions=True)


class TestBatcher:
    def test_those_that_come_while_one_is_under_way_go_together(self, run: Run) -> None:
        async def scenario() -> None:
            gateway = Gateway()
            batcher = Batcher(gateway.send, batch_max=3)
            batcher.start()
            gateway.gate.clear()
            first = asyncio.create_task(batcher.ask("a"))
            await asyncio.sleep(0)
            others = asyncio.create_task(ask_all(batcher, *"bcdef"))
            for _ in range(5):
                await asyncio.sleep(0)
            assert gateway.batches == [["a"]]
            gateway.gate.set()
            await first
            assert await others == [None] * 5
            assert gateway.batches == [["a"], [*"bcd"], [*"ef"]]
            await batcher.close()

        run(scenario())

    def test_each_hears_its_own_answer(self, run: Run) -> None:
        async def scenario() -> None:
            batcher = Batcher(Gateway().send, batch_max=9)
            batcher.start()
            good, unknown = await ask_all(batcher, "a", "nobody")
            assert good is None
            assert isinstance(unknown, LabelUnknown)
            assert {type(each) for each in await ask_all(batcher, "a", "busy")} == {GatewayBusy}
            assert await ask_all(batcher, "a") == [None], "an error ends a batch, not the sending"
            await batcher.close()

        run(scenario())

    def test_who_still_waits_at_the_end_hears_of_it(self, run: Run) -> None:
        async def scenario() -> None:
            gateway = Gateway()
            gateway.gate.clear()
            batcher = Batcher(gateway.send, batch_max=1)
            await batcher.close()
            batcher.start()
            asking = asyncio.create_task(ask_all(batcher, "a", "b"))
            for _ in range(5):
                await asyncio.sleep(0)
            await batcher.close()
            assert [type(each) for each in await asking] == [GatewayUnreachable, GatewayUnreachable]
            with pytest.raises(GatewayUnreachable):
                await batcher.ask("c")

        run(scenario())
