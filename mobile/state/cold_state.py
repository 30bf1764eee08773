"""The cold clock of the present trolley that is over first; sounds as it becomes pressing, and as it is over."""

from __future__ import annotations

from datetime import datetime

import flet as ft

from mobile.services.edges import Edges
from mobile.services.signals import Signal
from mobile.state.work_state import WorkState
from shared.cold import ColdClock, ColdLevel, most_pressing

LOOKS_EVERY_S = 5.0


class ColdState(ft.Observable):
    """`look` is called now and then while the app runs; `level` is what it saw last."""

    def __init__(self, edges: Edges, work: WorkState) -> None:
        self._edges = edges
        self._work = work
        self._told: tuple[str, ColdLevel] | None = None
        self.level = ColdLevel.RUNNING

    @property
    def now(self) -> datetime:
        return self._edges.clock.now()

    @property
    def clock(self) -> ColdClock | None:
        return most_pressing(self._work.active, self._work.store_rules, self.now)

    def look(self) -> None:
        """Sound where it has become worse since the last look at this order."""
        clock = self.clock
        if clock is None:
            self._told, self.level = None, ColdLevel.RUNNING
            return
        level = clock.level(self.now)
        before = self._told[1] if self._told and self._told[0] == clock.order_id else ColdLevel.RUNNING
        if level > before:
            self._work.signal(Signal.ATTENTION)
        self._told, self.level = (clock.order_id, level), level

    async def watch(self) -> None:
        """For as long as the app runs."""
        while True:
            self.look()
            await self._edges.sleep(LOOKS_EVERY_S)
