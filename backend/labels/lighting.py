"""Makes lights fit the walks: reads what is open of each, aims at it, and keeps dark where it is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from weakref import WeakValueDictionary

from backend.core.database import Database
from backend.labels.aiming import AimPolicy, aim_at, aim_at_kept
from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.light_rules import LightRules
from backend.labels.paces import Paces
from backend.labels.port import Capability, Sleep
from backend.labels.port_picks import KeptWalk, OpenStop, OpenStops
from backend.labels.shelf import Shelf
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class _Walk:
    """Open stops, or a trolley that is kept; and the trolley that is kept for whoever is about to end this walk."""

    stops: Sequence[OpenStop]
    kept: KeptWalk | None
    next_id: str | None


class Lighting:
    """`stops` is the picking room's views, `zone` a store's time zone."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        dispatcher: Dispatcher,
        shelf: Shelf,
        stops: OpenStops,
        zone: Callable[[str], tzinfo],
        policy: AimPolicy,
        rules: LightRules,
        paces: Paces,
    ) -> None:
        self._database = database
        self._clock = clock
        self._dispatcher = dispatcher
        self._shelf = shelf
        self._stops = stops
        self._zone = zone
        self._policy = policy
        self._rules = rules
        self._paces = paces
        self._changed = asyncio.Event()
        self._aiming: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def aim_all(self) -> None:
        for pick_list_id in await asyncio.to_thread(self._read_walks):
            await self.aim(pick_list_id)

    async def aim(self, pick_list_id: str) -> None:
        """Make the lights of one walk fit its open stops as they are now; as often as you like."""
        next_id = await self._aim_one(pick_list_id)
        if next_id is not None:
            await self._aim_one(next_id)

    async def keep_quiet(self, sleep: Sleep) -> None:
        """Aim every walk again whenever quiet hours begin or end somewhere, or are other ones."""
        while True:
            self._changed.clear()
            now, change_at = self._clock.now(), self._next_change()
            waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._changed.wait())]
            if change_at is not None:
                waiting.append(asyncio.ensure_future(sleep((change_at - now).total_seconds())))
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waiting:
                    each.cancel()
            await self.aim_all()

    def rules_changed(self) -> None:
        """What holds somewhere is another thing now."""
        self._changed.set()

    def is_quiet(self, store_id: str) -> bool:
        """Whether nothing may be lit there now."""
        hours = self._rules.of(store_id).quiet_hours
        return hours is not None and hours.are_now(self._clock.now(), self._zone(store_id))

    def _next_change(self) -> datetime | None:
        now = self._clock.now()
        stores = {label.store_id for label in self._shelf.all_labels} or {""}
        instants = [
            hours.next_change(now, self._zone(store_id))
            for store_id in stores
            if (hours := self._rules.of(store_id).quiet_hours) is not None
        ]
        return min(instants, default=None)

    async def _aim_one(self, pick_list_id: str) -> str | None:
        """Read and wish, one at a time for each pick list; returns the next one whose time depends on this one."""
        lock = self._aiming.setdefault(pick_list_id, asyncio.Lock())
        async with lock:
            policy = self._policy.at_pace(self._paces.of(pick_list_id))
            at_most = policy.stops_max(self._capabilities().values())
            walk = await asyncio.to_thread(self._read_walk, pick_list_id, at_most)
            running = self._capabilities()

            def reachable_labels(location_id: str) -> list[LabelAddress]:
                """Those that may be lit now: their gateway runs, and their store has no quiet hours."""
                return [
                    label.address
                    for label in self._shelf.labels_at(location_id)
                    if label.address.gateway_id in running and not self.is_quiet(label.store_id)
                ]

            now = self._clock.now()
            if walk.kept is not None:
                wishes = aim_at_kept(walk.kept, reachable_labels, running, now, self._policy)
            else:
                wishes = aim_at(walk.stops, reachable_labels, running, now, policy)
                self._paces.expect(pick_list_id, self._policy.legs(walk.stops))
            self._dispatcher.want(pick_list_id, wishes)
            return walk.next_id

    def _capabilities(self) -> Mapping[str, Capability]:
        return {gateway_id: self._dispatcher.capability(gateway_id) for gateway_id in self._dispatcher.gateway_ids}

    def _read_walk(self, pick_list_id: str, at_most: int) -> _Walk:
        with self._database.reading() as session:
            stops = self._stops.open_stops(session, pick_list_id, max(2, at_most))
            if stops:
                return _Walk(stops, None, self._stops.kept_after(session, pick_list_id) if len(stops) == 1 else None)
            kept = self._stops.kept_walk(session, pick_list_id)
            return _Walk((), kept, self._stops.kept_after(session, pick_list_id) if kept is None else None)

    def _read_walks(self) -> Sequence[str]:
        with self._database.reading() as session:
            return [*self._stops.started_pick_lists(session), *self._stops.kept_pick_lists(session)]
