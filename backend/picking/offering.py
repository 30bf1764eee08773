"""Keeps trolleys for pickers: looks at who is free or soon will be, and tells the phones for whom each one is kept."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.core.bus import Bus
from backend.core.database import Database
from backend.picking import offers, standing
from backend.picking.assigning import Offer, Picker, Trolley, assign, free_in_s
from backend.picking.commands import KeepTrolleys
from backend.picking.planning import Pace
from backend.picking.ports import Places, StorePlaces
from backend.picking.repository import Found
from backend.picking.rounds import Bell, Rhythm, StoreIds, go_round
from shared.clock import Clock

TOPIC = "offers"
OFFER_S = 60.0  # an offer that its picker does not touch for so long goes to somebody else
TAKABLE_EVERY_S = 10.0  # while a trolley stands ready: walkers come nearer, promises press, a phone is touched again

Publish = Callable[[str, str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class _Look:
    """Whether other trolleys should be kept than are, for whom, and when to look again if nothing happens."""

    is_changed: bool
    again_at: datetime | None = None
    wanted: tuple[Offer, ...] = ()
    lapsed: tuple[Offer, ...] = ()


class Offerer:
    """Looks at a store and records the offers; `publish` (the hub's) tells the phones."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        places: Places,
        pace: Pace,
        *,
        idle_lock_s: float,
        publish: Publish,
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._places = places
        self._pace = pace
        self._idle_lock_s = idle_lock_s
        self._publish = publish
        self._said: dict[str, list[dict[str, str]]] = {}
        self._looking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, store_ids: StoreIds, every_s: float, bell: Bell) -> None:
        """Look at every store when the bell rings for it or its time has come, at most `every_s`."""
        rhythm = Rhythm(every_s, max(every_s, self._database.look_again_s))
        await go_round(self.look, store_ids, bell, self._clock, rhythm, failed="keeping trolleys failed")

    async def look(self, store_id: str) -> datetime | None:
        """Record what changed, and tell the phones if they do not know it; when to look again if nothing happens."""
        async with self._looking[store_id]:
            look = await asyncio.to_thread(self._look, store_id)
            if look.is_changed:
                await self._bus.handle(KeepTrolleys(store_id, look.wanted, look.lapsed))
            before = self._said.get(store_id, [])
            kept = {(offer.pick_list_id, offer.picker_id) for offer in look.wanted}
            if not look.is_changed and kept == {(each["pick_list_id"], each["picker_id"]) for each in before}:
                return look.again_at
            said = await asyncio.to_thread(self._read_said, store_id)
            if said != before:
                self._said[store_id] = said
                self._publish(store_id, TOPIC, {"offers": said})
            return look.again_at

    # On a thread, with a session of its own

    def _look(self, store_id: str) -> _Look:
        now = self._clock.now()
        with self._database.reading() as session:
            takable = standing.read_takable(session, store_id)
            rows = offers.find_all(session.connection(), store_id)
            kept = {row.pick_list_id: row for row in rows if row.lapsed_at is None}
            if not takable:
                return _Look(is_changed=bool(kept))
            people = standing.read_people(session, store_id, now)
            places = self._places.of_store(session, store_id)
        lapses = {Offer(row.pick_list_id, row.picker_id): _lapses_at(row, people) for row in kept.values()}
        lapsed = [offer for offer, at in lapses.items() if at is not None and at <= now]
        let_pass = _let_pass(rows, lapsed, people)
        wanted = assign(
            [self._picker(person, places, let_pass[person.id], now) for person in people if self._is_here(person, now)],
            [self._trolley(each, places, now) for each in takable],
            distance_m=places.graph.distance_m,
            walking_m_per_s=self._pace.walking_m_per_s,
            kept={row.pick_list_id: row.picker_id for row in kept.values()},
        )
        before = {Offer(row.pick_list_id, row.picker_id) for row in kept.values()}
        again_at = now + timedelta(seconds=TAKABLE_EVERY_S)
        again_at = min([again_at, *(at for at in lapses.values() if at is not None and at > now)])
        return _Look(set(wanted) != before or bool(lapsed), again_at, tuple(wanted), tuple(lapsed))

    def _read_said(self, store_id: str) -> list[dict[str, str]]:
        with self._database.reading() as session:
            names = standing.read_names(session, store_id)
            rows = offers.read_open(session, store_id)
        return [
            {"pick_list_id": row.pick_list_id, "picker_id": row.picker_id, "name": names.get(row.picker_id, "")}
            for row in rows
        ]

    def _is_here(self, person: standing.Person, now: datetime) -> bool:
        """A locked phone is nobody's: its picker has to sign in again first."""
        return person.walk is not None or (now - person.last_seen_at).total_seconds() < self._idle_lock_s

    def _picker(self, person: standing.Person, places: StorePlaces, let_pass: frozenset[str], now: datetime) -> Picker:
        walk, free_s = person.walk, 0.0
        if walk is not None:
            free_s = free_in_s(
                walk_left_m=walk.walk_left_m,
                picks_left=walk.picks_left,
                since_last_s=(now - walk.last_at).total_seconds(),
                pace=self._pace,
            )
        return Picker(
            id=person.id,
            free_in_s=free_s,
            stands_at=places.desk,
            waited_s=0.0 if walk else max(0.0, (now - person.free_since).total_seconds()),
            may_not_pick=person.may_not_pick,
            let_pass=let_pass,
        )

    def _trolley(self, each: Found, places: StorePlaces, now: datetime) -> Trolley:
        location = places.locations.get(each.left_at_location_id or "")
        begins_s = 0.0 if each.left_at else self._pace.begin_and_end_s
        walk_s = begins_s + each.walk_left_m / self._pace.walking_m_per_s + each.picks_left * self._pace.handling_s
        return Trolley(
            pick_list_id=each.id,
            due_in_s=(each.due_at - now).total_seconds(),
            walk_s=walk_s,
            starts_at=location.node if location else places.entrance,
            holds=frozenset(each.holds),
        )


def _lapses_at(row: Found, people: Sequence[standing.Person]) -> datetime | None:
    """When an offer is let pass: somebody idle has touched neither it nor the phone. Who walks has not seen it yet."""
    person = next((person for person in people if person.id == row.picker_id), None)
    if person is None or person.walk is not None:
        return None
    since: datetime = max(row.offered_at, person.last_seen_at, person.free_since)
    return since + timedelta(seconds=OFFER_S)


def _let_pass(
    rows: Sequence[Found], lapsed: Sequence[Offer], people: Sequence[standing.Person]
) -> Mapping[str, frozenset[str]]:
    """Person -> the pick lists they let pass, and have not touched their phone since."""
    seen_at = {person.id: person.last_seen_at for person in people}
    passed: dict[str, set[str]] = {person.id: set() for person in people}
    for row in rows:
        if row.lapsed_at is not None and row.picker_id in passed and row.lapsed_at >= seen_at[row.picker_id]:
            passed[row.picker_id].add(row.pick_list_id)
    for offer in lapsed:
        passed[offer.picker_id].add(offer.pick_list_id)
    return {person_id: frozenset(each) for person_id, each in passed.items()}
