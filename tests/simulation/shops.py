"""Shops to simulate: a small one for many seeds and the demo store, each loaded once through the real imports."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from backend.catalog.commands import ImportProducts
from backend.catalog.importing import COLUMNS, ProductEntry, read_products
from backend.channels.commands import AddChannel
from backend.core.migrating import migrate
from backend.demo.loading import FILES
from backend.demo.orders import demo_products
from backend.labels.commands import ImportLabels, SaveGateway
from backend.labels.labels_file import read_labels_file
from backend.main.house import House, Outside, build_house
from backend.main.serving import set_aside_what_stays
from backend.people.commands import CreateChannelKey
from backend.people.importing import read_people
from backend.people.tokens import SeededTokenSource
from backend.routing.problem import StoreGraph
from backend.settings import Settings
from backend.stores.commands import ImportStore
from backend.stores.importing import read_store_file
from shared.barcode import check_digit
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from shared.places import StoreMap
from tests.simulation.clocks import OPENING
from tests.simulation.worked_out_once import CHEAP_PINS, KnownGraphs

STORE_ID = "sto_simulated"
PICKERS = 24
PINS = ("482913", "705318", "639204", "518427", "294061", "861530")
SMALL_AISLES, SMALL_ROWS = 4, 4
ROW_M, PITCH_M = 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Ware:
    """A product as the world knows it: what is printed on it, and what a scale would print."""

    sku: str
    gtins: tuple[str, ...]
    is_weighed: bool
    article: str
    price_minor: int
    use: str = ""

    def scan(self, quantity: int) -> str:
        """What a scanner reads from one piece of it, or from the scale's label for so many grams."""
        if not self.is_weighed:
            return self.gtins[0]
        digits = f"28{self.article:0>5}{quantity:05d}"
        return digits + check_digit(digits)


@dataclass(frozen=True, slots=True)
class Person:
    badge: str
    pin: str


@dataclass(frozen=True)
class Shop:
    """A database ready to be copied, and what the actors know of the shop in it."""

    template: Path
    wares: Mapping[str, Ware]
    pickers: Sequence[Person]
    supervisor: Person
    gateway_of: Mapping[str, str]
    """Label (its external id) -> the gateway's name."""
    channel_id: str
    channel_key: str
    store_map: StoreMap
    labels_at: Mapping[str, Sequence[str]]
    """Address -> the labels that hang there."""

    def companions(self, ware: Ware) -> list[Ware]:
        """What stands in for it by its use."""
        return [other for other in self.wares.values() if ware.use and other.use == ware.use and other.sku != ware.sku]

    @cached_property
    def graph(self) -> StoreGraph:
        """The floor as one can walk it."""
        return KnownGraphs.from_map(self.store_map)


@cache
def small_shop() -> Shop:
    """Four aisles, two cross aisles, 64 products, two gateways: enough for everything that can go wrong."""
    store, addresses = _small_store()
    products = [_small_product(number, address) for number, address in enumerate(addresses)]
    labels = [
        {"label_id": f"L{number:03d}", "gateway": ("front", "back")[number % 2], "location": address}
        for number, address in enumerate(addresses)
    ]
    return load_shop(
        "small",
        json.dumps(store),
        _csv((*COLUMNS, "use", "substitutes"), products),
        _csv(("label_id", "gateway", "location"), labels),
    )


@cache
def demo_shop() -> Shop:
    """The demo store: 20 aisles, three cross aisles, 3,539 products."""
    store, labels = ((FILES / name).read_text(encoding="utf-8") for name in ("store.json", "labels.csv"))
    return _loaded("demo", store, demo_goods(), labels)


@cache
def demo_goods() -> tuple[ProductEntry, ...]:
    """What the demo store sells, read once."""
    return demo_products()


def load_shop(name: str, store: str, products: str, labels: str) -> Shop:
    """A shop of a store.json, a products.csv and a labels.csv, through the real imports."""
    return _loaded(name, store, read_products(products), labels)


def _loaded(name: str, store: str, entries: Sequence[ProductEntry], labels: str) -> Shop:
    folder = Path(tempfile.mkdtemp(prefix="blinkpick-"))
    template = folder / f"{name}.db"
    clock = ManualClock(OPENING)
    house = build_house(
        Settings(
            _env_file=None,  # type: ignore[call-arg]
            DATABASE_URL=f"sqlite:///{template}",
            demo_path=folder / "demo.json",
            people=CHEAP_PINS,
        ),
        clock,
        SeededIdSource(clock, seed=1),
        secrets={},
        outside=Outside(tokens=SeededTokenSource(1)),
    )
    migrate(house.database)
    house.writer.start()
    try:
        shop = asyncio.run(_fill(house, template, store, entries, labels))
    finally:
        house.writer.stop()
        house.database.close()
    set_aside_what_stays()  # as a real server does; the worlds that come now will go
    return shop


