"""The trolleys a picker may take, and the one that is theirs: the backend's word with every waiting command on top."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft
from pydantic import BaseModel, ConfigDict, ValidationError

from mobile.services.backend_link import BackendLink
from mobile.services.edges import Edges
from mobile.services.outbox import NotStoredOnPhone, Outbox
from mobile.services.signals import VIBRATIONS, Signal
from mobile.services.synced import Picker, PickLists
from mobile.state.link_state import LinkState
from shared.barcode import Expiry, ExpiryRule, ScannedCode, expiry_of
from shared.commands import BindTote, FinishPickList, PickerCommand, StartPickList
from shared.ids import Id
from shared.own_codes import tote_code
from shared.picking import Pick, PickList, PickListStatus, PickStatus, Tote
from shared.restrictions import forbidden_words, words_of
from shared.store_rules import DEFAULT_RULES, StoreRules
from shared.sync.envelope import Command


class KeptFor(BaseModel):
    """An offer, as the backend tells it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pick_list_id: Id
    picker_id: Id
    name: str = ""


class WorkState(ft.Observable):
    """All pick lists as the picker should see them, and the two verbs that begin and end a walk."""

    def __init__(self, edges: Edges, outbox: Outbox, link_state: LinkState) -> None:
        self._edges = edges
        self._outbox = outbox
        self._link_state = link_state
        self._link: BackendLink | None = None
        self._listeners: list[Callable[[], None]] = []
        self.on_touch: Callable[[], None] = lambda: None
        self.on_command: Callable[[], None] = lambda: None
        self.on_said: Callable[[PickerCommand], None] = lambda said: None
        self._seen: tuple[Picker, PickLists] | None = None
        self.pick_lists: tuple[PickList, ...] = ()
        self.active: PickList | None = None  # the trolley this picker pushes
        self.kept_for: dict[str, KeptFor] = {}
        self.chosen_id: str | None = None
        self.is_not_stored = False
        self.store_rules: StoreRules = DEFAULT_RULES
        self.prepared: dict[str, str] = {}  # tote -> the container that was scanned for it before the walk
        self.refresh()

    def connect(self, link: BackendLink) -> None:
        self._link = link

    def on_refresh(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def refresh(self) -> None:
        """Look at the lists again, after a command or an update."""
        self._link_state.count()
        me = self._outbox.picker()
        lists = self._outbox.shown_lists()
        if self._seen is not None and self._seen[0] == me and _are_same(self._seen[1], lists):
            return
        self._seen = me, lists
        self.pick_lists = tuple(sorted(lists.values(), key=lambda pick_list: (pick_list.due_at, pick_list.id)))
        self.active = self._walking(me.person_id)
        for listener in self._listeners:
            listener()

    def expiry_of(self, code: ScannedCode) -> Expiry | None:
        """The last day on which what was scanned may be sold, by the phone's own calendar and the store's rule."""
        today = self._edges.clock.now().astimezone().date()
        return expiry_of(code, today, ExpiryRule(near_days=self.store_rules.near_expiry_days))

    @property
    def monotonic_s(self) -> float:
        """To measure how long something has been so on this phone, whatever its clock says."""
        return self._edges.clock.monotonic_s()

    @property
    def to_do(self) -> list[PickList]:
        """Trolleys this picker may take: the one kept for them first, those kept for others last, by promise."""
        me = self._outbox.picker()
        free = [
            one
            for one in self.pick_lists
            if (one.status is PickListStatus.READY and one.picker_id in (None, me.person_id)) or one.is_left
        ]
        return sorted((one for one in free if not _is_forbidden(one, me)), key=self._turn)

    def is_kept_for_me(self, pick_list: PickList) -> bool:
        kept = self.kept_for.get(pick_list.id)
        return kept is not None and kept.picker_id == self._outbox.picker().person_id

    def kept_for_other(self, pick_list: PickList) -> str:
        """The name of somebody else it is kept for, empty where there is none. It may be taken all the same."""
        kept = self.kept_for.get(pick_list.id)
        return "" if kept is None or self.is_kept_for_me(pick_list) else kept.name

    def take_offers(self, body: dict[str, Any]) -> None:
        """A live message of the topic `offers`: for whom trolleys are kept now. One we cannot read changes nothing."""
        try:
            offers = [KeptFor.model_validate(each) for each in body.get("offers", [])]
        except ValidationError:
            return
        self.kept_for = {each.pick_list_id: each for each in offers}

    def forget_offers(self) -> None:
        """Without the backend nobody knows any more for whom they are kept."""
        self.kept_for = {}

    @property
    def unpacked(self) -> list[Tote]:
        """Totes of the present trolley that must be packed, and can be; none where the store does not ask."""
        walk = self.active
        if walk is None or not self.store_rules.packs:
            return []
        return [tote for tote in walk.totes if not tote.is_packed and _is_filled(walk, tote)]

    def _turn(self, pick_list: PickList) -> int:
        return 0 if self.is_kept_for_me(pick_list) else 2 if self.kept_for_other(pick_list) else 1

    def _walking(self, me: str) -> PickList | None:
        walking = [one for one in self.pick_lists if one.status is PickListStatus.PICKING and not one.is_left]
        mine = [one for one in walking if me and one.picker_id == me]
        return min(mine, key=lambda one: (str(one.started_at), one.id)) if mine else None

    @property
    def chosen(self) -> PickList | None:
        """The trolley being prepared on the start screen."""
        return next((one for one in self.to_do if one.id == self.chosen_id), None)

    def choose(self, pick_list_id: str | None) -> None:
        self.chosen_id, self.prepared = pick_list_id, {}
        self.on_touch()

    def prepare_tote(self, scan: str) -> bool:
        """A container is hung up before the walk: the next tote that has none. False where the scan is no container."""
        code, walk = tote_code(scan, self.store_rules), self.chosen
        if code is None or walk is None:
            return False
        free = [tote for tote in walk.totes if not tote.codes and tote.id not in self.prepared]
        is_known = code in self.prepared.values() or any(code in tote.codes for tote in walk.totes)
        if is_known or not free:
            self.signal(Signal.ALREADY)
        else:
            self.prepared = {**self.prepared, free[0].id: code}
            self.signal(Signal.OK)
        return True

    async def start(self) -> bool:
        """Take the chosen trolley. False if the phone could not store it."""
        pick_list = self.chosen
        if pick_list is None:
            return False
        prepared = self.prepared
        is_stored = await self.issue(StartPickList(pick_list_id=pick_list.id))
        if is_stored:
            for tote_id, code in prepared.items():
                await self.issue(BindTote(pick_list_id=pick_list.id, tote_id=tote_id, code=code))
            self.prepared = {}
            self.chosen_id = None
            self._edges.signals.keep_awake(True)
            self.signal(Signal.OK)
        return is_stored

    async def finish(self) -> bool:
        """Hand the totes over at the desk. False if something is open, or the phone could not store it."""
        pick_list = self.active
        if pick_list is None or not all(_is_settled(pick) for pick in pick_list.picks) or self.unpacked:
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
        self.on_said(said)
        if self._link_state.is_online:
            self.on_command()
        self.refresh()
        return True

    def signal(self, signal: Signal) -> None:
        self._edges.signals.give(signal, VIBRATIONS[signal])


def _are_same(before: PickLists, after: PickLists) -> bool:
    """Nobody would see a difference: whoever is told of a change has work to do."""
    if before is after:
        return True
    return len(before) == len(after) and all(_is_same(before.get(one), pick_list) for one, pick_list in after.items())


def _is_same(before: PickList | None, after: PickList) -> bool:
    """The very same object, or the same but for its revision: the backend confirms what the picker has done already."""
    if before is after:
        return True
    if before is None or before.picks is not after.picks:
        return False
    return before == after.model_copy(update={"revision": before.revision})


def _is_filled(walk: PickList, tote: Tote) -> bool:
    """Something lies in it, and nothing of it is open."""
    picks = [pick for pick in walk.picks if pick.tote_letter == tote.letter]
    is_given = any(pick.quantity_picked or pick.status is PickStatus.SUBSTITUTED for pick in picks)
    return is_given and all(_is_settled(pick) for pick in picks)


def _is_settled(pick: Pick) -> bool:
    """Done, with nobody still being asked, and nothing in the tote that its shopper refused."""
    is_done = pick.status not in (PickStatus.OPEN, PickStatus.PROPOSED)
    return is_done and not (pick.substitution is not None and pick.substitution.is_to_put_back)


def _is_forbidden(pick_list: PickList, picker: Picker) -> bool:
    """Whether it holds what this picker may not pick: the backend would refuse to give it to them."""
    if not picker.may_not_pick:
        return False
    return bool(
        forbidden_words(picker.may_not_pick, set().union(*(words_of(pick.product) for pick in pick_list.picks)))
    )
