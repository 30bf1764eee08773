"""The trolleys a picker may take, and the one that is theirs: the backend's word with every waiting command on top."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile.services.backend_link import BackendLink
from mobile.services.edges import Edges
from mobile.services.outbox import NotStoredOnPhone, Outbox
from mobile.services.signals import VIBRATIONS, Signal
from mobile.services.synced import apply_waiting
from mobile.state.link_state import LinkState
from shared.commands import FinishPickList, PickerCommand, StartPickList
from shared.picking import PickList, PickListStatus
from shared.sync.envelope import Command


class WorkState(ft.Observable):
    """All pick lists as the picker should see them, and the two verbs that begin and end a walk."""

    def __init__(self, edges: Edges, outbox: Outbox, link_state: LinkState) -> None:
        self._edges = edges
        self._outbox = outbox
        self._link_state = link_state
        self._link: BackendLink | None = None
        self._listeners: list[Callable[[], None]] = []
        self.pick_lists: tuple[PickList, ...] = ()
        self.chosen_id: str | None = None
        self.is_not_stored = False
        self.refresh()

    def connect(self, link: BackendLink) -> None:
        self._link = link

    def on_refresh(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def refresh(self) -> None:
        """Compute the lists again, after a command or an update."""
        lists = apply_waiting(self._outbox.pick_lists(), self._outbox.waiting(), self._outbox.picker())
        self.pick_lists = tuple(sorted(lists.values(), key=lambda pick_list: (pick_list.due_at, pick_list.id)))
        self._link_state.count()
        for listener in self._listeners:
            listener()

    @property
    def monotonic_s(self) -> float:
        """To measure how long something has been so on this phone, whatever its clock says."""
        return self._edges.clock.monotonic_s()

    @property
    def to_do(self) -> list[PickList]:
        """Trolleys ready for this picker, the earliest promise first."""
        me = self._outbox.picker().person_id
        return [
            pick_list
            for pick_list in self.pick_lists
            if pick_list.status is PickListStatus.READY and pick_list.picker_id in (None, me)
        ]

    @property
    def active(self) -> PickList | None:
        """The trolley this picker pushes."""
        me = self._outbox.picker().person_id
        mine = [one for one in self.pick_lists if one.status is PickListStatus.PICKING and me and one.picker_id == me]
        return min(mine, key=lambda one: (str(one.started_at), one.id)) if mine else None

    @property
    def chosen(self) -> PickList | None:
        """The trolley being prepared on the start screen."""
        return next((one for one in self.to_do if one.id == self.chosen_id), None)

    def choose(self, pick_list_id: str | None) -> None:
        self.chosen_id = pick_list_id

    async def start(self) -> bool:
        """Take the chosen trolley. False if the phone could not store it."""
        pick_list = self.chosen
        if pick_list is None:
            return False
        is_stored = await self.issue(StartPickList(pick_list_id=pick_list.id))
        if is_stored:
            self.chosen_id = None
            self._edges.signals.keep_awake(True)
            self.signal(Signal.OK)
        return is_stored

    async def finish(self) -> bool:
        """Hand the totes over at the desk. False if picks are open or the phone could not store it."""
        pick_list = self.active
        if pick_list is None or any(pick.status == "open" for pick in pick_list.picks):
            return False
        is_stored = await self.issue(FinishPickList(pick_list_id=pick_list.id))
        if is_stored:
            self._edges.signals.keep_awake(False)
            self.signal(Signal.DONE)
        return is_stored

    async def issue(self, said: PickerCommand) -> bool:
        """Write a command down, then let it go. False, and nothing happened, if it could not be stored."""
        command = Command(
            id=self._edges.ids.new("command"),
            name=said.name,
            made_at=self._edges.clock.now(),
            body=said.model_dump(mode="json"),
        )
        try:
            await self._outbox.add(command)
        except NotStoredOnPhone:
            self.is_not_stored = True
            self.signal(Signal.WRONG)
            return False
        self.is_not_stored = False
        if self._link is not None:
            self._link.send(command)
        self.refresh()
        return True

    def signal(self, signal: Signal) -> None:
        self._edges.signals.give(signal, VIBRATIONS[signal])
