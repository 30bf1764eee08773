"""Every store has its turn when something happened there or its time has come, whatever happened at another one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from backend.core.database import Database
from backend.core.writer import Transaction, Writer
from backend.picking.rounds import REST_MIN_S, STORES_EVERY_S, Bell, Bells, Rhythm, go_round
from shared.clock import ManualClock
from shared.events import OrderAccepted
from shared.ids import IdSource
from tests.factories import CHANNEL_ID, OPENING, STORE_ID

RHYTHM = Rhythm(least_s=5.0, most_s=15.0)


class Evening(Exception):
    """The day is over."""


class TimedBell(Bell):
    """Rests by the clock: until the next thing that happens, or the end of the rest. `happens` at seconds from now."""

    def __init__(self, clock: ManualClock, happens: dict[float, Callable[[Bell], None]], ends_s: float) -> None:
        super().__init__()
        self._clock = clock
        self._happens = sorted(happens.items())
        self._ends_s = ends_s

    async def rest(self, seconds: float) -> None:
        until_s = self._clock.monotonic_s() + max(seconds, REST_MIN_S)
        if self._happens and self._happens[0][0] <= until_s:
            until_s, happen = self._happens.pop(0)
            happen(self)
        if until_s > self._ends_s:
            raise Evening
        self._clock.advance(max(0.0, until_s - self._clock.monotonic_s()))


@dataclass
class Day:
    """One that ends after `ends_s`. `looks`: when which store was looked at."""

    stores: list[str] = field(default_factory=lambda: ["sto_a"])
    happens: dict[float, Callable[[Bell], None]] = field(default_factory=dict)
    again_in_s: dict[str, float] = field(default_factory=dict)
    broken: str = ""
    ends_s: float = 30.0
    looks: list[tuple[float, str]] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)

    def live(self) -> list[tuple[float, str]]:
        clock = ManualClock(OPENING)

        async def look(store_id: str) -> datetime | None:
            self.looks.append((round(clock.monotonic_s(), 1), store_id))
            if store_id == self.broken:
                raise ValueError("its floor cannot be read")
            return clock.now() + timedelta(seconds=self.again_in_s[store_id]) if store_id in self.again_in_s else None

        def store_ids() -> list[str]:
            self.reads.append(clock.monotonic_s())
            if self.stores == ["unreadable"]:
                raise ValueError("the database is away")
            return self.stores

        bell = TimedBell(clock, self.happens, self.ends_s)
        with pytest.raises(Evening):
            asyncio.run(go_round(look, store_ids, bell, clock, RHYTHM, failed="it failed"))
        return self.looks


def ring(store_id: str) -> Callable[[Bell], None]:
    return lambda bell: bell.ring(store_id)


class TestGoRound:
    def test_where_nothing_happens_it_looks_now_and_then(self) -> None:
        assert Day().live() == [(0.0, "sto_a"), (15.0, "sto_a"), (30.0, "sto_a")]

    def test_it_looks_when_its_time_has_come(self) -> None:
        assert [at for at, _ in Day(again_in_s={"sto_a": 7.0}).live()] == [0.0, 7.0, 14.0, 21.0, 28.0]

    def test_but_no_sooner_and_no_later_than_the_rhythm_says(self) -> None:
        assert [at for at, _ in Day(again_in_s={"sto_a": -3.0}, ends_s=12.0).live()] == [0.0, 5.0, 10.0]
        assert [at for at, _ in Day(again_in_s={"sto_a": 900.0}).live()] == [0.0, 15.0, 30.0]

    def test_what_happens_is_looked_at_once_and_only_where_it_happened(self) -> None:
        day = Day(stores=["sto_a", "sto_b"], happens={8.0: ring("sto_b")}, ends_s=14.0)
        assert day.live() == [(0.0, "sto_a"), (0.0, "sto_b"), (8.0, "sto_b")]

    def test_what_happens_right_after_a_look_waits_a_little_and_not_for_each(self) -> None:
        day = Day(happens={8.0: ring("sto_a"), 9.0: ring("sto_a"), 10.0: ring("sto_a")}, ends_s=20.0)
        assert [at for at, _ in day.live()] == [0.0, 8.0, 13.0]

    def test_a_new_store_is_seen_when_its_bell_rings_or_by_and_by(self) -> None:
        stores = ["sto_a"]
        day = Day(stores=stores, happens={3.0: lambda _: stores.append("sto_b"), 4.0: ring("sto_b")}, ends_s=10.0)
        assert day.live() == [(0.0, "sto_a"), (4.0, "sto_b")]
        stores = ["sto_a"]
        day = Day(stores=stores, happens={3.0: lambda _: stores.append("sto_b")}, ends_s=61.0)
        assert next(at for at, store_id in day.live() if store_id == "sto_b") == STORES_EVERY_S

    def test_who_comes_after_no_store_at_all_is_seen_too(self) -> None:
        stores = list[str]()
        assert Day(stores=stores, happens={3.0: lambda _: stores.append("sto_b")}, ends_s=61.0).live() == [
            (STORES_EVERY_S, "sto_b")
        ]

    def test_one_store_whose_look_fails_keeps_nobody_from_theirs(self) -> None:
        day = Day(stores=["sto_broken", "sto_whole"], broken="sto_broken", ends_s=16.0)
        looks = day.live()
        assert [at for at, store_id in looks if store_id == "sto_broken"] == [0.0, 5.0, 10.0, 15.0]
        assert [at for at, store_id in looks if store_id == "sto_whole"] == [0.0, 15.0]

    def test_stores_that_cannot_be_read_are_asked_for_again(self) -> None:
        day = Day(stores=["unreadable"], ends_s=11.0)
        assert day.live() == []
        assert day.reads == [0.0, 5.0, 10.0]


class TestBell:
    def test_a_ring_ends_the_rest(self) -> None:
        async def story() -> set[str]:
            bell = Bell()
            resting = asyncio.create_task(bell.rest(3_600.0))
            await asyncio.sleep(0)
            bell.ring(STORE_ID)
            await resting
            return bell.heard()

        assert asyncio.run(story()) == {STORE_ID}

    def test_a_ring_before_the_rest_is_not_lost(self) -> None:
        async def story() -> set[str]:
            bell = Bell()
            bell.ring(STORE_ID)
            await bell.rest(3_600.0)
            return bell.heard()

        assert asyncio.run(story()) == {STORE_ID}

    def test_without_a_ring_the_rest_ends_by_itself_and_nothing_was_heard(self) -> None:
        async def story() -> set[str]:
            bell = Bell()
            bell.ring(STORE_ID)
            bell.heard()
            await bell.rest(0.0)
            return bell.heard()

        assert asyncio.run(story()) == set()


class TestBells:
    @pytest.mark.parametrize("is_kept", [True, False])
    def test_they_ring_once_the_event_is_kept_and_not_where_it_is_not(
        self, database: Database, clock: ManualClock, ids: IdSource, is_kept: bool
    ) -> None:
        bells = Bells()
        writer = Writer(database, clock, ids)
        writer.listeners = {OrderAccepted: (bells.wake_releaser, bells.wake_offerer)}

        def accept(tx: Transaction) -> None:
            tx.publish(OrderAccepted(store_id=STORE_ID, at=OPENING, order_id="ord_1", channel_id=CHANNEL_ID))
            assert bells.releaser.heard() == set()
            if not is_kept:
                raise LookupError

        try:
            writer.run_once(accept)
        except LookupError:
            assert not is_kept
        assert bells.releaser.heard() == bells.offerer.heard() == ({STORE_ID} if is_kept else set())
