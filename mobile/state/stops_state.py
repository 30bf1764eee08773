"""The stops of the walk under way: in which turn they come, to which one the picker walks, and what joined them."""

from __future__ import annotations

import asyncio

import flet as ft

from mobile.services.signals import Signal
from mobile.state.in_hand import tote_of
from mobile.state.work_state import WorkState
from shared.commands import ChoosePick, PickerCommand, ReportBlockedAisle
from shared.picking import HEAD_SETTLES_S, Pick, PickList, PickStatus, PriceBasis


class StopsState(ft.Observable):
    """Where on the walk the picker is. What they do at a stop is for those built on it, who then call `refresh`.

    Verbs run one after another, in the order they were called.
    """

    def __init__(self, work: WorkState) -> None:
        self._work = work
        self._one_at_a_time = asyncio.Lock()
        self._heading_id: str | None = None
        self._heading_since_s = 0.0
        self._telling: set[asyncio.Task[bool]] = set()
        self._known_totes: dict[str, frozenset[str]] = {}
        self._in_turn: list[Pick] = []
        self._in_turn_of: tuple[list[Pick] | None, str | None] = (None, None)
        self.added_letters: tuple[str, ...] = ()
        self.pick_list: PickList | None = None
        self.chosen_id: str | None = None

    # What is there

    @property
    def open_picks(self) -> list[Pick]:
        """Still to do, in walking order, the current one first, and last what a blocked aisle cuts off."""
        picks, chosen_id = self.pick_list.picks if self.pick_list else None, self.chosen_id
        if picks is not self._in_turn_of[0] or chosen_id != self._in_turn_of[1]:  # asked with every look at the screen
            left = [pick for pick in picks or () if pick.status is PickStatus.OPEN]
            self._in_turn_of, self._in_turn = (picks, chosen_id), sorted(left, key=self._turn)
        return self._in_turn

    @property
    def current(self) -> Pick | None:
        return next(iter(self.open_picks), None)

    @property
    def price_basis(self) -> PriceBasis | None:
        """What the shopper of the present pick pays for, where the backend says."""
        walk, pick = self.pick_list, self.current
        tote = tote_of(walk, pick) if walk is not None and pick is not None else None
        return tote.price_basis if tote is not None else None

    @property
    def following(self) -> Pick | None:
        """The one after the current, so that the picker can turn the right way."""
        return next(iter(self.open_picks[1:]), None)

    @property
    def also_here(self) -> list[Pick]:
        """Other stops at the very same place, for the totes of others or of other products."""
        current = self.current
        return [one for one in self.open_picks[1:] if current is not None and one.location.id == current.location.id]

    @property
    def one_at_a_time(self) -> asyncio.Lock:
        """Whoever settles a stop holds it, so that no scan settles it meanwhile."""
        return self._one_at_a_time

    def _turn(self, pick: Pick) -> tuple[bool, bool, int]:
        return pick.id != self.chosen_id, pick.is_cut_off, pick.position

    def refresh(self) -> None:
        """Take the walk from the work state again; a pick that was cancelled or confirmed elsewhere falls away."""
        before, walk_before = self.current, self.pick_list
        self.pick_list = self._work.active
        if _are_same_stops(walk_before, self.pick_list):
            return
        if self.pick_list is not None:
            self._note_added(self.pick_list)
            if walk_before is not None and walk_before.id == self.pick_list.id:
                self._keep_heading(before)
        current = self.current
        if self.chosen_id is not None and (current is None or current.id != self.chosen_id):
            self.chosen_id = None
        self._hold_on()
        self._note_heading()

    # What a picker does

    def do_later(self) -> None:
        """Leave this stop for the next one, and come back to it."""
        if self.following is not None:
            self.choose(self.following.id)

    async def report_blocked_aisle(self) -> bool:
        """One cannot get through the aisle of this stop: its stops come last. False if it could not be stored."""
        async with self._one_at_a_time:
            pick, walk = self.current, self.pick_list
            if pick is None or walk is None:
                return False
            is_stored = await self._work.issue(ReportBlockedAisle(pick_list_id=walk.id, aisle=pick.location.aisle))
            if is_stored:
                self._work.signal(Signal.OK)
            return is_stored

    def choose(self, pick_id: str) -> None:
        """Do another pick of this walk first; the backend hears it, so that the label there blinks."""
        left, walk = self.current, self.pick_list
        if self._turn_to(pick_id) and walk is not None and left is not None and left.id != pick_id:
            self._tell(ChoosePick(pick_list_id=walk.id, pick_id=pick_id, left_pick_id=left.id))

    def put_added_away(self) -> None:
        """The picker has hung up the totes of the orders that were added."""
        self.added_letters = ()

    # For those built on it

    def _is_begun(self, pick: Pick) -> bool:
        """Whether the picker holds something of it already."""
        return False

    def _hold_on(self) -> None:
        """The walk has changed: keep what is held for the present stop."""

    def _let_go(self) -> None:
        """The picker has turned to another stop."""

    # Which stop the picker walks to

    def _turn_to(self, pick_id: str) -> bool:
        if all(pick.id != pick_id for pick in self.open_picks):
            return False
        self.chosen_id = pick_id
        self._let_go()
        self._note_heading()
        return True

    def _note_heading(self) -> None:
        current = self.current
        if current is not None and current.id != self._heading_id:
            self._heading_since_s = self._work.monotonic_s
        self._heading_id = None if current is None else current.id

    def _keep_heading(self, before: Pick | None) -> None:
        """The backend has planned the walk anew: the stop one walks to, or counts at, stays, unless it is cut off.

        The backend keeps it too where it knows of it. Where it does not, it is told, and its label blinks again.
        """
        pick = next((one for one in self.open_picks if before is not None and one.id == before.id), None)
        if before is None or pick is None:
            return
        if pick.is_cut_off and not before.is_cut_off:
            self.chosen_id = None if self.chosen_id == pick.id else self.chosen_id
            return
        current, walk = self.current, self.pick_list
        if pick.is_cut_off or walk is None or current is None or current.id == pick.id:
            return
        is_settled = self._work.monotonic_s - self._heading_since_s >= HEAD_SETTLES_S
        if is_settled or self._is_begun(pick):
            self.chosen_id = pick.id
            self._tell(ChoosePick(pick_list_id=walk.id, pick_id=pick.id))

    def _note_added(self, walk: PickList) -> None:
        """An order was added on the way: its tote must be hung up.

        Also where the picker had handed over already, without network, and the backend sends them back for it.
        """
        known = self._known_totes.get(walk.id)
        self._known_totes = {walk.id: frozenset(tote.id for tote in walk.totes)}
        if known is None:
            self.added_letters = ()
            return
        added = [tote.letter for tote in walk.totes if tote.id not in known]
        if added:
            self.added_letters = (*self.added_letters, *added)
            self._work.signal(Signal.ATTENTION)

    def _tell(self, said: PickerCommand) -> None:
        """Beside what the picker does: neither a tap nor an update waits until it is written down."""
        task = asyncio.get_running_loop().create_task(self._work.issue(said))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


def _are_same_stops(before: PickList | None, after: PickList | None) -> bool:
    """Nothing a walk could be asked about has changed since, though perhaps its revision."""
    if before is None or after is None:
        return before is after
    return before.id == after.id and before.picks is after.picks and before.totes is after.totes
