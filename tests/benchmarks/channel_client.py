"""Six channels in one process: our own interface and five played platforms, whose orders come by chance or all at once.

The platforms are the shipped simulators on real sockets: they sign what they push, are read and called back.
"""

from __future__ import annotations

import asyncio
import random
import select
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from backend.channels.port.playing import PlayedState, SoldProduct
from tests.benchmarks.channel_pushes import DUE_S, KeptPush, KeptPushes, TimedPushes
from tests.benchmarks.order_client import ANSWERS_WITHIN_S, Connection
from tests.benchmarks.order_texts import external_id, order_bodies, request, with_id
from tests.benchmarks.processes import serve_client
from tests.e2e.played_channel import PlayedChannel, played_channel, sold_products

NATIVE = "native"
PLATFORMS = ("ifood", "meituan", "woocommerce", "hubrise", "uber_eats")
REPEATED, ANSWERS_LOST = 0.1, 0.03
SETTLED_WITHIN_S = 120.0
TIME_PASSES_EVERY_S = 1.0
Placed = dict[str, float]  # an order's id at its channel -> the instant it was placed, s since 1970


class Channels:
    """All six, open. `placed` by adapter."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.chance = random.Random(plan["seed"])
        self.products = sold_products()
        self.bodies = order_bodies()
        self.played: dict[str, PlayedChannel] = {}
        self.placed: dict[str, Placed] = {adapter: {} for adapter in (NATIVE, *PLATFORMS)}

    def place(self, adapter: str, at_s: float) -> str:
        lines: list[tuple[SoldProduct, int]] = [
            (product, self.chance.randint(1, 2))
            for product in self.chance.sample(self.products, self.chance.randint(3, 12))
        ]
        order_id = self.played[adapter].host.place(lines, minutes=75)
        self.placed[adapter][order_id] = at_s
        return order_id

    def native_order(self, at_s: float) -> tuple[str, bytes]:
        number = len(self.placed[NATIVE])
        name = external_id(self.plan["seed"], number)
        self.placed[NATIVE][name] = at_s
        return name, with_id(self.bodies[number % len(self.bodies)], name)

    @property
    def channel_ids(self) -> dict[str, str]:
        return {NATIVE: self.plan["native_id"], **{name: each.channel_id for name, each in self.played.items()}}

    async def settled(self) -> None:
        """Wait until every order is there and every platform that waits for it has an acceptance."""
        ends_s = time.monotonic() + SETTLED_WITHIN_S
        while to_come := self._to_come():
            assert time.monotonic() < ends_s, f"still to come: {to_come[:5]}"
            await asyncio.sleep(0.1)

    def _to_come(self) -> list[str]:
        with sqlite3.connect(f"file:{self.plan['database']}?mode=ro", uri=True) as connection:
            there = set(connection.execute("SELECT channel_id, external_id FROM orders"))
            waiting = connection.execute("SELECT external_id FROM channel_deadline WHERE closed_at IS NULL").fetchall()
        names = self.channel_ids
        missing = [
            order_id
            for adapter, placed in self.placed.items()
            for order_id in placed
            if (names[adapter], order_id) not in there
        ]
        return missing + [f"an acceptance of {order_id}" for (order_id,) in waiting]


@asynccontextmanager
async def open_channels(
    plan: dict[str, Any], transports: dict[str, httpx.AsyncBaseTransport]
) -> AsyncIterator[Channels]:
    channels = Channels(plan)
    async with AsyncExitStack() as playing:
        for adapter in PLATFORMS:
            opening = played_channel(
                plan["url"], plan["token"], adapter, transport=transports[adapter], seed=plan["seed"], repeat=REPEATED
            )
            channels.played[adapter] = await playing.enter_async_context(opening)
        yield channels


async def minute(plan: dict[str, Any]) -> dict[str, Any]:
    """Orders at instants drawn beforehand, whatever the server does meanwhile."""
    timed = {
        adapter: TimedPushes(random.Random(f"{plan['seed']} {adapter}"), ANSWERS_LOST)
        for adapter in (NATIVE, *PLATFORMS)
    }
    async with open_channels(plan, dict(timed)) as channels, httpx.AsyncClient(transport=timed[NATIVE]) as http:
        passing = asyncio.create_task(_time_passes(channels))
        began_s = time.perf_counter() + 0.1
        offset_s = time.time() - time.perf_counter()
        instants = sorted(began_s + channels.chance.uniform(0, plan["seconds"]) for _ in range(plan["orders"]))
        sending: list[asyncio.Task[Any]] = []
        for at_s in instants:
            await asyncio.sleep(max(0.0, at_s - time.perf_counter()))
            DUE_S.set(at_s)
            adapter = channels.chance.choice((NATIVE, *PLATFORMS))
            if adapter == NATIVE:
                sending.append(asyncio.create_task(_post(http, channels, *channels.native_order(at_s + offset_s))))
            else:
                channels.place(adapter, at_s + offset_s)
                sending.append(asyncio.create_task(channels.played[adapter].host.pushes.drain()))
        await asyncio.gather(*sending)
        DUE_S.set(0.0)
        for played in channels.played.values():
            while not played.host.pushes.is_empty:
                await played.host.pushes.drain()
        await channels.settled()
        passing.cancel()
        return {
            "channel_ids": channels.channel_ids,
            "placed": channels.placed,
            "cancelled": _cancelled(channels),
            "noted": {
                adapter: {
                    "first_s": each.noted.first_s,
                    "again_s": each.noted.again_s,
                    "refused": each.noted.refused,
                    "lost": each.noted.lost,
                }
                for adapter, each in timed.items()
            },
        }


async def burst(plan: dict[str, Any]) -> dict[str, Any]:
    """The same mix made beforehand and sent as fast as it is answered."""
    kept = {adapter: KeptPushes() for adapter in PLATFORMS}
    async with open_channels(plan, dict(kept)) as channels:
        requests: list[KeptPush] = []
        for number in range(plan["orders"]):
            adapter = (NATIVE, *PLATFORMS)[number % (len(PLATFORMS) + 1)]
            if adapter == NATIVE:
                name, body = channels.native_order(time.time())
                requests.append(KeptPush(request(body, name, plan["key"]), body))
                continue
            channels.place(adapter, time.time())
            await channels.played[adapter].host.pushes.drain()
            requests += kept[adapter].kept
            kept[adapter].kept.clear()
        began_s = time.perf_counter()
        refused = await asyncio.to_thread(_send_all, plan["port"], plan["connections"], requests)
        answered_s = time.perf_counter() - began_s
        await channels.settled()
        return {
            "channel_ids": channels.channel_ids,
            "placed": channels.placed,
            "cancelled": _cancelled(channels),
            "refused": refused,
            "messages": len(requests),
            "answered_s": answered_s,
            "settled_s": time.perf_counter() - began_s,
            "bodies": [each.body.decode() for each in requests],
        }


async def _post(http: httpx.AsyncClient, channels: Channels, name: str, body: bytes) -> None:
    """One order of our own interface: sent again until it is answered, and now and then once more for nothing."""
    headers = {
        "Authorization": f"Bearer {channels.plan['key']}",
        "Idempotency-Key": name,
        "Content-Type": "application/json",
    }
    is_repeated = channels.chance.random() < REPEATED
    while True:
        answer = await http.post(f"{channels.plan['url']}/api/v1/orders", content=body, headers=headers)
        if answer.is_success and not is_repeated:
            return
        is_repeated = is_repeated and not answer.is_success


async def _time_passes(channels: Channels) -> None:
    """The platforms look at their clocks, and cancel what nobody accepted in time."""
    while True:
        await asyncio.sleep(TIME_PASSES_EVERY_S)
        for played in channels.played.values():
            played.host.pass_time()


def _cancelled(channels: Channels) -> int:
    return sum(
        played.host.state(order_id) is PlayedState.CANCELLED
        for adapter, played in channels.played.items()
        for order_id in channels.placed[adapter]
    )


def _send_all(port: int, count: int, requests: list[KeptPush]) -> int:
    """Over `count` connections, each busy until nothing is left; returns how many were not answered with 2xx."""
    left, refused = iter(enumerate(requests)), 0
    busy = [Connection(port) for _ in range(count)]
    for connection in list(busy):
        _send_next(connection, left, busy)
    while busy:
        for connection in select.select(busy, [], [], ANSWERS_WITHIN_S)[0]:
            answer = connection.answer()
            if answer is None:
                continue
            refused += not answer.startswith(b"HTTP/1.1 2")
            _send_next(connection, left, busy)
    return refused


def _send_next(connection: Connection, left: Any, busy: list[Connection]) -> None:
    number, kept = next(left, (-1, None))
    if kept is None:
        busy.remove(connection)
    else:
        connection.send(number, kept.request, time.perf_counter())


def work(plan: dict[str, Any]) -> dict[str, Any]:
    return asyncio.run(minute(plan) if "seconds" in plan else burst(plan))


if __name__ == "__main__":
    serve_client(work)
