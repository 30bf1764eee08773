"""The cold clock of the present trolley that is over first; sounds as it becomes pressing, and as it is over."""

from __future__ import annotations

import asyncio
from datetime import datetime

import flet as ft

from mobile.services.edges import Edges
from mobile.services.signals import Signal
from mobile.state.work_state import WorkState
from shared.cold import ColdClock, ColdLevel, most_pressing
from shared.picking import Tote

A_MOMENT_S = 0.1  # after the instant: at it, nothing is worse yet
LOOKS_EVERY_S = 60.0  # during a walk, whatever happens: clocks are put right, and stores change their rules


class ColdState(ft.Observable):
    """`look` is called while the app runs, whenever it may have become worse; `level` is what it saw last."""

    def __init__(self, edges: Edges, work: WorkState) -> None:
        self._edges = edges
        self._work = work
        self._told: tuple[str, ColdLevel] | None = None
        self._totes: list[Tote] | None = None
        self._has_changed = asyncio.Event()
        self.level = ColdLevel.RUNNING
        work.on_refresh(self._refreshed)

    @property
    def now(self) -> datetime:
        return self._edges.clock.now()

    @property
    def clock(self) -> ColdClock | None:
        return most_pressing(self._work.active, self._work.store_rules, self.now)

    def look(self) -> ColdClock | None:
        """Sound where it has become worse since the last look at this order."""
        clock = self.clock
        if clock is None:
            self._told, self.level = None, ColdLevel.RUNNING
            return None
        level = clock.level(self.now)
        before = self._told[1] if self._told and self._told[0] == clock.order_id else ColdLevel.RUNNING
        if level > before:
            self._work.signal(Signal.ATTENTION)
        self._told, self.level = (clock.order_id, level), level
        return clock

    async def watch(self) -> None:
        """For as long as the app runs. Phones have batteries: only when time or a tote can have changed something."""
        while True:
            self._has_changed.clear()
            clock = self.look()
            try:
                async with asyncio.timeout(self._rest_s(clock)):
                    await self._has_changed.wait()
            except TimeoutError:
                continue

    def _rest_s(self, clock: ColdClock | None) -> float | None:
        """Until time alone makes it worse; None without a trolley."""
        if self._work.active is None:
            return None
        worse_in_s = clock.worse_in_s(self.now) if clock is not None else None
        return LOOKS_EVERY_S if worse_in_s is None else min(worse_in_s + A_MOMENT_S, LOOKS_EVERY_S)

    def _refreshed(self) -> None:
        """Most refreshes leave the totes as they are."""
        totes = self._work.active.totes if self._work.active is not None else None
        if totes is not self._totes:
            self._totes = totes
            self._has_changed.set()
