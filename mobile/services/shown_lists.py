"""What the picker sees: what the backend said, with every waiting command already done on top.

A list that has not changed is the same object as before, and a new command is done on top of what is there already: a
shift without network gets no slower with each pick.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mobile.services.synced import Picker, PickLists, apply_command
from shared.picking import PickList
from shared.sync.envelope import Command


@dataclass(frozen=True, slots=True)
class _Shown:
    """One list as the backend said it, the commands done on top, and what came of it."""

    said: PickList
    commands: list[Command]
    shown: PickList


class ShownLists:
    """Remembers what it has shown."""

    def __init__(self) -> None:
        self._picker = Picker()
        self._shown: dict[str, _Shown] = {}  # those with commands on top

    def show(self, pick_lists: PickLists, commands: Iterable[Command], picker: Picker) -> PickLists:
        """The very same lists where nothing waits."""
        if picker != self._picker:
            self._picker, self._shown = picker, {}
        on_top: dict[str, list[Command]] = {}
        for command in commands:
            pick_list_id = str(command.body.get("pick_list_id"))
            if pick_list_id in pick_lists:
                on_top.setdefault(pick_list_id, []).append(command)
        self._shown = {one: self._with(pick_lists[one], waiting) for one, waiting in on_top.items()}
        return {**pick_lists, **{one: each.shown for one, each in self._shown.items()}} if on_top else pick_lists

    def settled(self, said: PickList, command: Command, picker: Picker) -> PickList:
        """The list once `command` is done for good: what is shown already, where nothing else waits."""
        before = self._shown.get(said.id)
        if before is not None and before.said is said and before.commands == [command]:
            return before.shown
        return apply_command(said, command, picker)

    def _with(self, said: PickList, commands: list[Command]) -> _Shown:
        before = self._shown.get(said.id)
        shown, done = said, 0
        if before is not None and before.said is said and before.commands == commands[: len(before.commands)]:
            shown, done = before.shown, len(before.commands)
        for command in commands[done:]:
            shown = apply_command(shown, command, self._picker)
        return _Shown(said, commands, shown)
