"""The demo's delivery platform: a simulated Open Delivery host whose shoppers order from the demo store."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import structlog

from backend.channels.port import Edge
from backend.channels.registry import AdapterRegistry
from shared.clock import Clock
from shared.products import ProductCard, UnitOfMeasure

SIMULATOR = "open_delivery_host"
PRODUCTS_MAX = 10_000

_log = structlog.get_logger("demo")


@dataclass(frozen=True, slots=True)
class ShelfProduct:
    """A product as the platform sells it: `price` in whole currency per unit, `unit` UN or KG."""

    external_code: str
    name: str
    price: Decimal
    ean: str
    unit: str


def make_host(
    registry: AdapterRegistry,
    clock: Clock,
    settings: Mapping[str, Any],
    shelf: list[ShelfProduct],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Any:
    """The simulator the registry finds, with the demo store's products on its shelf."""
    folder = registry.simulator(SIMULATOR)
    return folder.adapter_class(folder.read_settings(settings), Edge(clock, transport), shelf)


def channel_settings(registry: AdapterRegistry, clock: Clock, port: int) -> dict[str, str | int]:
    """What the demo's Open Delivery channel must be set to, before the platform runs."""
    host = make_host(registry, clock, {}, [])
    host.base_url = f"http://127.0.0.1:{port}"
    return dict(host.channel_settings())


def shelf_of(cards: list[ProductCard]) -> list[ShelfProduct]:
    """The whole catalogue in the platform's words."""
    return [
        ShelfProduct(
            external_code=card.sku,
            name=card.names.in_language("pt"),
            price=Decimal(card.price_minor) / 100,
            ean=card.gtins[0] if card.gtins else "",
            unit="KG" if card.unit is UnitOfMeasure.GRAM else "UN",
        )
        for card in cards
    ]


class DemoPlatform:
    """Runs beside the demo's server. Where its port is taken the demo goes on without it, and says so."""

    def __init__(
        self, house: Any, store_id: str, channel_id: str, public_url: str, authority: Path | None = None
    ) -> None:
        """`authority` vouches for our own HTTPS, where nobody else does."""
        self._house = house
        self._store_id = store_id
        self._webhook_url = f"{public_url}/api/v1/channels/{channel_id}/v1/newEvent"
        self._authority = authority
        self._host: Any = None
        self._sending: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self) -> None:
        products = await self._house.catalog.search(self._store_id, "", limit=PRODUCTS_MAX)
        shelf = shelf_of([product.card for product in products])
        port = self._house.settings.demo_platform_port
        trusted = ssl.create_default_context(cafile=self._authority) if self._authority else True
        transport = httpx.AsyncHTTPTransport(verify=trusted)
        settings = {"webhook_url": self._webhook_url}
        host = make_host(self._house.channels.registry, self._house.clock, settings, shelf, transport)
        try:
            self.url = await host.start(port=port)
        except OSError as error:
            _log.warning("the simulated platform does not run", port=port, error=str(error))
            return
        self._host = host
        self._sending = asyncio.create_task(host.pushes.run())

    async def stop(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sending
        if self._host is not None:
            await self._host.stop()

    def place_order(self, lines: list[tuple[str, Decimal]] | None = None) -> str:
        """A shopper orders by chance, or exactly these (SKU, quantity); returns the platform's order id."""
        if lines is None:
            return str(self._host.place_random())
        shelf = {product.external_code: product for product in self._host.products}
        return str(self._host.place_exactly([(shelf[sku], quantity) for sku, quantity in lines]))

    def order_state(self, order_id: str) -> str:
        """What the platform believes of an order. Raises KeyError."""
        return str(self._host.platform.orders[order_id].state)
