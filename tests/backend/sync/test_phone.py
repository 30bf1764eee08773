"""What a phone is told leaves in order, whether it could be written at once or had to wait its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backend.sync.phone import CLOSE_SIGNED_OUT, Phone, PhoneClosed
from tests.backend.sync.conftest import make_principal

Run = Callable[..., Any]


class Line:
    """The connection's end: it writes what it can at once, and the rest when asked for `next_texts`."""

    def __init__(self) -> None:
        self.phone = Phone(make_principal())
        self.phone.write_at_once = self.write_at_once
        self.written: list[str] = []
        self.at_once: list[str] = []
        self.is_congested = False
        self.is_free = asyncio.Event()
        self._held: list[str] = []

    def write_at_once(self, text: str) -> bool:
        self.at_once.append(text)
        (self._held if self.is_congested else self.written).append(text)
        return not self.is_congested

    async def speak(self) -> None:
        while True:
            texts = await self.phone.next_texts()
            if self.is_congested:
                await self.is_free.wait()
            self.written += [*self._held, *texts]
            self._held.clear()


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_an_idle_phone_is_written_to_at_once(run: Run) -> None:
    async def scenario() -> None:
        line = Line()
        speaking = asyncio.create_task(line.speak())
        await turns()
        for text in ("1", "2"):
            line.phone.say(text)
        assert line.written == line.at_once == ["1", "2"]
        speaking.cancel()

    run(scenario())


def test_before_anybody_listens_it_waits(run: Run) -> None:
    async def scenario() -> None:
        line = Line()
        line.phone.say("1")
        assert (line.at_once, await line.phone.next_texts()) == ([], ["1"])

    run(scenario())


def test_what_comes_while_one_is_stuck_goes_after_it(run: Run) -> None:
    async def scenario() -> None:
        line = Line()
        speaking = asyncio.create_task(line.speak())
        await turns()
        line.is_congested = True
        for text in ("1", "2"):
            line.phone.say(text)
        line.phone.say_live("lights", "old")
        line.phone.say_live("lights", "new")
        await turns()
        line.phone.say("3")
        assert (line.at_once, line.written) == (["1"], [])
        line.is_congested = False
        line.is_free.set()
        await turns()
        assert line.written == ["1", "2", "new", "3"]
        line.phone.say("4")
        assert line.at_once == ["1", "4"]
        speaking.cancel()

    run(scenario())


def test_a_closed_phone_says_why_and_writes_nothing_more(run: Run) -> None:
    async def scenario() -> None:
        line = Line()
        speaking = asyncio.create_task(line.speak())
        await turns()
        line.phone.close(CLOSE_SIGNED_OUT, "over")
        line.phone.say("late")
        with pytest.raises(PhoneClosed, match="over"):
            await speaking
        assert line.written == line.at_once == []

    run(scenario())
