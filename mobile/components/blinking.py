"""On and off in the rhythm of a label, never more than three times a second (WCAG 2.3.1)."""

from __future__ import annotations

import asyncio

import flet as ft
from flet.components.hooks.use_ref import MutableRef

from shared.labels import BlinkPattern

BEATS_S: dict[BlinkPattern, tuple[tuple[bool, float], ...]] = {
    BlinkPattern.STEADY: ((True, 60.0),),
    BlinkPattern.SLOW: ((True, 0.6), (False, 0.6)),
    BlinkPattern.DOUBLE: ((True, 0.2), (False, 0.2), (True, 0.2), (False, 0.8)),
    BlinkPattern.TRIPLE: ((True, 0.2), (False, 0.2), (True, 0.2), (False, 0.2), (True, 0.2), (False, 1.0)),
    BlinkPattern.QUICK: ((True, 0.2), (False, 0.2)),
    BlinkPattern.LONG_SHORT: ((True, 0.9), (False, 0.3), (True, 0.2), (False, 0.6)),
    BlinkPattern.LONG: ((True, 1.5), (False, 0.5)),
}


def use_blink(pattern: BlinkPattern | None) -> bool:
    """Whether the light is on now; the component draws itself again at each change."""
    is_on, set_on = ft.use_state(True)
    owner: MutableRef[object] = ft.use_ref()

    async def blink() -> None:
        me = object()
        owner.current = me
        while pattern is not None:
            for beat, seconds in BEATS_S[pattern]:
                set_on(beat)
                await asyncio.sleep(seconds)
                if owner.current is not me:
                    return

    def stop() -> None:
        owner.current = None

    ft.use_effect(blink, [pattern], stop)
    return bool(is_on)
