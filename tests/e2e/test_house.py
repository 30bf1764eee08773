"""The whole pick against the real server process over real sockets, without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from client import OrderStream
from shared.picking import PickListStatus, PickStatus
from tests.e2e.native_phone import NativePhone, confirm, finish, sign_in, start
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, SUPERVISOR_BADGE, SUPERVISOR_PIN, DemoStore, Server, line

SKUS = ["010001", "090001", "200001"]


@pytest.fixture
def server(tmp_path: Path, demo_store: DemoStore) -> Iterator[Server]:
    server = Server(tmp_path, demo=demo_store)
    server.start()
    yield server
    server.stop()


def lit(phone: NativePhone) -> set[str]:
    """Locations whose labels are meant to shine now, as the shelf view shows them."""
    return {label["location_id"] for label in phone.live.get("lights", {}).get("labels", [])}


async def read_stream(server: Server, until: str) -> list[str]:
    """What the channel hears from the beginning, acknowledged, up to the first event called `until`."""
    names: list[str] = []
    url, key = server.url.replace("http", "ws", 1), server.keys["channel_key"]
    async with OrderStream(url, key, after=0) as stream, asyncio.timeout(20):
        async for event in stream:
            names.append(event.name)
            if event.name == until:
                break
    return names


class TestWholePick:
    def test_a_native_order_is_lit_picked_and_told(self, server: Server, run: Callable[..., Any]) -> None:
        run(self._pick(server, is_cut=False, is_killed=False))

    def test_the_network_goes_in_the_middle(self, server: Server, run: Callable[..., Any]) -> None:
        run(self._pick(server, is_cut=True, is_killed=False))

    def test_the_server_is_killed_in_the_middle(self, server: Server, run: Callable[..., Any]) -> None:
        run(self._pick(server, is_cut=False, is_killed=True))

    async def _pick(self, server: Server, *, is_cut: bool, is_killed: bool) -> None:
        codes = server.enrolment_codes()
        watcher_in = sign_in(server.url, codes[0], SUPERVISOR_BADGE, SUPERVISOR_PIN)
        picker_in = sign_in(server.url, codes[1], PICKER_BADGE, PICKER_PIN)
        posted = server.post_order("web-1", [line(n, sku) for n, sku in enumerate(SKUS, 1)])
        assert posted.status_code == 202, posted.text
        assert posted.json()["status"] == "accepted"

        watcher = NativePhone(server.url, watcher_in["session_token"], ["lights", "board"])
        await watcher.connect()
        phone = NativePhone(server.url, picker_in["session_token"])
        await phone.connect()
        ready = await phone.until(lambda: next(iter(phone.pick_lists.values()), None))
        assert ready.status is PickListStatus.READY
        assert [pick.position for pick in ready.picks] == [0, 1, 2]

        await phone.ask(start(ready))
        first = ready.picks[0].location.id
        await watcher.until(lambda: first in lit(watcher))

        await phone.ask(confirm(ready, 0))
        await watcher.until(lambda: first not in lit(watcher))
        if is_cut:
            await phone.cut()
            await phone.ask(confirm(ready, 1))
            assert phone.waiting
            await phone.connect()
        elif is_killed:
            await phone.until(lambda: not phone.waiting)
            server.kill()
            server.start()
            await watcher.connect()
            watcher.live.clear()
            second, third = ready.picks[1].location.id, ready.picks[2].location.id
            await watcher.until(lambda: second in lit(watcher))
            assert lit(watcher) <= {second, third}, "only open stops blink again"
            await phone.connect()
            await phone.ask(confirm(ready, 1))
        else:
            await phone.ask(confirm(ready, 1))
        await phone.ask(confirm(ready, 2))
        await phone.ask(finish(ready))
        await phone.until(lambda: not phone.waiting)
        assert [result.problem for result in phone.results] == [None] * 5
        done = await phone.until(lambda: phone.pick_lists[ready.id].finished_at and phone.pick_lists[ready.id])
        assert {pick.status for pick in done.picks} == {PickStatus.PICKED}
        await watcher.until(lambda: not lit(watcher))

        names = await read_stream(server, "order.ready")
        assert names == ["order.accepted", "order.picking_started", *["order.line.picked"] * 3, "order.ready"]


class TestOpenDelivery:
    def test_a_platform_order_is_picked_and_the_platform_told(self, server: Server, run: Callable[..., Any]) -> None:
        lines = [{"sku": SKUS[0], "quantity": "2"}, {"sku": "210001", "quantity": "0.5"}]
        placed = httpx.post(f"{server.url}/api/v1/demo/platform-orders", json={"lines": lines})
        assert placed.status_code == 201, placed.text
        run(self._pick(server))

    async def _pick(self, server: Server) -> None:
        picker_in = sign_in(server.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN)
        phone = NativePhone(server.url, picker_in["session_token"])
        await phone.connect()
        ready = await phone.until(lambda: next(iter(phone.pick_lists.values()), None))
        assert sorted(pick.quantity_ordered for pick in ready.picks) == [2, 500]
        for command in (start(ready), confirm(ready, 0), confirm(ready, 1), finish(ready)):
            await phone.ask(command)
        await phone.until(lambda: not phone.waiting)
        assert [result.problem for result in phone.results] == [None] * 4
