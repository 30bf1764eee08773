"""Valid things for the phone's tests: a store, products with real check digits, pick lists, edges without a world."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx

from mobile.services.edges import Connector, Edges
from mobile.services.scanner import TypedScans
from mobile.services.signals import SilentSignals
from mobile.settings import PhoneSettings
from shared.barcode import check_digit
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from shared.labels import BlinkPattern, LightColour
from shared.picking import Pick, PickList, PickListStatus, PriceBasis, Tote
from shared.places import Location
from shared.products import ProductCard, ProductNames, UnitOfMeasure

PICKER_ID = "per_1"
START = ManualClock().now()


def gtin(number: int) -> str:
    """A 13-digit GTIN with a right check digit."""
    digits = f"20{number:010d}" if number > 99_999 else f"761{number:09d}"
    return digits + check_digit(digits)


def scale_label(article: int, weight_g: int) -> str:
    """What a shop scale prints under the default rule `28PPPPPWWWWWC`."""
    digits = f"28{article:05d}{weight_g:05d}"
    return digits + check_digit(digits)


def product(number: int, *, unit: UnitOfMeasure = UnitOfMeasure.EACH, name: str = "") -> ProductCard:
    sku = f"{number:05d}"
    return ProductCard(
        id=f"prd_{number}",
        sku=sku,
        gtins=[gtin(number)],
        names=ProductNames(en=name or f"Product {number}", zh=f"商品{number}", pt=f"Produto {number}"),
        unit=unit,
        price_minor=1990,
        size="500 g",
        picture="bottle:2e7d32",
    )


def pick(number: int, *, quantity: int = 1, tote: str = "A", unit: UnitOfMeasure = UnitOfMeasure.EACH) -> Pick:
    return Pick(
        id=f"pck_{number}",
        position=number,
        order_line_id=f"orl_{number}",
        tote_letter=tote,
        product=product(number, unit=unit),
        location=Location(
            id=f"loc_{number}", aisle=f"A{number + 1}", bay=4, shelf=3, node=number, x_m=2.0 * number, y_m=3.0
        ),
        quantity_ordered=quantity,
    )


def pick_list(
    picks: list[Pick] | None = None,
    *,
    number: int = 1,
    revision: int = 1,
    status: PickListStatus = PickListStatus.READY,
    picker_id: str | None = None,
) -> PickList:
    picks = picks if picks is not None else [pick(0), pick(1), pick(2)]
    due_at = START + timedelta(minutes=30 + number)
    letters = sorted({one.tote_letter for one in picks} | {"A"})
    totes = [
        Tote(
            id=f"tot_{number}_{letter}",
            letter=letter,
            order_id=f"ord_{number}_{letter}",
            display_code=f"#{number}0{index}",
            channel_name="Shop",
            price_basis=PriceBasis.WEIGHED if letter == "A" else None,
            due_at=due_at,
        )
        for index, letter in enumerate(letters)
    ]
    return PickList(
        id=f"pkl_{number}",
        store_id="sto_1",
        revision=revision,
        status=status,
        due_at=due_at,
        totes=totes,
        picks=picks,
        walk=[0, 1, 2],
        walk_m=42.0,
        picker_id=picker_id,
        colour=LightColour.BLUE if picker_id else None,
        pattern=BlinkPattern.SLOW if picker_id else None,
    )


class VirtualTime:
    """A clock and a sleep that only move when the test says so."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = 0

    async def sleep(self, seconds: float) -> None:
        self._number += 1
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.clock.monotonic_s() + seconds, self._number, woken))
        await woken

    async def settle(self) -> None:
        """Let every task run as far as it can without time passing."""
        for _ in range(60):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        until_s = self.clock.monotonic_s() + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= until_s:
            at_s, _, woken = heapq.heappop(self._sleepers)
            self.clock.advance(max(0.0, at_s - self.clock.monotonic_s()))
            if not woken.done():
                woken.set_result(None)
            await self.settle()
        self.clock.advance(until_s - self.clock.monotonic_s())
        await self.settle()


class StillNotices:
    """A page that says nothing until told to."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def listen(self, on_notice: Callable[[], None]) -> None:
        self._listeners.append(on_notice)

    def give(self) -> None:
        for listener in self._listeners:
            listener()


async def no_flush() -> None:
    """A device whose files are kept the moment they are written."""


def edges(
    folder: Path,
    connect: Connector,
    *,
    time: VirtualTime | None = None,
    http: httpx.AsyncClient | None = None,
    flush: Callable[[], Awaitable[None]] = no_flush,
    seed: int = 1,
) -> Edges:
    time = time or VirtualTime()
    return Edges(
        settings=PhoneSettings(backend_url="http://backend.test"),
        clock=time.clock,
        ids=SeededIdSource(time.clock, seed),
        random=random.Random(seed),
        sleep=time.sleep,
        connect=connect,
        http=http or httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503))),
        outbox_path=folder / "outbox.sqlite3",
        flush=flush,
        scans=TypedScans(),
        signals=SilentSignals(),
        notices=StillNotices(),
    )
