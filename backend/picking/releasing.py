"""When waiting orders go along on a walk or become a wave: planned beside the writer, recorded bit by bit."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlmodel import Session

from backend.core.bus import Bus
from backend.core.database import Database
from backend.orders import repository as orders_repository
from backend.picking import repository
from backend.picking.commands import InsertOrder, ReleaseWave
from backend.picking.inserting import insertions, read_rooms
from backend.picking.planning import PlannedTrolley, Promise, all_on_one_walk_m, plan_trolleys
from backend.picking.ports import Places, Products, StorePlaces
from backend.picking.rounds import Bell, Rhythm, StoreIds, go_round
from backend.picking.slack import Choice, Crew, ReleaseRules, choose, none_goes_before
from backend.picking.waiting import ORDERS_PLANNED_MOST, Obstructed, StuckOrder, Waiting, read_waiting, window
from shared.clock import Clock

ANY_MOMENT_S = 60.0  # what remains of a walk that takes longer than it should
ASKED = "asked"
RECORDED_AT_ONCE = 2  # trolleys in one transaction: the writer serves everybody, and a trolley is a hundred rows
REPLAN_EVERY_S = 60.0  # a shelf moved or a product mended changes a plan as well, and no cheap look would see it
SEED = 1

_log = structlog.get_logger("picking")


@dataclass(frozen=True, slots=True)
class _Look:
    """What a plan depends on, at a glance. As long as it stays the same, so does what was found out."""

    orders: int
    first_due_at: datetime | None
    oldest_accepted_at: datetime | None
    newest_accepted_at: datetime | None
    crew: Crew


@dataclass(frozen=True, slots=True)
class _Plan:
    """What goes now, and when to look again if nothing happens; None: only an event could change anything."""

    again_at: datetime | None
    reason: str = ""
    trolleys: Sequence[PlannedTrolley] = ()
    along: Sequence[InsertOrder] = ()


class Releaser:
    """Looks at one store's waiting orders and releases them when the rules say so."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, places: Places, products: Products, rules: ReleaseRules
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._places = places
        self._products = products
        self._rules = rules
        self._planning: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._quiet: dict[str, tuple[_Look, datetime]] = {}  # store -> what was seen, and until when nothing goes
        self._again_at: dict[str, datetime | None] = {}
        self._stuck: dict[str, Sequence[StuckOrder]] = {}

    async def release(self, store_id: str, *, is_forced: bool = False) -> int:
        """Plan, and record the trolleys whose time it is, or all of them; returns how many pick lists came of it."""
        released = 0
        async with self._planning[store_id]:
            while True:
                plan = await asyncio.to_thread(self._plan, store_id, is_forced)
                self._again_at[store_id] = plan.again_at
                if await self._take_along(store_id, plan.along):
                    continue  # the others are planned anew without them
                if not plan.trolleys:
                    return released
                recorded = await self._record(store_id, plan.reason, plan.trolleys)
                _log.info("wave released", store=store_id, reason=plan.reason, pick_lists=recorded)
                released += recorded
                if not is_forced or recorded == 0:  # whoever asks for all orders gets those of the next plan as well
                    return released

    async def _record(self, store_id: str, reason: str, trolleys: Sequence[PlannedTrolley]) -> int:
        """Some at a time, so that new orders and picks find the writer free between them."""
        recorded = 0
        for first in range(0, len(trolleys), RECORDED_AT_ONCE):
            some = tuple(trolleys[first : first + RECORDED_AT_ONCE])
            recorded += await self._bus.handle(ReleaseWave(store_id, reason, some))
        return recorded

    async def look(self, store_id: str) -> datetime | None:
        """Release what goes now; when to look again if nothing happens in the store, None where nothing waits."""
        await self.release(store_id)
        return self._again_at[store_id]

    async def run(self, store_ids: StoreIds, every_s: float, bell: Bell) -> None:
        """Look at every store when the bell rings for it or its time has come, at most `every_s`."""
        rhythm = Rhythm(every_s, max(every_s, self._database.look_again_s))
        await go_round(self.look, store_ids, bell, self._clock, rhythm, failed="release failed")

    def stuck_orders(self, store_id: str) -> Sequence[StuckOrder]:
        """Waiting orders that nobody could walk for when they were last planned, most pressing first."""
        return self._stuck.get(store_id, ())

    async def _take_along(self, store_id: str, along: Sequence[InsertOrder]) -> int:
        """How many orders go along on a walk under way; what was not possible any more keeps waiting."""
        taken = 0
        for command in along:
            if await self._bus.handle(command):
                taken += 1
                _log.info("order taken along", store=store_id, order=command.order.id, pick_list=command.pick_list_id)
        return taken

    def _plan(self, store_id: str, is_forced: bool) -> _Plan:
        now = self._clock.now()
        with self._database.reading() as session:
            look = _look(session.connection(), store_id)
            if not look.orders:
                self._stuck.pop(store_id, None)
                return _Plan(None)
            if not is_forced and (quiet_until := self._quiet_until(store_id, look, now)):
                return _Plan(quiet_until)
            places = self._places.passable(session, store_id, now)
            most = ORDERS_PLANNED_MOST if is_forced else window(look.crew.free, self._rules.totes_max)
            waiting = read_waiting(session, store_id, places, self._products, most)
            takes_along = not is_forced and self._rules.insert_saves_s is not None
            rooms = (
                read_rooms(session, store_id, places, self._products, now, self._rules.totes_max) if takes_along else []
            )
            starts_in_s = 0.0 if look.crew.free else self._somebody_back_in_s(session, store_id, now)
        self._note_stuck(store_id, waiting.obstructed, now)
        do_more_wait = look.orders > len(waiting.orders) + len(waiting.obstructed)
        if not is_forced and not rooms and not do_more_wait:
            earliest_at = self._earliest_at(waiting, places, look.crew, now)
            if earliest_at > now:
                return self._note_quiet(store_id, look, earliest_at, now)
        trolleys = plan_trolleys(
            waiting.orders,
            places,
            waiting.products,
            now=now,
            totes_max=self._rules.totes_max,
            pace=self._rules.pace,
            promise=Promise(self._rules.slack_margin_s, starts_in_s),
            seconds=self._rules.route_seconds,
            seed=SEED,
        )
        if is_forced:
            return _Plan(now, ASKED, trolleys)
        along = insertions(rooms, waiting, trolleys, places, now, self._rules, seed=SEED)
        choice = choose(trolleys, look.crew, now, self._rules, do_more_wait=do_more_wait)
        if choice.released:
            return _Plan(now, _reasons(choice), [trolley for trolley, _ in choice.released], along)
        return replace(self._note_quiet(store_id, look, choice.again_at, now), along=along)

    def _earliest_at(self, waiting: Waiting, places: StorePlaces, crew: Crew, now: datetime) -> datetime:
        """Before then a plan would be for nothing: whichever it was, none of its trolleys could go."""
        earliest_at = none_goes_before(waiting.orders, 0.0, crew, now, self._rules)
        if earliest_at <= now:  # where even the shortest walk is too long, how long it is does not matter
            return earliest_at
        walk_m = all_on_one_walk_m(waiting.orders, places, waiting.products)
        return now if walk_m is None else none_goes_before(waiting.orders, walk_m, crew, now, self._rules)

    def _note_quiet(self, store_id: str, look: _Look, again_at: datetime, now: datetime) -> _Plan:
        until = min(again_at, now + timedelta(seconds=REPLAN_EVERY_S))
        self._quiet[store_id] = look, until
        return _Plan(until)

    def _somebody_back_in_s(self, session: Session, store_id: str, now: datetime) -> float:
        """When the first of those who walk is expected back; 0 where nobody walks: then ready trolleys wait, not we."""
        walking = repository.find_walking(session.connection(), store_id)
        back_in_s = [
            self._rules.pace.walk_s(walk.walk_m, walk.lines) - (now - walk.started_at).total_seconds()
            for walk in walking
            if walk.started_at is not None
        ]
        return max(ANY_MOMENT_S, min(back_in_s)) if back_in_s else 0.0

    def _quiet_until(self, store_id: str, look: _Look, now: datetime) -> datetime | None:
        """Until when nothing can be released, if it looks the same as when that was found out."""
        seen, until = self._quiet.get(store_id, (None, now))
        return until if seen == look and now < until else None

    def _note_stuck(self, store_id: str, obstructed: Sequence[Obstructed], now: datetime) -> None:
        """One that cannot be planned does not hold up the others; the board shows it, and it is logged once."""
        since = {order.order_id: order.since for order in self.stuck_orders(store_id)}
        for order in obstructed:
            if order.order_id not in since:
                _log.warning("order cannot be planned", order=order.order_id, obstacle=order.obstacle.sentence)
        self._stuck[store_id] = [
            StuckOrder(order.order_id, order.display_code, order.obstacle, since.get(order.order_id, now))
            for order in obstructed
        ]


def _look(connection: Connection, store_id: str) -> _Look:
    waiting = orders_repository.find_waiting(connection, store_id)
    pickers = repository.count_pickers(connection, store_id)
    return _Look(
        waiting.orders,
        waiting.first_due_at,
        waiting.oldest_accepted_at,
        waiting.newest_accepted_at,
        Crew(pickers.on_shift, pickers.walking, repository.find_ready_dues(connection, store_id)),
    )


def _reasons(choice: Choice) -> str:
    """Why the wave goes: the reason of its most pressing trolley first."""
    return ", ".join(dict.fromkeys(reason for _, reason in choice.released))
