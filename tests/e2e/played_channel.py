"""A played platform on a socket of its own, added as a channel to a server that runs: real HTTP both ways."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx

from backend.channels.port.contract import Edge
from backend.channels.port.playing import Listening, PlayedPlatform, SoldProduct
from backend.channels.registry import AdapterRegistry
from shared.clock import SystemClock
from tests.e2e.server import ROOT, free_port

PATIENCE_S = 60.0
PRODUCTS = ROOT / "backend" / "demo" / "files" / "products.csv"


@dataclass(frozen=True, slots=True)
class PlayedChannel:
    """`host` sends to the server and answers it; `channel_id` is what the server calls it."""

    adapter: str
    channel_id: str
    host: PlayedPlatform


@asynccontextmanager
async def played_channel(
    url: str,
    session_token: str,
    adapter: str,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    **settings: Any,
) -> AsyncIterator[PlayedChannel]:
    """`session_token` is a supervisor's; `transport` carries what the platform pushes; `settings` are its own."""
    folder = AdapterRegistry().simulator(f"{adapter}_host")
    port = free_port()
    path = urlsplit(str(folder.read_settings({}).model_dump()["base_url"])).path
    made = folder.read_settings({**settings, "base_url": f"http://127.0.0.1:{port}{path}"})
    host: PlayedPlatform = folder.adapter_class(made, Edge(SystemClock()), push_transport=transport)
    listening = Listening(host.application, f"played {adapter}")
    listening.bind(port=port)
    await listening.serve()
    try:
        yield PlayedChannel(adapter, await _add(url, session_token, adapter, host), host)
    finally:
        await listening.stop()
        await host.pushes.aclose()


def sold_products() -> list[SoldProduct]:
    """What the demo store sells by the piece, as a platform sells it."""
    with PRODUCTS.open(encoding="utf-8") as file:
        return [
            SoldProduct(row["sku"], row["name_en"], Decimal(row["price_minor"]) / 100, row["gtins"].split()[0])
            for row in csv.DictReader(file)
            if row["unit"] == "each"
        ]


async def _add(url: str, session_token: str, adapter: str, host: PlayedPlatform) -> str:
    """Some platforms sign the address they send to, which is known once the channel has an id."""
    headers = {"Authorization": f"Bearer {session_token}"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=PATIENCE_S) as desk:
        settings = host.channel_settings(f"{url}/api/v1/channels/to-be-known")
        added = await desk.post("/channels", json={"adapter": adapter, "name": adapter, "settings": settings})
        assert added.status_code == 201, added.text
        channel_id = str(added.json()["id"])
        host.pushes.url = f"{url}/api/v1/channels/{channel_id}"
        settings = host.channel_settings(host.pushes.url)
        changed = await desk.patch(f"/intake/channels/{channel_id}", json={"settings": settings})
        assert changed.status_code == 204, changed.text
        return channel_id
