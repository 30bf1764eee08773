"""Waiting for a condition, so that no test guesses how long something takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
WAIT_MAX_S = 60.0
LOOK_EVERY_S = 0.002


async def until(condition: Callable[[], T]) -> T:
    """Let everything else run until `condition()` is true; gives what it returned. Fails after WAIT_MAX_S."""
    async with asyncio.timeout(WAIT_MAX_S):
        while not (value := condition()):  # noqa: ASYNC110 - a condition of any kind rings no bell
            await asyncio.sleep(LOOK_EVERY_S)  # other threads, the writer's too, need real time
    return value
