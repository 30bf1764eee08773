"""A server killed with -9 at any moment under channels' traffic: every message it answered with 2xx is there, once.

Over our own interface, and from two platforms that push: one sends whole orders, the other a pointer to each, which the
server reads from it afterwards. `make kills` does it a hundred times; KILL_SEED=n repeats one run's instants.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.native_phone import sign_in
from tests.e2e.played_channel import played_channel, sold_products
from tests.e2e.played_shoppers import PlayedShoppers
from tests.e2e.server import SUPERVISOR_BADGE, SUPERVISOR_PIN, DemoStore, Server, line, order_body

KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("KILL_SEED", "1"))
SENDERS = 6
PLATFORMS = ("meituan", "uber_eats")
REPEATED = 0.3
BUSY_MAX_S = 1.5
SKUS = ["010001", "090001", "200001", "210001"]
TIMEOUT_S = 5.0
KILL_MAX_S, REST_MAX_S = 20.0, 300.0  # on a machine that is busy with other things


class Channel:
    """One of several connections of the shop. What it was not told it asks again, with the same key, until it is."""

    def __init__(self, server: Server, number: int, chance: random.Random) -> None:
        self._server, self._number, self._chance = server, number, chance
        self.answered: dict[str, int] = {}
        self.cancelled: set[str] = set()
        self.is_over = False

    async def send(self) -> None:
        headers = {"Authorization": f"Bearer {self._server.keys['channel_key']}"}
        async with httpx.AsyncClient(base_url=f"{self._server.url}/api/v1", headers=headers, timeout=TIMEOUT_S) as http:
            count = 0
            while not self.is_over:
                external_id = f"kill-{self._number}-{count}"
                count += 1
                lines = self._chance.randint(1, 3)
                await self._ask(http, "POST", "/orders", f"{external_id}-new", self._order(external_id, lines))
                self.answered[external_id] = lines
                what = self._chance.random()
                if what < 0.2:
                    await self._ask(
                        http, "PUT", f"/orders/{external_id}", f"{external_id}-more", self._order(external_id, 4)
                    )
                    self.answered[external_id] = 4
                elif what < 0.35:
                    body = {"reason": "changed their mind"}
                    await self._ask(http, "POST", f"/orders/{external_id}/cancel", "", body)
                    self.cancelled.add(external_id)

    def _order(self, external_id: str, lines: int) -> dict[str, Any]:
        return order_body(external_id, [line(position, SKUS[position - 1]) for position in range(1, lines + 1)])

    async def _ask(self, http: httpx.AsyncClient, method: str, path: str, key: str, body: dict[str, Any]) -> None:
        headers = {"Idempotency-Key": key} if key else {}
        while True:
            try:
                answer = await http.request(method, path, json=body, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code != 503:
                assert answer.is_success, answer.text
                return
            await asyncio.sleep(0.1)


def test_what_was_answered_is_there_once(tmp_path: Path, demo_store: DemoStore) -> None:
    server = Server(tmp_path, demo=demo_store)
    server.start()
    try:
        channels, platforms = asyncio.run(killed_again_and_again(server))
    finally:
        server.stop()
    check(server, channels, platforms)


async def killed_again_and_again(server: Server) -> tuple[list[Channel], list[PlayedShoppers]]:
    token = (
        await asyncio.to_thread(sign_in, server.url, server.enrolment_codes()[0], SUPERVISOR_BADGE, SUPERVISOR_PIN)
    )["session_token"]
    products = sold_products()
    async with asyncio.timeout(KILLS * KILL_MAX_S + REST_MAX_S), AsyncExitStack() as playing:
        channels = [Channel(server, number, random.Random(f"{SEED} {number}")) for number in range(SENDERS)]
        platforms = []
        for adapter in PLATFORMS:
            played = await playing.enter_async_context(
                played_channel(server.url, token, adapter, seed=SEED, repeat=REPEATED)
            )
            platforms.append(PlayedShoppers(played, products, random.Random(f"{SEED} {adapter}")))
        sending = [asyncio.create_task(channel.send()) for channel in channels]
        sending += [asyncio.create_task(shoppers.order()) for shoppers in platforms]
        await _kill(server)
        for channel in channels:
            channel.is_over = True
        for shoppers in platforms:
            shoppers.is_over = True
        await asyncio.gather(*sending)
        for shoppers in platforms:
            await shoppers.settled(server.folder / "blinkpick.db")
    return channels, platforms


async def _kill(server: Server) -> None:
    chance = random.Random(SEED)
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0, BUSY_MAX_S))
        server.kill()
        await asyncio.to_thread(server.start)


def check(server: Server, channels: Sequence[Channel], platforms: Sequence[PlayedShoppers]) -> None:
    with sqlite3.connect(server.folder / "blinkpick.db") as database:
        for shoppers in platforms:
            shoppers.check(database)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        orders = database.execute(
            "SELECT external_id, status, id FROM orders WHERE external_id LIKE 'kill-%'"
        ).fetchall()
        lines = Counter(order_id for (order_id,) in database.execute("SELECT order_id FROM order_line"))
        keys = database.execute("SELECT message_id, count(*) FROM channel_message GROUP BY message_id").fetchall()
        events = database.execute("SELECT channel_id, sequence, message FROM channel_event ORDER BY 1, 2").fetchall()
    answered = {external_id: count for channel in channels for external_id, count in channel.answered.items()}
    cancelled = {external_id for channel in channels for external_id in channel.cancelled}
    assert len(answered) > SENDERS, "there was hardly any traffic"
    assert Counter(external_id for external_id, _, _ in orders) == Counter(list(answered)), "each once, no other"
    assert {external_id: lines[order_id] for external_id, _, order_id in orders} == answered
    assert {external_id for external_id, status, _ in orders if status == "cancelled"} == cancelled
    assert {count for key, count in keys if key.startswith("key:kill-")} == {1}
    sequences: dict[str, list[int]] = {}
    told: Counter[tuple[str, str]] = Counter()
    for channel_id, sequence, message in events:
        sequences.setdefault(channel_id, []).append(sequence)
        said = json.loads(message)
        if said["order"] and said["order"]["external_id"].startswith("kill-"):
            told[said["name"], said["order"]["external_id"]] += 1
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in sequences.values())
    for name, expected in (("order.accepted", set(answered)), ("order.cancelled", cancelled)):
        found = {external_id: count for (event, external_id), count in told.items() if event == name}
        assert found == dict.fromkeys(expected, 1), name
    counts = ", ".join(f"{len(each.answered)} from {each.channel.adapter}" for each in platforms)
    print(f"\n{KILLS} kills, seed {SEED}: {len(answered)} orders over our own interface, {counts}, each there once")
