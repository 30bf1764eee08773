"""Our adapter and the simulated platform over real sockets: events repeated, reordered and delayed, answers lost."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import jsonschema
import pytest
import sqlalchemy as sa

from backend.channels.adapters.open_delivery_host.platform import HostRefuses
from backend.channels.adapters.open_delivery_host.simulator import HostSettings, OpenDeliveryHost
from backend.channels.commands import AddChannel, TakeNotices
from backend.channels.models import ChannelRow
from backend.channels.port import Edge
from backend.core.writer import Transaction
from backend.orders.models import OrderLineRow, OrderRow
from shared.clock import ManualClock
from shared.events import OrderHandedOver, OrderPickingStarted, OrderReady
from shared.handover import HandOverProof
from tests.backend.channels.conftest import HOME, SUPERVISOR, Room
from tests.backend.channels.payloads import payload
from tests.backend.channels.serving import serving

SCHEMA = json.loads(payload("open_delivery", "schema.json"))
UNKIND = {"repeat": 0.4, "delay_max_s": 50.0, "busy": 0.2, "answer_lost": 0.2, "token_life_s": 90}
CLOCK_STEP_S = 20.0
ROUNDS_MAX = 200


class World:
    """A store, a platform and the sockets between them."""

    def __init__(self, room: Room, host: OpenDeliveryHost, channel: str) -> None:
        self.room, self.host, self.channel = room, host, channel

    async def calm(self) -> None:
        """Let everything happen until nothing is left to happen."""
        quiet = 0
        for _ in range(ROUNDS_MAX):
            sent = await self.host.pushes.drain()
            self.room.clock.advance(CLOCK_STEP_S)
            polled = await self.room.poller.poll_due()
            tried = await self.room.outbox.deliver_due()
            waiting = self.room.waiting("channels.deliver") + self.room.waiting("channels.fetch")
            is_on_its_way = self.host.platform.has_news or not self.host.pushes.is_empty
            is_busy = sent or polled or tried or waiting or is_on_its_way
            quiet = 0 if is_busy else quiet + 1
            if quiet == 3:
                return
        raise AssertionError("the world never calmed down")

    async def walk(self, order: OrderRow, picked_of: float) -> None:
        """A picker starts and finishes an order, finding this share of each line."""
        facts: dict[str, Any] = {"store_id": HOME, "order_id": order.id, "channel_id": self.channel}

        def finish(tx: Transaction) -> None:
            lines, orders = OrderLineRow.__table__, OrderRow.__table__  # type: ignore[attr-defined]
            found = sa.cast(lines.c.quantity_ordered * picked_of, sa.Integer)
            tx.connection.execute(sa.update(lines).where(lines.c.order_id == order.id).values(quantity_picked=found))
            tx.connection.execute(sa.update(orders).where(orders.c.id == order.id).values(status="ready"))
            tx.publish(OrderReady(**facts, at=self.room.clock.now(), is_complete=picked_of == 1))

        started = OrderPickingStarted(**facts, at=self.room.clock.now())
        await self.room.writer.submit(lambda tx: tx.publish(started))
        await self.room.writer.submit(finish)

    async def hand_over(self, order: OrderRow) -> None:
        facts: dict[str, Any] = {"store_id": HOME, "order_id": order.id, "channel_id": self.channel}
        proof = {"bags": 1, "proof": HandOverProof.NONE, "is_age_checked": False, "handed_over_by": "per_1"}
        handed_over = OrderHandedOver(**facts, **proof, at=self.room.clock.now())
        await self.room.writer.submit(lambda tx: tx.publish(handed_over))

    def heard(self, order_id: str) -> Counter[str]:
        return Counter(operation for operation, _ in self.host.platform.orders[order_id].heard)

    def state(self, order_id: str) -> str:
        return self.host.platform.orders[order_id].state

    def ours(self, order_id: str) -> OrderRow | None:
        return next((row for row in self.room.accepted if row.external_id == order_id), None)


async def in_a_world(room: Room, settings: dict[str, object], story: Callable[[World], Awaitable[None]]) -> None:
    """Run `story(world)` with the platform and the store on sockets of their own."""
    room.transport.target = httpx.AsyncHTTPTransport()
    async with serving(room.served) as address:
        host = OpenDeliveryHost(HostSettings.model_validate(settings), Edge(room.clock))
        await host.start()
        try:
            channel = await room.bus.handle(_add(host))
            host.pushes.url = f"http://{address}/api/v1/channels/{channel}/v1/newEvent"
            await story(World(room, host, channel))
        finally:
            await host.stop()
    await room.transport.target.aclose()


def _disk_is_full(command: TakeNotices, tx: Transaction) -> int:
    raise OSError("the disk is full")


def _add(host: OpenDeliveryHost) -> AddChannel:
    return AddChannel(HOME, "open_delivery", "Platform", dict(host.channel_settings()))


class TestUnkindPlatform:
    @pytest.mark.parametrize("seed", range(6))
    def test_no_order_is_lost_or_doubled(self, room: Room, seed: int) -> None:
        chance = random.Random(seed)

        async def story(world: World) -> None:
            for _ in range(12):
                order_id = world.host.place_random()
                if chance.random() < 0.25:
                    world.host.platform.cancel(order_id)
            await world.calm()
            for order in [row for row in room.accepted if row.status == "accepted"]:
                moment = chance.random()
                if moment < 0.2:
                    world.host.platform.ask_to_cancel(order.external_id)
                    await world.calm()
                elif moment < 0.3:
                    world.host.platform.cancel(order.external_id)
                elif moment < 0.4:
                    await world.walk(order, 0)
                else:
                    await world.walk(order, chance.choice([1, 1, 0.5]))
            await world.calm()
            for order_id, theirs in world.host.platform.orders.items():
                ours, heard = world.ours(order_id), world.heard(order_id)
                assert max(heard.values(), default=0) <= 1, "the platform applied a step twice"
                if theirs.state == "CANCELLED":
                    assert ours is None or ours.status == "cancelled"
                else:
                    assert ours is not None
                    assert (theirs.state, ours.status) == ("READY_FOR_PICKUP", "ready")
                    assert heard["confirm"] == heard["preparing"] == heard["readyForPickup"] == 1
            accepted = [row.external_id for row in room.accepted]
            assert len(accepted) == len(set(accepted))
            assert not world.host.platform.has_news, "everything is acknowledged"
            with room.database.reading() as session:
                assert session.get(ChannelRow, world.channel).last_sequence == len(room.told(world.channel))  # type: ignore[union-attr]

        room.run(in_a_world(room, {"seed": seed, "spells_participle": seed % 2 == 1, **UNKIND}, story))
        assert room.ask("GET", "/intake/undelivered", SUPERVISOR).json() == []

    def test_base64_signatures_work_as_well(self, room: Room) -> None:
        async def story(world: World) -> None:
            order_id = world.host.place_random()
            await world.host.pushes.drain()
            assert [status for status, _ in world.host.pushes.answers] == [200]
            await world.calm()
            assert world.ours(order_id) is not None

        room.run(in_a_world(room, {"signature_encoding": "base64"}, story))

    def test_a_packed_order_is_not_cancelled_any_more(self, room: Room) -> None:
        async def story(world: World) -> None:
            order_id = world.host.place_random()
            await world.calm()
            (order,) = room.accepted
            await world.walk(order, 1)
            await world.calm()
            world.host.platform.ask_to_cancel(order_id)
            await world.calm()
            assert world.state(order_id) == "READY_FOR_PICKUP"
            assert world.heard(order_id)["denyCancellation"] == 1

        room.run(in_a_world(room, {}, story))

    def test_what_a_shopper_takes_along_is_picked_up(self, room: Room) -> None:
        async def story(world: World) -> None:
            order_id = world.host.place_random()
            await world.calm()
            (order,) = room.accepted
            await world.walk(order, 1)
            await world.hand_over(order)
            await world.calm()
            assert world.state(order_id) == "PICKED_UP"
            assert world.heard(order_id)["pickedUp"] == 1

        room.run(in_a_world(room, UNKIND, story))

    def test_our_own_courier_is_tracked_from_the_door(self, room: Room) -> None:
        async def story(world: World) -> None:
            order_id = world.host.place_random()
            body = world.host.platform.orders[order_id].body
            delivery = {"deliveredBy": "MERCHANT", "estimatedDeliveryDateTime": body["createdAt"]}
            body |= {"type": "DELIVERY", "delivery": delivery, "sendTracking": True}
            await world.calm()
            (order,) = room.accepted
            await world.walk(order, 1)
            await world.hand_over(order)
            await world.calm()
            assert world.state(order_id) == "DISPATCHED"
            assert (world.heard(order_id)["dispatch"], world.heard(order_id)["tracking"]) == (1, 1)

        room.run(in_a_world(room, UNKIND, story))

    def test_tokens_the_platform_forgot_are_renewed(self, room: Room) -> None:
        async def story(world: World) -> None:
            world.host.place_random()
            await world.calm()
            world.host.application.revoke_tokens()
            world.host.place_random()
            await world.calm()
            assert len(room.accepted) == 2

        room.run(in_a_world(room, {}, story))

    def test_what_was_not_stored_is_not_acknowledged(self, room: Room) -> None:
        async def story(world: World) -> None:
            world.host.pushes.url = ""
            world.host.place_random()
            handlers = room.bus.handlers
            room.bus.handlers = {**handlers, TakeNotices: _disk_is_full}
            with pytest.raises(OSError, match="disk"):
                await room.channels.poll(world.channel)
            assert len(world.host.platform.poll()) == 1
            room.bus.handlers = handlers
            assert await room.channels.poll(world.channel) == 1
            assert not world.host.platform.has_news

        room.run(in_a_world(room, {}, story))


class TestPlatformItself:
    def test_what_it_says_fits_the_published_schema(self, clock: ManualClock) -> None:
        host = OpenDeliveryHost(HostSettings(seed=5), Edge(clock))
        host.platform.base_url = "https://platform.example"
        for _ in range(20):
            order_id = host.place_random()
            host.platform.apply(order_id, "confirm", {"createdAt": "2026-01-05T08:00:00Z", "orderExternalCode": "1"})
            jsonschema.validate(host.platform.read(order_id), {**SCHEMA, "$ref": "#/$defs/order"})
        host.platform.ask_to_cancel(order_id)
        host.platform.apply(order_id, "acceptCancellation", {})
        jsonschema.validate(host.platform.poll(), {**SCHEMA, "$ref": "#/$defs/events"})

    def test_the_same_seed_tells_the_same_story(self, clock: ManualClock) -> None:
        def story(seed: int) -> list[object]:
            host = OpenDeliveryHost(HostSettings(seed=seed), Edge(clock))
            for _ in range(5):
                host.place_random()
            return [order.body for order in host.platform.orders.values()]

        assert story(7) == story(7) != story(8)

    @pytest.mark.parametrize(
        ("steps", "status"),
        [
            (["preparing"], 422),
            (["readyForPickup"], 422),
            (["confirm", "confirm"], 422),
            (["confirm", "readyForPickup", "preparing"], 422),
            (["tracking"], 400),
            (["pickedUp"], 422),
            (["acceptCancellation"], 422),
            (["requestCancellation", "confirm"], 422),
            (["requestCancellation", "requestCancellation"], 422),
        ],
    )
    def test_wrong_steps_are_refused(self, clock: ManualClock, steps: list[str], status: int) -> None:
        host = OpenDeliveryHost(HostSettings(seed=3), Edge(clock))
        order_id = host.place_random()
        body = {
            "createdAt": "2026-01-05T08:00:00Z",
            "orderExternalCode": "1",
            "reason": "x",
            "code": "RISK_AREA",
            "mode": "AUTO",
        }
        for step in steps[:-1]:
            host.platform.apply(order_id, step, body)
        with pytest.raises(HostRefuses) as refused:
            host.platform.apply(order_id, steps[-1], body)
        assert refused.value.status == status

    @pytest.mark.parametrize("operation", ["confirm", "requestCancellation"])
    def test_bodies_are_checked(self, clock: ManualClock, operation: str) -> None:
        host = OpenDeliveryHost(HostSettings(seed=3), Edge(clock))
        order_id = host.place_random()
        with pytest.raises(HostRefuses) as refused:
            host.platform.apply(order_id, operation, {})
        assert refused.value.status == 400
