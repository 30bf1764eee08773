"""Shoppers of a played platform while the server dies under them: what was answered, and what must be so."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from pathlib import Path

from backend.channels.port.playing import PlayedState, SoldProduct
from tests.e2e.played_channel import PlayedChannel

SENT_AGAIN_S = 0.5
CANCELLED_SHARE = 0.15
SETTLED_WITHIN_S = 120.0


class PlayedShoppers:
    """They order, some change their mind; every push goes out until it is answered 2xx, or is given up."""

    def __init__(self, channel: PlayedChannel, products: list[SoldProduct], chance: random.Random) -> None:
        self.channel = channel
        self._products, self._chance = products, chance
        self.answered: set[str] = set()
        self.cancelled: set[str] = set()
        self.unsure: set[str] = set()
        self.is_over = False

    async def order(self) -> None:
        host = self.channel.host
        while not self.is_over:
            lines = self._chance.sample(self._products, self._chance.randint(1, 3))
            order_id = host.place([(product, self._chance.randint(1, 2)) for product in lines])
            if not await self._all_answered():
                self.unsure.add(order_id)
                continue
            self.answered.add(order_id)
            if self._chance.random() < CANCELLED_SHARE:
                host.cancel(order_id)
                (self.cancelled if await self._all_answered() else self.unsure).add(order_id)

    async def settled(self, database: Path) -> None:
        """Wait until each answered order has come in and its platform has heard of it."""
        ends_s = time.monotonic() + SETTLED_WITHIN_S
        while missing := self._to_come(database):
            assert time.monotonic() < ends_s, f"{self.channel.adapter} answered and not there: {sorted(missing)[:5]}"
            await asyncio.sleep(0.2)

    def check(self, database: sqlite3.Connection) -> None:
        """Every order that was answered is there once, cancelled where that was answered; the platform heard once."""
        host, adapter = self.channel.host, self.channel.adapter
        found = database.execute(
            "SELECT external_id, status FROM orders WHERE channel_id = ?", (self.channel.channel_id,)
        ).fetchall()
        statuses = dict(found)
        assert len(statuses) == len(found), f"{adapter}: an order is there twice"
        assert len(self.answered) > 1, f"{adapter}: there was hardly any traffic"
        assert set(statuses) <= self.answered | self.unsure, f"{adapter}: an order nobody placed"
        for order_id in self.answered - self.unsure:
            assert max(host.heard(order_id).values(), default=0) <= 1, f"{adapter}: a call took effect twice"
            if order_id in self.cancelled:
                assert statuses.get(order_id, "cancelled") == "cancelled", f"{adapter}: {order_id} is not cancelled"
            else:
                assert statuses[order_id] != "cancelled"
                assert host.state(order_id) is PlayedState.ACCEPTED, f"{adapter}: {order_id} was never accepted there"

    async def _all_answered(self) -> bool:
        pushes = self.channel.host.pushes
        given_up = pushes.given_up
        await pushes.drain()
        while not pushes.is_empty:
            await asyncio.sleep(SENT_AGAIN_S)
            await pushes.drain()
        return pushes.given_up == given_up

    def _to_come(self, database: Path) -> set[str]:
        certain = self.answered - self.cancelled - self.unsure
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            query = "SELECT external_id FROM orders WHERE channel_id = ?"
            there = {order_id for (order_id,) in connection.execute(query, (self.channel.channel_id,))}
        return {
            order_id
            for order_id in certain
            if order_id not in there or self.channel.host.state(order_id) is PlayedState.NEW
        }
