"""Looks at every store again and again; one store's trouble does not stop the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

Look = Callable[[str], Awaitable[object]]
StoreIds = Callable[[], list[str]]
Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger("picking")


async def go_round(look: Look, store_ids: StoreIds, every_s: float, sleep: Sleep, *, failed: str) -> None:
    """`look` at each store, rest for `every_s`, and so on. `failed` is what the log says of a look that did."""
    while True:
        for store_id in await asyncio.to_thread(store_ids):
            try:
                await look(store_id)
            except Exception:
                _log.exception(failed, store=store_id)
        await sleep(every_s)
