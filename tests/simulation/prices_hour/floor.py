"""The store with thirty thousand labels, each showing the price that holds, and the file that changes all of them."""

from __future__ import annotations

import asyncio
import csv
import io
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

from backend.labels.commands import KeepPictures, KeptPicture
from backend.labels.pictures.cards import Cards
from backend.labels.pictures.drawing import Accent, Display
from backend.labels.pictures.service import ROWS_PER_WRITE, digest_of
from backend.labels.repository import get_labels
from backend.main.house import House, build_house
from backend.settings import Settings
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from tests.simulation.clocks import OPENING
from tests.simulation.gateways import DISPLAY_PX
from tests.simulation.labels_hour.floor import COPIES, price_shop
from tests.simulation.shops import STORE_ID, Shop
from tests.simulation.worked_out_once import CHEAP_PINS

DEARER_BY_MINOR = 10


@cache
def priced_shop(copies: int = COPIES) -> Shop:
    """The store whose every label shows the price that holds, and is known to."""
    shop = price_shop(copies)
    template = Path(shutil.copy(shop.template, shop.template.with_name("priced.db")))
    _show_what_holds(template)
    return replace(shop, template=template)


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
