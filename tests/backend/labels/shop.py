"""The labels room as main.py assembles it, on virtual time and a real database; walks are said by the test."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import Session, select

from backend.catalog.price_repository import ComparedPrice, PricedProduct
from backend.catalog.products import CatalogProduct
from backend.core.bus import Bus
from backend.core.database import Database
from backend.core.http import install_error_handlers
from backend.core.outbox import Outbox
from backend.core.sealing import Sealer
from backend.core.writer import Writer
from backend.labels import (
    endpoints,
    gateway_endpoints,
    import_endpoints,
    light_rules_endpoints,
    price_endpoints,
)
from backend.labels.dispatcher import Dispatcher
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.models import LabelRow
from backend.labels.pictures.cards import Cards
from backend.labels.pictures.service import DRAW_TOPIC
from backend.labels.port import DriverTools
from backend.labels.quiet import QuietHours
from backend.labels.registry import DriverRegistry
from backend.labels.service import AIM_TOPIC, LabelsService
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal
from shared.events import PickConfirmed, PickListEvent, PickListFinished, PickListKept, PickListStarted, ProductsChanged
from shared.labels import BlinkPattern, LabelLight, LightColour, LightPhase
from shared.products import ProductCard, ProductNames

Run = Callable[[Awaitable[Any]], Any]
SECRETS_KEY = "c2VjcmV0cyBvZiB0aGUgdGVzdHMsIDMyIGJ5dGVzICE="
HOME, OTHER = "sto_home", "sto_other"
LABELS_FILE = b"label_id,gateway,location\nL1,main,A1-1-1\nL2,main,A1-2-1\nL3,main,A1-3-1\n"
LOCATIONS = {f"A1-{bay}-1": f"loc_{bay}" for bay in range(1, 6)}
PRODUCTS = {"5901234123457": "loc_2"}
EVENTS = (PickListKept, PickListStarted, PickConfirmed, PickListFinished)


@dataclass
class Stop:
    pick_id: str
    location_id: str
    position: int
    distance_m: float = 4.0
    colour: LightColour = LightColour.BLUE
    pattern: BlinkPattern = BlinkPattern.SLOW
    sought_location_id: str | None = None


@dataclass
class Kept:
    """A trolley kept for somebody."""

    stops: list[Stop]
    picks_left: int = 0
    walk_left_m: float = 0.0


@dataclass
class Walks:
    """Stands in for the picking room: what is still open."""

    open: dict[str, list[Stop]] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def open_stops(self, _session: Session, pick_list_id: str, at_most: int) -> Sequence[Stop]:
        return self.open.get(pick_list_id, [])

    def started_pick_lists(self, _session: Session) -> Sequence[str]:
        return [*self.open]

    def kept_walk(self, _session: Session, pick_list_id: str) -> Kept | None:
        return self.kept.get(pick_list_id)

    def kept_after(self, _session: Session, pick_list_id: str) -> str | None:
        return self.after.get(pick_list_id)

    def kept_pick_lists(self, _session: Session) -> Sequence[str]:
        return [*self.kept]


@dataclass
class Products:
    """Stands in for the catalogue and the store: what is sold at each location, and in which tongues."""

    at: dict[str, CatalogProduct] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en", "zh")
    till: dict[str, int] = field(default_factory=dict)
    batches: dict[str, list[PricedProduct]] = field(default_factory=dict)

    def begun(self, _session: Session, _store_id: str) -> Mapping[str, Sequence[PricedProduct]]:
        return self.batches

    def put(self, location_id: str, product_id: str, price_minor: int, **parts: Any) -> None:
        names = ProductNames(en=f"Product {product_id}", zh="商品")
        card = ProductCard(id=product_id, sku=product_id, gtins=[], names=names, price_minor=price_minor)
        for other in [place for place, product in self.at.items() if product.card.id == product_id]:
            del self.at[other]
        self.at[location_id] = CatalogProduct(card, location_id, **parts)

    def standing_at(
        self, _session: Session, store_id: str, location_ids: Sequence[str] | None
    ) -> Mapping[str, CatalogProduct]:
        found = self.at if store_id == HOME else {}
        return {place: each for place, each in found.items() if location_ids is None or place in location_ids}

    def locations_of(self, _session: Session, _store_id: str, product_ids: Sequence[str]) -> set[str]:
        return {place for place, product in self.at.items() if product.card.id in product_ids}

    def compared(self, _session: Session, _store_id: str) -> Sequence[ComparedPrice]:
        cards = [(product.card, place) for place, product in self.at.items()]
        return [
            ComparedPrice(card.id, card.sku, card.names.en, place, card.price_minor, self.till.get(card.id))
            for card, place in cards
        ]

    def tongue(self, _session: Session, _store_id: str) -> tuple[Sequence[str], str]:
        return self.languages, "EUR"


@dataclass
class Shop:
    """The room as main.py assembles it, on virtual time."""

    run: Run
    time: VirtualTime
    database: Database
    writer: Writer
    walks: Walks = field(default_factory=Walks)
    lights: list[tuple[str, LabelLight]] = field(default_factory=list)
    quiet_hours: QuietHours | None = None
    products: Products = field(default_factory=Products)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new process on the same database."""
        self.dispatcher = Dispatcher(self.time.clock, sleep=self.time.sleep)
        self.bus = Bus(self.writer)
        self.labels = LabelsService(
            database=self.database,
            clock=self.time.clock,
            handle=self.bus.handle,
            dispatcher=self.dispatcher,
            registry=DriverRegistry(),
            stops=self.walks,
            location_ids=lambda _session, store_id: LOCATIONS if store_id == HOME else {},
            product_place=lambda _session, _store_id, scan: PRODUCTS.get(scan),
            zone=lambda _store_id: UTC,
            sealer=Sealer(SECRETS_KEY, Path("not needed")),
            cards=Cards(self.products, self.products),
            compared=self.products.compared,
            begun=self.products.begun,
            quiet_hours=self.quiet_hours,
            make_tools=lambda _gateway_id: DriverTools(
                clock=self.time.clock, chance=random.Random(1), sleep=self.time.sleep
            ),
        )
        self.bus.handlers = dict(self.labels.handlers)
        self.writer.listeners = {event: [self.labels.on_pick_list_changed] for event in EVENTS} | {
            ProductsChanged: [self.labels.pictures.on_products_changed]
        }
        self.outbox = Outbox(
            self.database,
            self.writer,
            self.time.clock,
            owner="test",
            handlers={AIM_TOPIC: self.labels.aim, DRAW_TOPIC: self.labels.pictures.look},
        )
        self.time.is_busy = lambda: self.labels.pictures.is_drawing
        self.labels.shelf.on_light.append(lambda store_id, light: self.lights.append((store_id, light)))

    async def start(self) -> None:
        self.dispatcher.start()
        await self.labels.restore()

    async def stop(self) -> None:
        await self.labels.close()
        await self.dispatcher.stop()

    async def furnish(self, settings: Mapping[str, Any] | None = None) -> None:
        await self.labels.gateways.save(HOME, "main", "simulated", settings or {})
        await self.labels.import_file(HOME, LABELS_FILE)

    async def publish(self, event: PickListEvent) -> int:
        """As picking does: in a transaction; then deliver what it left in the outbox."""
        await self.writer.submit(lambda tx: tx.publish(event))
        delivered = await self.outbox.deliver_due()
        await self.time.advance(2)
        return delivered

    def started(self) -> PickListStarted:
        now = self.time.clock.now()
        return PickListStarted(store_id=HOME, at=now, pick_list_id="pkl", order_ids=[], picker_id="per", shift_id="shf")

    def confirmed(self, pick_id: str) -> PickConfirmed:
        self.walks.open["pkl"] = [stop for stop in self.walks.open["pkl"] if stop.pick_id != pick_id]
        return PickConfirmed(
            store_id=HOME,
            at=self.time.clock.now(),
            pick_list_id="pkl",
            pick_id=pick_id,
            order_line_id="orl",
            quantity=1,
            picker_id="per",
        )

    def lit(self) -> set[str]:
        """External ids of the labels that are lit, as the shelf view has it."""
        placed = {light.label_id for light in self.labels.lights(HOME) if light.phase is LightPhase.LIT}
        with self.database.reading() as session:
            return {row.external_id for row in session.exec(select(LabelRow)) if row.id in placed}

    def label_id(self, external_id: str) -> str:
        with self.database.reading() as session:
            return session.exec(select(LabelRow.id).where(LabelRow.external_id == external_id)).one()


def call(shop: Shop, method: str, path: str, role: Role = Role.SUPERVISOR, **body: Any) -> httpx.Response:
    app = FastAPI()
    for each in (price_endpoints, import_endpoints, endpoints, gateway_endpoints, light_rules_endpoints):
        app.include_router(each.router)
    install_error_handlers(app)
    app.state.house = SimpleNamespace(labels=shop.labels, people=None)
    app.dependency_overrides[require_principal] = lambda: Principal("per", "Ana", role, HOME, "dev", "ses")

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, f"/api/v1/stores/{path}", **body)

    return shop.run(request())
