"""Virtual time: everything at its own instant, in the same order, and the dead do nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.simulation.virtual_loop import TASKS_MIN, Life, VirtualLoop, WorldStandsStill, living


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    loop = VirtualLoop()
    yield loop
    loop.close()


def test_hours_pass_in_a_moment(loop: VirtualLoop) -> None:
    began_s = time.monotonic()
    loop.run_until_complete(asyncio.sleep(36_000))
    assert loop.time() == 36_000
    assert time.monotonic() - began_s < 60


def test_sleepers_wake_in_the_order_of_their_instants(loop: VirtualLoop) -> None:
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append((name, loop.time()))

    async def story() -> None:
        await asyncio.gather(sleeper("late", 3), sleeper("early", 1), sleeper("middle", 2))

    loop.run_until_complete(story())
    assert woken == [("early", 1), ("middle", 2), ("late", 3)]


def test_what_would_go_to_a_thread_is_done_here(loop: VirtualLoop) -> None:
    import threading

    where = loop.run_until_complete(asyncio.to_thread(threading.get_ident))
    assert where == threading.get_ident()


def test_an_error_on_the_other_thread_comes_back(loop: VirtualLoop) -> None:
    with pytest.raises(ZeroDivisionError):
        loop.run_until_complete(asyncio.to_thread(lambda: 1 / 0))


def test_a_life_that_ends_takes_its_tasks_and_timers_with_it_and_nothing_tidies_up(loop: VirtualLoop) -> None:
    said: list[str] = []
    life = Life("server")

    async def server() -> None:
        try:
            await asyncio.sleep(10)
            said.append("worked on")
        finally:
            said.append("tidied up")

    async def story() -> None:
        with living(life):
            loop.create_task(server())
            loop.call_later(5, said.append, "timer")
            loop.call_later(1, said.append, "timer before the end")
        await asyncio.sleep(2)
        life.is_over = True
        await asyncio.sleep(60)

    loop.run_until_complete(story())
    assert said == ["timer before the end"]


def test_what_the_world_has_taken_over_happens_all_the_same(loop: VirtualLoop) -> None:
    said: list[str] = []
    life = Life("phone")

    async def story() -> None:
        with living(life):
            loop.in_world(5, said.append, "the letter arrives")
        life.is_over = True
        await asyncio.sleep(6)

    loop.run_until_complete(story())
    assert said == ["the letter arrives"]


def test_a_world_in_which_nothing_will_ever_happen_says_so(loop: VirtualLoop) -> None:
    with pytest.raises(WorldStandsStill, match="nothing is due"):
        loop.run_until_complete(loop.create_future())


def test_a_broken_invariant_ends_the_story_even_in_a_callback_nobody_waits_for(loop: VirtualLoop) -> None:
    def notice() -> None:
        raise AssertionError("two orders are one")

    async def story() -> None:
        loop.call_soon(notice)
        await asyncio.sleep(60)

    with pytest.raises(AssertionError, match="two orders are one"):
        loop.run_until_complete(story())
    assert loop.time() == 0


def test_a_life_lets_go_of_tasks_that_are_done_and_of_no_other(loop: VirtualLoop) -> None:
    life = Life("server")
    waiting: list[asyncio.Task[None]] = []

    async def story() -> None:
        with living(life):
            waiting.extend(loop.create_task(asyncio.sleep(3_600)) for _ in range(10))
            for _ in range(100 * TASKS_MIN):
                await loop.create_task(asyncio.sleep(0))

    loop.run_until_complete(story())
    assert set(waiting) <= set(life.tasks)
    assert len(life.tasks) <= TASKS_MIN


def test_a_timer_that_was_called_off_does_nothing(loop: VirtualLoop) -> None:
    said: list[str] = []

    async def story() -> None:
        loop.call_later(1, said.append, "called off").cancel()
        loop.call_later(2, said.append, "due")
        await asyncio.sleep(3)

    loop.run_until_complete(story())
    assert said == ["due"]
