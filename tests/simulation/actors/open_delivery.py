"""An Open Delivery platform as a channel: the simulator that ships with the product, with shoppers and a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.channels.adapters.open_delivery_host.platform import HostOrder
from backend.channels.adapters.open_delivery_host.shopping import HostProduct
from backend.channels.adapters.open_delivery_host.simulator import HostSettings, OpenDeliveryHost
from backend.channels.commands import AddChannel
from backend.channels.port import Edge
from tests.simulation.network import HOST, AirTransport
from tests.simulation.outside import SiteTrouble
from tests.simulation.shops import STORE_ID, Ware
from tests.simulation.world import World

SITE = "platform.test"
BASE_URL = f"http://{SITE}"
DONE = ("READY_FOR_PICKUP", "CANCELLED")
REST_MIN_S = 0.001  # the loop's instants are sums: what is due may be due a rounding error from now


@dataclass(frozen=True, slots=True)
class Habits:
    """How unkind the platform and its shoppers are. Shares of requests, of events, of orders; seconds.

    repeats           of the events that are pushed once more
    delay_max_s       how late a pushed event may come; one may overtake another
    busy              of the answers that say "later"
    answer_lost       of the calls that are carried out and answered with "later"
    asks_to_cancel    of the shoppers who would like to cancel and wait for an answer
    cancels           of the orders that are cancelled without asking
    confirm_within_s  what is not confirmed by then is cancelled. Platforms give five to ten minutes; here it is short,
                      or it would never be missed within a short hour
    """

    repeats: float = 0.3
    delay_max_s: float = 40.0
    busy: float = 0.05
    answer_lost: float = 0.05
    asks_to_cancel: float = 0.15
    cancels: float = 0.1
    confirm_within_s: float = 90.0


@dataclass(slots=True)
class PlacedThere:
    """An order as its shopper remembers it. `is_cancelled_here`: they cancelled, or nobody confirmed in time."""

    external_id: str
    due_at: datetime
    placed_at_s: float
    lines: int
    is_cancelled_here: bool = False
    is_too_late: bool = False


class OpenDeliveryPlatform:
    """`open` it; `place` orders. It pushes its events and is polled for them; what it is told it keeps."""

    def __init__(self, world: World, *, name: str = "platform", habits: Habits | None = None) -> None:
        self.world = world
        self.habits = habits or Habits()
        self.chance = world.chance(f"shop {name}")
        self.air = world.add_air(name)
        self.orders: dict[str, PlacedThere] = {}
        self.complaints: list[str] = []
        self.channel_id = ""
        self._troubled_at_s = -1.0
        self._host = OpenDeliveryHost(
            HostSettings(
                seed=self.chance.getrandbits(32),
                repeat=self.habits.repeats,
                delay_max_s=self.habits.delay_max_s,
                busy=self.habits.busy,
                answer_lost=self.habits.answer_lost,
            ),
            Edge(world.clock, AirTransport(self.air, world.loop)),
        )
        self._host.base_url = self._host.platform.base_url = BASE_URL
        self._host.platform.on_event.append(self._told)
        self.site = world.outside.add(SITE, self._host.application.app, self.air)
        self._news = asyncio.Event()
        self._shoppers: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """A supervisor adds the channel; from then on both sides talk."""
        settings = dict(self._host.channel_settings())
        command = AddChannel(STORE_ID, "open_delivery", "Platform", settings)
        self.channel_id = await self.world.server.do(lambda house: house.bus.handle(command)) or ""
        assert self.channel_id, "the server died before anything began"
        self._host.pushes.url = f"http://{HOST}/api/v1/channels/{self.channel_id}/v1/newEvent"
        self._pushing = asyncio.get_running_loop().create_task(self._host.pushes.run(self._until_due))

    def place(self, lines: list[tuple[Ware, int]], due_in_s: float) -> PlacedThere:
        """A shopper orders these wares, in pieces or grams."""
        minutes = max(1, round(due_in_s / 60))
        order_id = self._host.place_exactly([_item(ware, quantity) for ware, quantity in lines], minutes=minutes)
        promised = str(self._host.platform.read(order_id)["takeout"]["takeoutDateTime"])
        order = PlacedThere(order_id, datetime.fromisoformat(promised), self.world.loop.time(), len(lines))
        self.orders[order_id] = order
        self._begin(self._see_through(order))
        return order

    def host_order(self, order_id: str) -> HostOrder:
        """What the platform knows of an order."""
        return self._host.platform.orders[order_id]

    def trouble(self, trouble: SiteTrouble) -> None:
        """From now on. Machines that were gone come back and know no token any more."""
        if self.site.trouble is SiteTrouble.GONE:
            self._host.application.revoke_tokens()
        if trouble is not self.site.trouble:
            self.world.note("fault", f"the platform: {trouble}")
            self._troubled_at_s = self.world.loop.time()
        self.site.trouble = trouble

    @property
    def is_quiet(self) -> bool:
        """Whether everything it had to say was heard, and no shopper has anything left to do."""
        is_told = not self._host.platform.has_news and self._host.pushes.due_in_s is None
        return is_told and not self._shoppers

    @property
    def is_all_done(self) -> bool:
        return all(order.state in DONE and not _waits(order) for order in self._host.platform.orders.values())

    # One order

    async def _see_through(self, order: PlacedThere) -> None:
        wish = self.chance.random()
        if wish < self.habits.asks_to_cancel:
            self._begin(self._later(order, self._ask_to_cancel))
        elif wish < self.habits.asks_to_cancel + self.habits.cancels:
            self._begin(self._later(order, self._cancel))
        await asyncio.sleep(self.habits.confirm_within_s)
        if self.host_order(order.external_id).state == "CREATED":
            self._too_late(order)

    def _too_late(self, order: PlacedThere) -> None:
        """Nobody confirmed: the shopper is told that the store does not want the order."""
        if self._was_well_since(order.placed_at_s):
            self.complaints.append(
                f"{order.external_id} was not confirmed within {self.habits.confirm_within_s:.0f} s, and all was well"
            )
        order.is_too_late = True
        self._cancel(order)

    async def _later(self, order: PlacedThere, act: Callable[[PlacedThere], None]) -> None:
        await asyncio.sleep(self.chance.choice((5.0, 30.0, 120.0, 400.0)) * self.chance.uniform(0.5, 1.0))
        if self.host_order(order.external_id).state != "CANCELLED":
            act(order)

    def _ask_to_cancel(self, order: PlacedThere) -> None:
        self._host.platform.ask_to_cancel(order.external_id)

    def _cancel(self, order: PlacedThere) -> None:
        order.is_cancelled_here = True
        self._host.platform.cancel(order.external_id)

    def _was_well_since(self, began_s: float) -> bool:
        """Whether nothing stood between the two since then; the store needs no excuse for what it did not hear."""
        server = self.world.server
        is_well = server.application is not None and self.air.is_up and self.site.trouble is SiteTrouble.NONE
        return is_well and max(server.started_at_s, self.air.mended_at_s, self._troubled_at_s) <= began_s

    # Pushing

    def _told(self, event: dict[str, Any]) -> None:
        self.world.note("platform", f"{event['eventType']} {event['orderId']}")
        self._news.set()

    async def _until_due(self, _: float) -> None:
        """Rest until an event is due or a new one is there, and not a moment less: looking costs time."""
        self._news.clear()
        due_in_s = self._host.pushes.due_in_s
        with suppress(TimeoutError):
            async with asyncio.timeout(None if due_in_s is None else max(REST_MIN_S, due_in_s)):
                await self._news.wait()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._shoppers.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._shoppers.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.complaints.append(f"the platform broke: {task.exception()!r}")


def _waits(order: HostOrder) -> bool:
    """Whether a shopper still waits to hear if they may cancel."""
    return order.is_cancel_asked and order.state != "CANCELLED"


def _item(ware: Ware, quantity: int) -> tuple[HostProduct, Decimal]:
    unit, count = ("KG", Decimal(quantity) / 1000) if ware.is_weighed else ("UN", Decimal(quantity))
    ean = ware.gtins[0] if ware.gtins else ""
    return HostProduct(ware.sku, f"Product {ware.sku}", Decimal(ware.price_minor) / 100, ean, unit), count
