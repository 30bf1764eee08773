"""The store with thirty thousand labels, each showing the price that holds, and the file that changes all of them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

from backend.demo.loading import FILES
from backend.labels.commands import KeepPictures, KeptPicture
from backend.labels.pictures.cards import Cards
from backend.labels.pictures.drawing import Accent, Display
from backend.labels.pictures.service import ROWS_PER_WRITE, digest_of
from backend.labels.repository import get_labels
from backend.main.house import House, build_house
from backend.settings import Settings
from shared.barcode import check_digit
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from tests.simulation.clocks import OPENING
from tests.simulation.gateways import DISPLAY_PX
from tests.simulation.labels_hour.floor import label_rows, labels_file
from tests.simulation.shops import STORE_ID, Shop, load_shop
from tests.simulation.worked_out_once import CHEAP_PINS

COPIES = 8
SHELVES_APART = 10
DEARER_BY_MINOR = 10


@cache
def priced_shop(copies: int = COPIES) -> Shop:
    """The demo store with so many times the shelves, products and labels. Shoppers buy what they always did."""
    store = json.loads((FILES / "store.json").read_text(encoding="utf-8"))
    store["locations"] = [
        {**at, "shelf": at["shelf"] + SHELVES_APART * copy} for copy in range(copies) for at in store["locations"]
    ]
    rows = [
        (f"{copy}{label[1:]}", point, _moved(address, copy))
        for copy in range(copies)
        for label, point, address in label_rows()
    ]
    shop = load_shop("prices", json.dumps(store), _file(_products(copies)), labels_file(rows))
    _show_what_holds(shop.template)
    return shop


@cache
def with_one_gateway(copies: int = COPIES) -> Shop:
    """The same store, where the first of its access points is the one gateway of all labels."""
    shop = priced_shop(copies)
    name = min(shop.gateway_of.values())
    template = Path(shutil.copy(shop.template, shop.template.with_name("one_gateway.db")))
    with closing(sqlite3.connect(template)) as database, database:
        (kept,) = database.execute("SELECT id FROM gateway WHERE name = ?", (name,)).fetchone()
        database.execute("UPDATE label SET gateway_id = ?", (kept,))
        database.execute("DELETE FROM gateway WHERE id <> ?", (kept,))
    return replace(shop, template=template, gateway_of=dict.fromkeys(shop.gateway_of, name))


def new_prices(shop: Shop) -> bytes:
    """A prices.csv: every product ten cents dearer."""
    return _file(
        [{"sku": ware.sku, "price_minor": str(ware.price_minor + DEARER_BY_MINOR)} for ware in shop.wares.values()]
    ).encode()


def _products(copies: int) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO((FILES / "products.csv").read_text(encoding="utf-8"))))
    more = []
    for copy in range(1, copies):
        for row in rows:
            digits = f"95219{copy}{row['sku']}"
            own = {"sku": f"{copy}-{row['sku']}", "gtins": digits + check_digit(digits), "unit": "each", "article": ""}
            more.append({**row, **own, "location": _moved(row["location"], copy)})
    return [*rows, *more]


def _moved(address: str, copy: int) -> str:
    aisle, bay, shelf = address.split("-")
    return f"{aisle}-{bay}-{int(shelf) + SHELVES_APART * copy}"


def _file(rows: Sequence[dict[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _show_what_holds(template: Path) -> None:
    """Write down, as after a day's work, that every label has confirmed the picture it should show."""
    clock = ManualClock(OPENING)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        DATABASE_URL=f"sqlite:///{template}",
        demo_path=template.with_suffix(".json"),
        people=CHEAP_PINS,
    )
    house = build_house(settings, clock, SeededIdSource(clock, seed=2), secrets={})
    house.writer.start()
    try:
        asyncio.run(_keep_all(house))
    finally:
        house.writer.stop()
        house.database.close()


async def _keep_all(house: House) -> None:
    display = Display(*DISPLAY_PX, Accent.NONE)
    with house.database.reading() as session:
        cards = Cards(house.catalog, house.stores).at(session, STORE_ID, None)
        labels = [(label.id, cards.get(label.location_id)) for label in get_labels(session, STORE_ID)]
    shown = iter(
        (label_id, KeptPicture(digest_of(placed.card, display), placed.card.price_minor, OPENING))
        for label_id, placed in labels
        if placed is not None
    )
    while some := dict(islice(shown, ROWS_PER_WRITE)):
        await house.bus.handle(KeepPictures(some))