async def _fill(house: House, template: Path, store: str, entries: Sequence[ProductEntry], labels: str) -> Shop:
    people = read_people(_people(), is_production=False)
    await house.people.import_people(STORE_ID, people, "simulation")
    gateway_of: dict[str, str] = {}
    labels_at: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(labels)):
        gateway_of[row["label_id"]] = row["gateway"]
        labels_at.setdefault(row["location"], []).append(row["label_id"])
    file = read_store_file(store)
    commands: list[Any] = [
        ImportStore(STORE_ID, file),
        ImportProducts(STORE_ID, tuple(entries)),
        *(
            SaveGateway(STORE_ID, name, "simulated", {"labels": _labels_of(name, gateway_of)})
            for name in sorted(set(gateway_of.values()))
        ),
        ImportLabels(STORE_ID, read_labels_file(labels.encode())),
    ]
    await house.writer.submit(lambda tx: [house.bus.run(command, tx) for command in commands])
    channel_id = await house.bus.handle(AddChannel(STORE_ID, "native", "Web shop", {}))
    key = await house.bus.handle(CreateChannelKey(STORE_ID, channel_id, "simulation"))
    persons = [Person(str(row["badge"]), str(row["pin"])) for row in csv.DictReader(io.StringIO(_people()))]
    wares = {
        one.sku: Ware(one.sku, one.gtins, one.unit == "gram", one.article, one.price_minor, one.use) for one in entries
    }
    return Shop(
        template=template,
        wares=wares,
        pickers=persons[1:],
        supervisor=persons[0],
        gateway_of=gateway_of,
        channel_id=channel_id,
        channel_key=key.key,
        store_map=file.map,
        labels_at=labels_at,
    )


def _labels_of(name: str, gateway_of: Mapping[str, str]) -> list[str]:
    return [label for label, gateway in gateway_of.items() if gateway == name]


def _people() -> str:
    rows = [{"badge": "BP-S", "name": "Rosa", "role": "supervisor", "pin": PINS[0], "language": "en"}]
    rows += [
        {
            "badge": f"BP-P-{number:02d}",
            "name": f"Picker {number}",
            "role": "picker",
            "pin": PINS[number % 6],
            "language": "en",
        }
        for number in range(PICKERS)
    ]
    return _csv(("badge", "name", "role", "pin", "language"), rows)


def _small_store() -> tuple[dict[str, Any], list[str]]:
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    locations: list[dict[str, Any]] = []

    def node(x_m: float, y_m: float) -> int:
        nodes.append({"id": len(nodes), "x_m": x_m, "y_m": y_m})
        return len(nodes) - 1

    def join(a: int, b: int, length_m: float) -> None:
        edges.append({"a": a, "b": b, "length_m": length_m})

    crossings = []
    for aisle in range(SMALL_AISLES):
        x_m = 2.0 + aisle * PITCH_M
        before = front = node(x_m, 12.0)
        for row in range(SMALL_ROWS):
            here = node(x_m, 10.0 - row * ROW_M)
            join(before, here, ROW_M)
            before = here
            for side in range(2):
                for shelf in range(1, 3):
                    bay = row * 2 + side + 1
                    where = {"x_m": x_m + (side - 0.5) * 1.6, "y_m": 10.0 - row * ROW_M}
                    locations.append({"aisle": f"A{aisle + 1}", "bay": bay, "shelf": shelf, "node": here, **where})
        back = node(x_m, 2.0)
        join(before, back, ROW_M)
        crossings.append((front, back))
    for left, right in pairwise(crossings):
        join(left[0], right[0], PITCH_M)
        join(left[1], right[1], PITCH_M)
    entrance, desk = node(2.0, 13.0), node(2.0 + (SMALL_AISLES - 1) * PITCH_M, 13.0)
    join(entrance, crossings[0][0], 1.0)
    join(desk, crossings[-1][0], 1.0)
    store = {
        "format": "blinkpick-store/1",
        "store": {
            "name": "Small shop",
            "currency": "EUR",
            "languages": ["en", "zh"],
            "time_zone": "Europe/Lisbon",
            "weighed_rules": [{"pattern": "28PPPPPWWWWWC"}],
        },
        "map": {
            "width_m": 14.0,
            "height_m": 14.0,
            "entrance": entrance,
            "desk": desk,
            "nodes": nodes,
            "edges": edges,
            "fixtures": [],
        },
        "locations": locations,
    }
    return store, [f"{each['aisle']}-{each['bay']}-{each['shelf']}" for each in locations]


def _small_product(number: int, address: str) -> dict[str, Any]:
    is_weighed = number % 9 == 4
    digits = f"95201{number:07d}"
    return {
        "sku": f"{number:06d}",
        "gtins": "" if is_weighed else digits + check_digit(digits),
        "name_en": f"Product {number}",
        "name_zh": f"商品{number}",
        "name_pt": f"Produto {number}",
        "department": "Everything",
        "unit": "gram" if is_weighed else "each",
        "temperature": "chilled" if number % 7 == 3 else "ambient",
        "price_minor": str(99 + number),
        "size": "1 kg" if is_weighed else "500 g",
        "piece_weight_g": "500",
        "picture": "carton:1565c0",
        "article": f"{21000 + number}" if is_weighed else "",
        "location": address,
        "use": f"kind-{number % 16}",
        "substitutes": f"{(number + 16) % 64:06d}",
    }


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
