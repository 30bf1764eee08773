"""Loads the demo store through the same imports a real store uses, once, into a database without a store."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from backend.catalog.commands import ImportProducts
from backend.catalog.importing import read_products
from backend.channels.commands import AddChannel
from backend.demo.platform import channel_settings
from backend.labels.commands import ImportLabels, SaveGateway
from backend.labels.labels_file import read_labels_file
from backend.people.commands import CreateChannelKey
from backend.people.importing import NewPerson, read_people
from backend.stores.commands import ImportStore
from backend.stores.importing import read_store_file

FILES = Path(__file__).parent / "files"
STORE_ID = "sto_demo"
LABELS = "simulated"
SPARE_LABELS = 3  # of each gateway
CAUSED_BY = "demo"
WEB_SHOP = "Demo web shop"
PLATFORM = "Demo delivery platform"


class DemoKeys(BaseModel):
    """What only the demo keeps in the clear, so that every start can show it again."""

    web_channel_id: str
    platform_channel_id: str
    channel_key: str


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """How a newcomer gets in."""

    store_id: str
    people: list[NewPerson]
    keys: DemoKeys


async def load_demo(house: Any) -> DemoAccess | None:
    """The demo's access, loading the store first where the database is empty. None where another store lives there."""
    stores = await asyncio.to_thread(house.stores.store_ids)
    if stores and stores != [STORE_ID]:
        return None
    people = read_people(_read("people.csv"), is_production=False)
    path: Path = house.settings.demo_path
    if not stores:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await _import_store(house, people)
    keys = _read_keys(path) or await _make_keys(house, path)
    return DemoAccess(STORE_ID, people, keys)


async def _import_store(house: Any, people: list[NewPerson]) -> None:
    """People first: importing them again changes nothing. Then the store with everything in it, or nothing of it."""
    await house.people.import_people(STORE_ID, people, CAUSED_BY)
    labels = _read("labels.csv")
    gateways = _gateways(labels)
    commands = [
        ImportStore(STORE_ID, read_store_file(_read("store.json"))),
        ImportProducts(STORE_ID, read_products(_read("products.csv"))),
        *(SaveGateway(STORE_ID, name, LABELS, {"labels": known}) for name, known in gateways.items()),
        ImportLabels(STORE_ID, read_labels_file(labels.encode())),
    ]
    await house.writer.submit(lambda tx: [house.bus.run(command, tx) for command in commands])


def _gateways(labels: str) -> dict[str, list[str]]:
    """Each gateway with the labels it knows: those that hang, and some spare ones for whoever tries to hang one up."""
    known: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(labels)):
        known.setdefault(row["gateway"], []).append(row["label_id"])
    return {
        name: [*hanging, *(f"SPARE-{name.upper()}-{number}" for number in range(1, SPARE_LABELS + 1))]
        for name, hanging in sorted(known.items())
    }


async def _make_keys(house: Any, path: Path) -> DemoKeys:
    """Keys for the channels: new ones, also where the file was lost and the channels are there already."""
    channels = await asyncio.to_thread(house.channels.supervision.channels, STORE_ID)
    known = {channel.name: channel.id for channel in channels}
    settings = channel_settings(house.channels.registry, house.clock, house.settings.demo_platform_port)
    web_channel_id = known.get(WEB_SHOP) or await house.bus.handle(AddChannel(STORE_ID, "native", WEB_SHOP, {}))
    platform_channel_id = known.get(PLATFORM) or await house.bus.handle(
        AddChannel(STORE_ID, "open_delivery", PLATFORM, settings)
    )
    key = await house.bus.handle(CreateChannelKey(STORE_ID, web_channel_id, CAUSED_BY))
    keys = DemoKeys(web_channel_id=web_channel_id, platform_channel_id=platform_channel_id, channel_key=key.key)
    await asyncio.to_thread(_write_keys, path, keys)
    return keys


def _write_keys(path: Path, keys: DemoKeys) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(keys.model_dump_json(indent=2), encoding="utf-8")


def _read_keys(path: Path) -> DemoKeys | None:
    try:
        return DemoKeys.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _read(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")
