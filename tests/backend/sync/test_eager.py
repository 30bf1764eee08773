"""Work begun at once and seen through later: the same steps, the same errors, nothing left lying about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backend.sync.eager import begin

Run = Callable[..., Any]


def test_what_need_not_wait_is_done_at_once(run: Run) -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("written")

    async def scenario() -> None:
        assert begin(work()) is None
        assert done == ["written"]

    run(scenario())


def test_what_waits_goes_on_where_it_was(run: Run) -> None:
    done: list[Any] = []

    async def scenario() -> None:
        gate: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            done.append("begun")
            done.append(await gate)
            await asyncio.sleep(0)
            done.append("ended")

        rest = begin(work())
        assert rest is not None
        assert done == ["begun"]
        seeing = asyncio.create_task(rest)
        await asyncio.sleep(0)
        gate.set_result("opened")
        await seeing
        assert done == ["begun", "opened", "ended"]

    run(scenario())


@pytest.mark.parametrize("is_later", [False, True])
def test_errors_reach_whoever_waits(run: Run, is_later: bool) -> None:
    async def work() -> None:
        if is_later:
            await asyncio.sleep(0)
        raise OSError("gone")

    async def scenario() -> None:
        if not is_later:
            with pytest.raises(OSError, match="gone"):
                begin(work())
            return
        rest = begin(work())
        assert rest is not None
        with pytest.raises(OSError, match="gone"):
            await rest

    run(scenario())


def test_an_error_it_waits_for_is_its_own_to_handle(run: Run) -> None:
    handled: list[str] = []

    async def scenario() -> None:
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            try:
                await gate
            except OSError as error:
                handled.append(str(error))

        rest = begin(work())
        assert rest is not None
        gate.set_exception(OSError("gone"))
        await rest
        assert handled == ["gone"]

    run(scenario())


def test_given_up_it_is_put_away(run: Run) -> None:
    put_away: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            put_away.append(True)

    async def scenario() -> None:
        rest = begin(work())
        assert rest is not None
        seeing = asyncio.create_task(rest)
        await asyncio.sleep(0)
        seeing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await seeing
        assert put_away == [True]

    run(scenario())
