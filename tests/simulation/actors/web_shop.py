"""A web shop as a channel: posts orders until they are answered, repeats itself, amends, cancels, and listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from mobile.services.edges import HandshakeRefused, SocketClosed
from shared.sync.envelope import TOKEN_SUBPROTOCOL_PREFIX
from tests.simulation.actors.placed_order import PROPOSED, PlacedOrder
from tests.simulation.actors.shoppers import Shoppers
from tests.simulation.network import HOST, AirTransport
from tests.simulation.shops import Ware
from tests.simulation.world import World

TIMEOUT_S = 15.0
TRY_AGAIN_S = (0.5, 4.0)
AMENDS_WITHIN_S = 60.0  # some before there is a plan, some before anybody walks, some too late
CHANNEL_SUBPROTOCOL = "blinkpick.channel"


@dataclass(frozen=True, slots=True)
class Habits:
    """How unkind the shop is, as shares of its orders."""

    repeats: float = 0.15
    repeats_with_new_key: float = 0.05
    cancels: float = 0.08
    contradicts: float = 0.0
    amends: float = 0.0


KIND = Habits(0.0, 0.0, 0.0, 0.0, 0.0)


class WebShop:
    """`open` it; `place` orders. What it was answered must hold for ever."""

    def __init__(
        self, world: World, *, name: str = "web", habits: Habits = KIND, shoppers: Shoppers | None = None
    ) -> None:
        self.world = world
        self.habits = habits
        self.shoppers = shoppers
        self.chance = world.chance(f"shop {name}")
        self.air = world.add_air(name)
        self.orders: dict[str, PlacedOrder] = {}
        self.heard: list[int] = []
        self.complaints: list[str] = []
        self._name = name
        self._http = httpx.AsyncClient(
            transport=AirTransport(self.air, world.loop),
            base_url=f"http://{HOST}",
            headers={"Authorization": f"Bearer {world.shop.channel_key}"},
        )
        self._last = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._contradictions = world.chance(f"shop {name} contradicts")
        self._second_thoughts = world.chance(f"shop {name} amends")

    def open(self) -> None:
        self._begin(self._follow())

    def place(self, lines: list[tuple[Ware, int]], due_in_s: float) -> PlacedOrder:
        """Order these wares, in pieces or grams; goes on trying until the store has answered."""
        number = len(self.orders) + 1
        placed_at = self.world.clock.now()
        due_at = placed_at + timedelta(seconds=due_in_s)
        asked = {str(position): quantity for position, (_, quantity) in enumerate(lines, start=1)}
        body = self._body(number, lines, placed_at, due_at)
        order = PlacedOrder(f"{self._name}-{number}", placed_at, due_at, asked, body)
        self.orders[order.external_id] = order
        self._begin(self._see_through(order))
        return order

    @property
    def is_answered(self) -> bool:
        return all(order.answer is not None for order in self.orders.values())

    @property
    def is_quiet(self) -> bool:
        """Whether it has said all it wanted to say; only following goes on."""
        return len(self._tasks) <= 1

    @property
    def is_all_done(self) -> bool:
        return all(order.is_done for order in self.orders.values())

    # One order's way in

    async def _see_through(self, order: PlacedOrder) -> None:
        key = f'"{order.external_id}-a"'
        first = order.body
        await self._post(order, key, first)
        while self._second_thoughts.random() < self.habits.amends:
            await asyncio.sleep(self._second_thoughts.uniform(0, AMENDS_WITHIN_S))
            if not await self._amend(order):
                break
        if self.chance.random() < self.habits.repeats:
            await asyncio.sleep(self.chance.uniform(0, 120))
            await self._post(order, key, first)
        if self.chance.random() < self.habits.repeats_with_new_key:
            await asyncio.sleep(self.chance.uniform(0, 300))
            await self._post(order, f'"{order.external_id}-b"', order.body)
        if self._contradictions.random() < self.habits.contradicts:
            await asyncio.sleep(self._contradictions.uniform(1, 200))
            await self._contradict(order)
        if self.chance.random() < self.habits.cancels:
            await asyncio.sleep(self.chance.uniform(5, 900))
            await self._cancel(order)
        order.body = None

    async def _post(self, order: PlacedOrder, key: str, body: dict[str, Any] | None) -> None:
        def ask() -> Coroutine[Any, Any, httpx.Response]:
            return self._http.post("/api/v1/orders", json=body, headers={"Idempotency-Key": key})

        response = await self._insist(ask)
        if response.status_code != 202:
            self.complaints.append(f"{order.external_id}: {response.status_code} {response.text[:200]}")
            return
        answer = response.json()
        first = order.answer
        if first is not None and answer["order_id"] != first["order_id"]:
            self.complaints.append(f"{order.external_id}: answered {answer} after {first}")
        order.answer = first or answer

    async def _amend(self, order: PlacedOrder) -> bool:
        """The shopper wants some of it otherwise; False where a picker walks for it by now: it stays what it was."""
        assert order.body is not None
        chance, wares = self._second_thoughts, self.world.shop.wares
        kept = chance.sample(order.body["lines"], chance.randint(1, len(order.body["lines"])))
        added = chance.choice(list(wares.values()))
        position = str(max(int(line["external_line_id"]) for line in order.body["lines"]) + 1)
        due_at = order.due_at + timedelta(minutes=order.amendments + 1)
        asked: dict[str, int] = {}
        lines = []
        for line in [*kept, self._line(position, added, 0)]:
            ware = wares[line["sku"]]
            asked[line["external_line_id"]] = chance.randint(4, 24) * 50 if ware.is_weighed else chance.randint(1, 3)
            lines.append({**line, "quantity": _amount(ware, asked[line["external_line_id"]])})
        body = {**order.body, "due_at": due_at.isoformat(), "lines": lines}
        key = f'"{order.external_id}-amended-{order.amendments}"'

        def ask() -> Coroutine[Any, Any, httpx.Response]:
            path = f"/api/v1/orders/{order.external_id}"
            return self._http.put(path, json=body, headers={"Idempotency-Key": key})

        response = await self._insist(ask)
        if response.status_code == 200:
            order.amend(body, asked, due_at)
            return True
        code = response.json()["code"]
        order.amended_too_late = code == "picking_has_begun"
        if not order.amended_too_late:
            self.complaints.append(f"amend {order.external_id}: {response.status_code} {response.text[:200]}")
        return False

    async def _contradict(self, order: PlacedOrder) -> None:
        """The shopper wants it otherwise, and the shop posts that under the same id: the store must refuse to guess."""
        due_at = (order.due_at + timedelta(minutes=30)).isoformat()
        assert order.body is not None
        body = {**order.body, "due_at": due_at, "lines": order.body["lines"][:1]}
        headers = {"Idempotency-Key": f'"{order.external_id}-c"'}

        def ask() -> Coroutine[Any, Any, httpx.Response]:
            return self._http.post("/api/v1/orders", json=body, headers=headers)

        response = await self._insist(ask)
        if response.status_code != 409:
            self.complaints.append(f"{order.external_id}, posted otherwise, was answered {response.status_code}")

    async def _cancel(self, order: PlacedOrder) -> None:
        def ask() -> Coroutine[Any, Any, httpx.Response]:
            path = f"/api/v1/orders/{order.external_id}/cancel"
            return self._http.post(path, json={"reason": "changed their mind"})

        response = await self._insist(ask)
        if response.status_code in (202, 409):
            order.cancel_answer = response.status_code
        else:
            self.complaints.append(f"cancel {order.external_id}: {response.status_code} {response.text[:200]}")

    async def _insist(self, ask: Callable[[], Coroutine[Any, Any, httpx.Response]]) -> httpx.Response:
        """Until there is an answer that is no "later"."""
        while True:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    response = await ask()
                if response.status_code < 500:
                    return response
            except (httpx.HTTPError, TimeoutError):
                pass
            await asyncio.sleep(self.chance.uniform(*TRY_AGAIN_S))

    def _body(
        self, number: int, lines: list[tuple[Ware, int]], placed_at: datetime, due_at: datetime
    ) -> dict[str, Any]:
        return {
            "external_id": f"{self._name}-{number}",
            "display_code": f"W{number}",
            "placed_at": placed_at.isoformat(),
            "due_at": due_at.isoformat(),
            "currency": "EUR",
            "total_minor": sum(ware.price_minor for ware, _ in lines),
            "lines": [
                self._line(str(position), ware, quantity) for position, (ware, quantity) in enumerate(lines, start=1)
            ],
        }

    def _line(self, position: str, ware: Ware, quantity: int) -> dict[str, Any]:
        return {
            "external_line_id": position,
            "sku": ware.sku,
            "name": f"Product {ware.sku}",
            "quantity": _amount(ware, quantity),
            "unit": "kg" if ware.is_weighed else "each",
            **(self.shoppers.wish(ware) if self.shoppers is not None else {}),
        }

    # What the store says

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_once()
            except (SocketClosed, HandshakeRefused, TimeoutError):
                await asyncio.sleep(self.chance.uniform(*TRY_AGAIN_S))

    async def _follow_once(self) -> None:
        url = f"ws://{HOST}/api/v1/channels/stream?after={self._last}"
        key = TOKEN_SUBPROTOCOL_PREFIX + self.world.shop.channel_key
        socket = await self.air.connect(url, [CHANNEL_SUBPROTOCOL, key])
        try:
            while True:
                async with asyncio.timeout(60):
                    event = json.loads(await socket.receive())
                if event["name"] == "heartbeat" or event["sequence"] <= self._last:
                    continue
                self._hear(event)
                self._last = event["sequence"]
                await socket.send(json.dumps({"ack": self._last}))
        finally:
            await socket.close()

    def _hear(self, event: dict[str, Any]) -> None:
        self.heard.append(event["sequence"])
        if event["order"] is None:
            return  # what is sold out, or costs something else: this shop sells on
        order = self.orders.get(event["order"]["external_id"])
        if order is None:
            self.complaints.append(f"an event of an order nobody placed: {event}")
        else:
            order.hear(event)
            if event["name"] == PROPOSED and self.shoppers is not None:
                self._begin(self.shoppers.hear(order.external_id, event, self._answer))

    async def _answer(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self._insist(lambda: self._http.post(path, json=body))

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.complaints.append(f"the shop broke: {task.exception()!r}")


def _amount(ware: Ware, quantity: int) -> str:
    """Pieces, or grams as kilograms."""
    return f"{quantity / 1000:.3f}" if ware.is_weighed else str(quantity)
