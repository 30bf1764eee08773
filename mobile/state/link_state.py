"""What the banner says: whether the backend is there, and what still waits to be told to it."""

from __future__ import annotations

import flet as ft

from mobile.services.backend_link import LinkStatus
from mobile.services.kept_problems import RefusedCommand
from mobile.services.outbox import Outbox
from shared.commands import ConfirmPick, ReportShort, Substitute

PICK_COMMANDS = frozenset({ConfirmPick.name, ReportShort.name, Substitute.name})


class LinkState(ft.Observable):
    """Online or not, how many picks wait, and which commands were refused."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.status = LinkStatus.OFFLINE
        self.waiting_picks = 0
        self.waiting_commands = 0
        self.problems: tuple[RefusedCommand, ...] = ()
        self.newest_problem: RefusedCommand | None = None
        self.was_damaged = outbox.was_damaged
        self.count()

    @property
    def is_online(self) -> bool:
        return self.status is LinkStatus.ONLINE

    def set_status(self, status: LinkStatus) -> None:
        self.status = status

    def count(self) -> None:
        """Read again what waits and what was refused."""
        waiting = self._outbox.waiting()
        self.waiting_commands = len(waiting)
        self.waiting_picks = sum(command.name in PICK_COMMANDS for command in waiting)
        self.problems = tuple(self._outbox.problems())

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
