"""Work begun where it is asked for: a write to a phone that reads along is done at once, without waking its task."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


def begin(work: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None] | None:
    """Run `work` until it first has to wait. None: it is done; else await what is returned to see it through.

    Raises what `work` raises meanwhile. `work` may wait for futures and for its turn, and must not ask for its task:
    it begins in one and ends in another.
    """
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return _see_through(work, waits_for)


async def _see_through(work: Coroutine[Any, Any, None], waits_for: asyncio.Future[Any] | None) -> None:
    try:
        while True:
            if waits_for is None:
                await asyncio.sleep(0)
            else:
                await asyncio.wait([waits_for])
            try:
                waits_for = work.send(None)
            except StopIteration:
                return
    finally:
        work.close()
