"""Draws a component again as time goes by, for everything that says "in 12 min"."""

from __future__ import annotations

import asyncio

import flet as ft
from flet.components.hooks.use_ref import MutableRef

TICK_S = 15.0


def use_tick(every_s: float = TICK_S) -> int:
    """How often it has ticked; reading it is enough."""
    ticks, set_ticks = ft.use_state(0)
    owner: MutableRef[object] = ft.use_ref()

    async def tick() -> None:
        me = object()
        owner.current = me
        while True:
            await asyncio.sleep(every_s)
            if owner.current is not me:
                return
            set_ticks(lambda before: before + 1)

    def stop() -> None:
        owner.current = None

    ft.use_effect(tick, [], stop)
    return int(ticks)
