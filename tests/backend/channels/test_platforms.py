"""One suite for every platform that is played: whatever it repeats, delays, loses or refuses, both sides end alike."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

import httpx
import pytest
import sqlalchemy as sa

from backend.catalog.models import BarcodeRow, ProductRow
from backend.channels.commands import AddChannel, DismissHeldOrder
from backend.channels.models import ChannelDeadlineRow, ChannelRow, DeadlineStatus
from backend.channels.port.capability import AcceptPoint, AdjustMode, DeadlineKind
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedPlatform, PlayedState, SoldProduct
from backend.channels.registry import AdapterFolder, AdapterRegistry
from backend.core.writer import Transaction
from backend.orders.models import OrderLineRow, OrderRow
from shared.events import OrderLinePicked, OrderLineShort, OrderPickingStarted, OrderReady
from shared.picking import ShortReason
from tests.backend.channels.conftest import HOME, Room
from tests.backend.databases import both_databases

PLAYED = [folder for folder in AdapterRegistry().simulators() if hasattr(folder.adapter_class, "pass_time")]
KIND: dict[str, Any] = {}
UNKIND = {"repeat": 0.5, "delay_max_s": 50.0, "busy": 0.25, "answer_lost": 0.25}
STEP_S = 12.0
ROUNDS_MAX = 400
MILK = SoldProduct("MILK-1L", "Whole milk 1 l", Decimal("12.90"), "4006381333931")
RICE = SoldProduct("RICE-1KG", "Rice 1 kg", Decimal("24.90"), "7891000100103")
EGGS = SoldProduct("EGGS-10", "Eggs, ten", Decimal("31.90"))
BANANA = SoldProduct("BANANA", "Banana, one", Decimal("1.80"))
NOBODY_S = SoldProduct("UNHEARD-OF", "Nobody knows this", Decimal("9.99"))
BANANA_G = 180
Make = Callable[[dict[str, Any]], "World"]


class Counted(httpx.AsyncBaseTransport):
    """The way to the platform, where every request that may change something is counted with its instant."""

    def __init__(self, room: Room, platform: Any) -> None:
        self.asked: list[tuple[datetime, str]] = []
        self._clock = room.clock
        self._inner = httpx.ASGITransport(platform, raise_app_exceptions=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if request.method != "GET":
            said = unquote_plus(f"{request.url} {request.content.decode('utf-8', 'replace')}")
            self.asked.append((self._clock.now(), said))
        return await self._inner.handle_async_request(request)

    def about(self, order_id: str) -> list[datetime]:
        """When something was asked that names this order."""
        return [instant for instant, said in self.asked if order_id in said]


class World:
    """A store and a platform that talk to each other within one process."""

    def __init__(self, room: Room, folder: AdapterFolder, settings: dict[str, Any]) -> None:
        self.room = room
        into_the_store = httpx.ASGITransport(room.served, raise_app_exceptions=False)
        self.host: PlayedPlatform = folder.adapter_class(
            folder.settings_model.model_validate(settings), Edge(room.clock), push_transport=into_the_store
        )
        self.calls = Counted(room, self.host.application)
        room.transport.target = self.calls
        self.adapter = str(folder.manifest.plays)
        self.capability = room.channels.registry.adapter(self.adapter).adapter_class.capability
        made = self.host.channel_settings("https://pick.example/placeholder")
        self.channel: str = room.do(AddChannel(HOME, self.adapter, "Platform", made))
        webhook_url = f"https://pick.example/api/v1/channels/{self.channel}"
        self.host.pushes.url = webhook_url
        settings_here = self.host.channel_settings(webhook_url)
        self._set(settings_here)
        self._keep_barcode(EGGS.sku, "4056489123450")

    @property
    def is_accepted_last(self) -> bool:
        """Whether the platform hears of an acceptance only when the order is picked."""
        return self.capability.accept_point is AcceptPoint.AFTER_PICK

    def calm(self) -> None:
        """Let everything happen until nothing is left to happen."""
        quiet = 0
        for _ in range(ROUNDS_MAX):
            quiet = 0 if self._turn() else quiet + 1
            if quiet == 3:
                return
        raise AssertionError("the world never calmed down")

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds / STEP_S)):
            self._turn()

    def place(self, *lines: tuple[SoldProduct, int]) -> str:
        return self.host.place(lines)

    def ours(self, order_id: str) -> OrderRow | None:
        return next((row for row in self.room.accepted if row.external_id == order_id), None)

    def lines(self, order_id: str) -> list[OrderLineRow]:
        ours = self.ours(order_id)
        return [row for row in self.room.rows(OrderLineRow) if ours is not None and row.order_id == ours.id]

    def start(self, order_id: str) -> None:
        order = self.ours(order_id)
        assert order is not None
        started = OrderPickingStarted(
            store_id=HOME, order_id=order.id, channel_id=self.channel, at=self.room.clock.now()
        )
        self.room.publish(started)

    def tell_of_lines(self, order_id: str) -> None:
        """A picker takes or misses one line after another."""
        order = self.ours(order_id)
        assert order is not None
        for number, line in enumerate(self.lines(order_id)):
            kind, more = (OrderLinePicked, {}) if number % 2 else (OrderLineShort, {"reason": ShortReason.NOT_ON_SHELF})
            facts: dict[str, Any] = {
                "order_line_id": line.id,
                "external_line_id": line.external_line_id,
                "sku": line.sku,
                "unit": line.unit,
                "quantity_ordered": line.quantity_ordered,
                "quantity_picked": 0 if more else line.quantity_ordered,
            }
            at = self.room.clock.now()
            told = kind(store_id=HOME, order_id=order.id, channel_id=self.channel, at=at, **facts, **more)
            self.room.publish(told)

    def pick(self, order_id: str, found: dict[str, int] | None = None, instead: dict[str, str] | None = None) -> None:
        """A picker finds everything, or so many pieces or grams of a SKU; `instead`: another product for all of it."""
        self.start(order_id)
        self.finish(order_id, found, instead)

    def finish(self, order_id: str, found: dict[str, int] | None = None, instead: dict[str, str] | None = None) -> None:
        """The same for an order whose picking has begun."""
        order = self.ours(order_id)
        assert order is not None
        table: Any = OrderLineRow.__table__  # type: ignore[attr-defined]
        orders: Any = OrderRow.__table__  # type: ignore[attr-defined]

        def finish(tx: Transaction) -> None:
            for line in self.lines(order_id):
                values: dict[str, Any] = {"quantity_picked": (found or {}).get(line.sku, line.quantity_ordered)}
                if line.sku in (instead or {}):
                    values = {
                        "quantity_picked": 0,
                        "quantity_substituted": line.quantity_ordered,
                        "substitute_sku": (instead or {})[line.sku],
                    }
                tx.connection.execute(sa.update(table).where(table.c.id == line.id).values(**values))
            tx.connection.execute(sa.update(orders).where(orders.c.id == order.id).values(status="ready"))
            ready = OrderReady(
                store_id=HOME, order_id=order.id, channel_id=self.channel, at=tx.now(), is_complete=not found
            )
            tx.publish(ready)

        self.room.run(self.room.writer.submit(finish))

    def deadlines(self, order_id: str) -> dict[str, str]:
        rows = self.room.rows(ChannelDeadlineRow)
        return {row.kind: row.status for row in rows if row.external_id == order_id}

    def check(self, order_id: str) -> None:
        """Both sides say the same about an order, and nothing was done twice."""
        assert max(self.host.heard(order_id).values(), default=0) <= 1, "the platform applied a call twice"
        ours, state = self.ours(order_id), self.host.state(order_id)
        if state is PlayedState.CANCELLED:
            assert ours is None or ours.status in ("cancelled", "ready"), "ready: everything was missing"
            assert self.host.quantities(order_id) == {}
            return
        assert ours is not None
        if self.is_accepted_last and ours.status == "accepted":
            return  # whatever was done there kept it alive
        assert ours.status == ("ready" if state is PlayedState.PICKED else "accepted")
        if ours.status == "ready":
            assert self.host.quantities(order_id) == self._given(order_id)

    def _given(self, order_id: str) -> dict[str, int]:
        """What the shopper gets, counted as the platform counts: in pieces, substitutes where it knows them."""
        given: dict[str, int] = {}
        for line in self.lines(order_id):
            piece = BANANA_G if line.sku == BANANA.sku else 1
            known = line.quantity_picked if self.capability.can_reduce else line.quantity_ordered
            count = -(-known // piece)  # less than a piece missing is none missing
            given[line.sku] = given.get(line.sku, 0) + count
            if line.quantity_substituted and self.capability.can_substitute:
                other = str(line.substitute_sku)
                given[other] = given.get(other, 0) + line.quantity_substituted // piece
        return {sku: count for sku, count in given.items() if count}

    def _turn(self) -> bool:
        room = self.room
        sent = 0 if self.host.is_down else room.run(self.host.pushes.drain())
        room.clock.advance(STEP_S)
        polled = room.run(room.poller.poll_due())
        tried = room.run(room.outbox.deliver_due())
        if not self.host.is_down:
            self.host.pass_time()
        waiting = room.waiting("channels.deliver") + room.waiting("channels.fetch")
        return bool(sent or polled or tried or waiting or not self.host.pushes.is_empty)

    def _keep_barcode(self, sku: str, gtin: str) -> None:
        """What a product that may be given instead is called where a platform knows barcodes."""
        product = ProductRow(
            id=f"prd_{sku}",
            store_id=HOME,
            sku=sku,
            name_en=sku,
            unit="each",
            temperature="ambient",
            location_id="loc_1",
        )

        def keep(tx: Transaction) -> None:
            tx.session.add(product)
            tx.session.flush()
            tx.session.add(BarcodeRow(store_id=HOME, gtin=gtin, product_id=product.id))

        self.room.run(self.room.writer.submit(keep))

    def _set(self, settings: dict[str, Any]) -> None:
        """The address of the webhook is known only once the channel is there."""
        channels: Any = ChannelRow.__table__  # type: ignore[attr-defined]
        change = sa.update(channels).where(channels.c.id == self.channel).values(settings=settings)
        self.room.run(self.room.writer.submit(lambda tx: tx.connection.execute(change)))
        self.room.channels.known.forget()


@pytest.fixture(params=PLAYED, ids=lambda folder: folder.manifest.name)
def make(room: Room, request: pytest.FixtureRequest) -> Iterator[Make]:
    worlds: list[World] = []

    def make(settings: dict[str, Any]) -> World:
        worlds.append(World(room, request.param, settings))
        return worlds[-1]

    yield make
    for world in worlds:
        room.run(world.host.pushes.aclose())


def some_lines(chance: random.Random) -> Sequence[tuple[SoldProduct, int]]:
    chosen = chance.sample([MILK, RICE, EGGS, BANANA], chance.randint(1, 4))
    return [(product, chance.randint(1, 5)) for product in chosen]


class TestIntake:
    @pytest.mark.parametrize("seed", range(3))
    def test_each_order_once_under_repeats_and_disorder(self, make: Make, seed: int) -> None:
        world, chance = make({**UNKIND, "seed": seed}), random.Random(seed)
        placed = [world.place(*some_lines(chance)) for _ in range(8)]
        for order_id in placed[:3]:
            world.host.cancel(order_id)
        world.calm()
        accepted = [row.external_id for row in world.room.accepted]
        assert len(accepted) == len(set(accepted))
        assert {row.external_id for row in world.room.known} == set(placed)
        for order_id in placed:
            world.check(order_id)
        taken = PlayedState.NEW if world.is_accepted_last else PlayedState.ACCEPTED
        assert [world.host.state(order_id) for order_id in placed[3:]] == [taken] * 5

    def test_lines_prices_and_totals_as_the_platform_says_them(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 2), (BANANA, 5))
        world.calm()
        ours = world.ours(order_id)
        assert ours is not None
        assert ours.total_minor == 2 * 1290 + 5 * 180
        assert {(line.sku, line.quantity_ordered) for line in world.lines(order_id)} == {
            ("MILK-1L", 2),
            ("BANANA", 5 * BANANA_G),
        }

    def test_forged_pushes_are_refused_and_kept(self, make: Make) -> None:
        world = make(KIND)
        world.place((MILK, 1))
        build = world.host.pushes._waiting[0].build
        request = build()
        forged, headers = request.content, dict(request.headers)
        if world.capability.signs_messages:
            forged = forged.replace(b"MILK-1L", b"RICE-1K") if b"MILK-1L" in forged else b"{}"
        else:
            headers["authorization"] = "guessed"
        answer = world.room.run(world.room.http.request(request.method, request.url, content=forged, headers=headers))
        assert answer.status_code == 401
        assert world.room.known == []
        assert [row.verdict for row in world.room.messages] == ["refused"]


def _wants_acceptance_first(world: World) -> None:
    if world.is_accepted_last or all(rule.kind is not DeadlineKind.ACCEPT for rule in world.capability.deadlines):
        pytest.skip("the platform waits for no acceptance before picking")


class TestDeadlines:
    def test_an_order_is_accepted_in_time(self, make: Make) -> None:
        world = make(KIND)
        _wants_acceptance_first(world)
        order_id = world.place((MILK, 1))
        world.calm()
        assert world.deadlines(order_id)["accept"] == DeadlineStatus.MET
        assert world.host.state(order_id) is PlayedState.ACCEPTED

    def test_an_order_that_waits_for_a_supervisor_is_kept_alive(self, make: Make) -> None:
        world = make(KIND)
        _wants_acceptance_first(world)
        order_id = world.place((NOBODY_S, 1))
        world.calm()
        assert world.host.state(order_id) is PlayedState.NEW, "nobody knows what it is"
        world.wait(900)
        assert world.host.state(order_id) is PlayedState.ACCEPTED
        assert world.deadlines(order_id)["accept"] == DeadlineStatus.MET
        [held] = world.room.exceptions
        world.room.do(DismissHeldOrder(HOME, held.id, "per_1", "we do not sell this"))
        world.calm()
        assert world.host.state(order_id) is PlayedState.CANCELLED

    def test_an_order_that_nobody_picks_is_begun_and_then_accepted_before_it_is_lost(self, make: Make) -> None:
        world = make(KIND)
        if not world.is_accepted_last:
            pytest.skip("the platform hears of acceptances first")
        order_id = world.place((MILK, 1))
        world.calm()
        world.wait(540)
        assert world.host.state(order_id) is PlayedState.ACCEPTED, "begun"
        assert world.deadlines(order_id) == {"start": DeadlineStatus.MET, "accept": DeadlineStatus.OPEN}
        world.wait(900)
        assert world.host.state(order_id) is PlayedState.PICKED
        assert world.deadlines(order_id)["accept"] == DeadlineStatus.MET
        world.check(order_id)

    def test_a_held_order_that_is_begun_can_still_be_dismissed(self, make: Make) -> None:
        world = make(KIND)
        if not world.is_accepted_last:
            pytest.skip("the platform hears of acceptances first")
        order_id = world.place((NOBODY_S, 1))
        world.calm()
        world.wait(600)
        assert world.host.state(order_id) is PlayedState.ACCEPTED
        [held] = world.room.exceptions
        world.room.do(DismissHeldOrder(HOME, held.id, "per_1", "we do not sell this"))
        world.calm()
        assert world.host.state(order_id) is PlayedState.CANCELLED

    def test_nothing_is_waited_for_once_an_order_is_cancelled(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((NOBODY_S, 1))
        world.calm()
        world.host.cancel(order_id)
        world.calm()
        assert set(world.deadlines(order_id).values()) <= {DeadlineStatus.DROPPED, DeadlineStatus.MET}


class TestPicking:
    def test_complete(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 2), (RICE, 1))
        world.calm()
        world.pick(order_id)
        world.calm()
        assert world.host.state(order_id) is PlayedState.PICKED
        world.check(order_id)

    def test_short(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 3), (RICE, 2), (EGGS, 1))
        world.calm()
        world.pick(order_id, {"MILK-1L": 1, "RICE-1KG": 0})
        world.calm()
        world.check(order_id)
        if world.capability.can_reduce:
            assert world.host.quantities(order_id) == {"MILK-1L": 1, "EGGS-10": 1}

    @pytest.mark.parametrize("seed", range(5))
    def test_short_once_where_every_other_answer_is_lost(self, make: Make, seed: int) -> None:
        world = make({"seed": seed, "answer_lost": 0.6})
        order_id = world.place((MILK, 5), (RICE, 5))
        world.calm()
        world.pick(order_id, {"MILK-1L": 3, "RICE-1KG": 4})
        world.calm()
        world.check(order_id)

    def test_nothing_found(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 3), (RICE, 2))
        world.calm()
        world.pick(order_id, {"MILK-1L": 0, "RICE-1KG": 0})
        world.calm()
        assert world.host.state(order_id) is PlayedState.CANCELLED

    def test_substituted(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 2), (RICE, 1))
        world.calm()
        world.pick(order_id, instead={"MILK-1L": "EGGS-10"})
        world.calm()
        world.check(order_id)

    def test_weighed(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((BANANA, 5), (MILK, 1))
        world.calm()
        world.pick(order_id, {"BANANA": 3 * BANANA_G - 20})
        world.calm()
        world.check(order_id)
        if world.capability.can_reduce:
            assert world.host.quantities(order_id) == {"BANANA": 3, "MILK-1L": 1}


class TestCollected:
    """What changes while an order is picked is told when it is over, and no faster than the platform takes it."""

    def test_nothing_is_told_of_single_lines(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 3), (RICE, 2), (EGGS, 1))
        world.calm()
        world.start(order_id)
        world.calm()
        before = len(world.calls.about(order_id))
        world.tell_of_lines(order_id)
        world.calm()
        assert world.capability.adjust_mode is not AdjustMode.PER_ITEM, "such a platform needs a test of its own"
        assert len(world.calls.about(order_id)) == before
        world.finish(order_id, found={"MILK-1L": 1})
        world.calm()
        assert len(world.calls.about(order_id)) > before
        world.check(order_id)

    @pytest.mark.parametrize("seed", range(2))
    def test_calls_about_one_order_keep_their_distance(self, make: Make, seed: int) -> None:
        """Also those that are made again, because an answer was lost or the platform was busy."""
        world = make({**UNKIND, "answer_lost": 0.5, "seed": seed})
        least_s = world.capability.min_interval_per_order_s
        if not least_s:
            pytest.skip("the platform takes calls as fast as they come")
        order_id = world.place((MILK, 3), (RICE, 2))
        world.calm()
        world.pick(order_id, found={"MILK-1L": 1})
        world.calm()
        instants = world.calls.about(order_id)
        assert len(instants) > 2
        gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(instants)]
        assert min(gaps) >= least_s, gaps
        world.check(order_id)


class TestCancelling:
    def test_before_picking(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 1))
        world.calm()
        world.host.cancel(order_id)
        world.calm()
        ours = world.ours(order_id)
        assert ours is not None
        assert ours.status == "cancelled"
        world.check(order_id)

    def test_during_picking_when_the_shopper_asks(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 1))
        world.calm()
        world.start(order_id)
        if not world.host.ask_to_cancel(order_id):
            pytest.skip("shoppers of this platform do not ask")
        world.calm()
        assert world.host.state(order_id) is PlayedState.CANCELLED
        world.check(order_id)

    def test_too_late_when_it_is_packed(self, make: Make) -> None:
        world = make(KIND)
        order_id = world.place((MILK, 1))
        world.calm()
        world.pick(order_id)
        world.calm()
        if not world.host.ask_to_cancel(order_id):
            pytest.skip("shoppers of this platform do not ask")
        world.calm()
        assert world.host.state(order_id) is PlayedState.PICKED
        world.check(order_id)


class TestOutage:
    def test_an_hour_without_the_platform(self, make: Make) -> None:
        world = make(KIND)
        placed = [world.place((MILK, 2), (RICE, 2)) for _ in range(4)]
        world.calm()
        world.host.is_down = True
        world.pick(placed[0])
        world.pick(placed[1], {"MILK-1L": 1})
        world.pick(placed[2], {"MILK-1L": 0, "RICE-1KG": 0})
        world.wait(3600)
        assert world.host.state(placed[0]) is (PlayedState.NEW if world.is_accepted_last else PlayedState.ACCEPTED)
        world.host.is_down = False
        world.wait(3600)
        world.calm()
        for order_id in placed:
            world.check(order_id)
        states = [world.host.state(order_id) for order_id in placed]
        if world.is_accepted_last:  # its time limits went on: what nobody could begin there is rejected by now
            assert states == [PlayedState.CANCELLED] * 4
        else:
            assert states == [PlayedState.PICKED, PlayedState.PICKED, PlayedState.CANCELLED, PlayedState.ACCEPTED]


@both_databases
class TestWholeDays:
    @pytest.mark.parametrize("seed", range(4))
    def test_both_sides_end_alike(self, make: Make, seed: int) -> None:
        world, chance = make({**UNKIND, "seed": seed}), random.Random(seed)
        placed = [world.place(*some_lines(chance)) for _ in range(6)]
        world.calm()
        for order_id in placed:
            lot = chance.random()
            if lot < 0.2:
                world.host.cancel(order_id)
            elif lot < 0.35:
                world.host.ask_to_cancel(order_id)
            else:
                found = {line.sku: chance.randint(0, line.quantity_ordered) for line in world.lines(order_id)}
                world.pick(order_id, found if chance.random() < 0.6 else None)
        world.calm()
        for order_id in placed:
            world.check(order_id)
