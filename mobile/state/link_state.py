"""What the banner says: whether the backend is there, and what still waits to be told to it."""

from __future__ import annotations

import asyncio
from datetime import datetime

import flet as ft

from mobile.services.backend_link import LinkStatus
from mobile.services.edges import Sleep
from mobile.services.kept_problems import RefusedCommand
from mobile.services.outbox import Outbox
from mobile.state.steady_status import SteadyStatus
from shared.clock import Clock
from shared.commands import ConfirmPick, ReportShort, Substitute
from shared.sync.envelope import Command

PICK_COMMANDS = frozenset({ConfirmPick.name, ReportShort.name, Substitute.name})


class LinkState(ft.Observable):
    """Online or not, how many picks wait and for how long, and which commands were refused.

    `status` is how the link is this moment; `shown` is what a picker is told, which does not flap.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._counted: list[Command] = []  # what waited when it was counted last
        self.status = LinkStatus.OFFLINE
        self._steady = SteadyStatus(self.status)
        self._has_changed = asyncio.Event()
        self.shown = self.status
        self.waiting_since: datetime | None = None
        self.has_update = False
        self.is_clock_wrong = False
        self.waiting_picks = 0
        self.waiting_commands = 0
        self.problems: tuple[RefusedCommand, ...] = ()
        self.newest_problem: RefusedCommand | None = None
        self.was_damaged = outbox.was_damaged
        self.count()

    @property
    def is_online(self) -> bool:
        return self.status is LinkStatus.ONLINE

    @property
    def is_shown_online(self) -> bool:
        return self.shown is LinkStatus.ONLINE

    def set_status(self, status: LinkStatus, now_s: float = 0.0) -> None:
        self.status = status
        self._steady.hear(status, now_s)
        self.shown = self._steady.shown
        self._has_changed.set()

    async def watch(self, clock: Clock, sleep: Sleep) -> None:
        """Show a change of the link once it has lasted; runs as long as the app."""
        while True:
            await self._has_changed.wait()
            self._has_changed.clear()
            while (due_at_s := self._steady.due_at_s) is not None:
                await sleep(max(0.0, due_at_s - clock.monotonic_s()))
                self._steady.look(clock.monotonic_s())
                self.shown = self._steady.shown

    def count(self) -> None:
        """Read again what waits and what was refused."""
        waiting, problems = self._outbox.waiting(), tuple(self._outbox.problems())
        if waiting != self._counted:
            self._counted = waiting
            self.waiting_commands = len(waiting)
            self.waiting_since = waiting[0].made_at if waiting else None
            self.waiting_picks = sum(command.name in PICK_COMMANDS for command in waiting)
        if problems != self.problems:
            self.problems = problems

    def show_problem(self, refused: RefusedCommand) -> None:
        """Put a fresh refusal in front of the picker; it stays in `problems` after they have seen it."""
        self.newest_problem = refused

    def put_damage_away(self) -> None:
        """The picker has read that the phone's memory was mended."""
        self.was_damaged = False

    def put_problem_away(self) -> None:
        self.newest_problem = None

    async def forget_problem(self, command_id: str) -> None:
        """Somebody has dealt with it."""
        await self._outbox.forget_problem(command_id)
        if self.newest_problem is not None and self.newest_problem.command.id == command_id:
            self.newest_problem = None
        self.count()
