"""The simulated platform sells what the demo store has, runs beside it, and is missed by nobody where it cannot."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.channels.adapters.open_delivery_host.simulator import DEMO_MERCHANT_ID
from backend.channels.registry import AdapterRegistry
from backend.demo.loading import STORE_ID, load_demo
from backend.demo.platform import DemoPlatform, channel_settings, make_host, shelf_of
from backend.main.house import House
from shared.clock import ManualClock
from shared.products import ProductCard, ProductNames, UnitOfMeasure
from tests.backend.demo.houses import house_in

Run = Callable[..., Any]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def house(tmp_path: Path, files: Path, sqlite_template: Path, clock: ManualClock, run: Run) -> Iterator[House]:
    """A house with the demo store in it, and a port for its platform."""
    with house_in(tmp_path, sqlite_template, clock, demo_platform_port=free_port()) as house:
        house.writer.start()
        run(load_demo(house))
        yield house


@pytest.fixture
def platform(house: House, run: Run) -> Iterator[DemoPlatform]:
    """It runs; what it pushes goes to a port where nobody is."""
    platform = DemoPlatform(house, STORE_ID, "chn_1", f"http://127.0.0.1:{free_port()}")
    run(platform.start())
    yield platform
    run(platform.stop())


class TestShelfOf:
    def test_a_product_in_the_platforms_words(self) -> None:
        names = ProductNames(en="Milk", pt="Leite")
        (product,) = shelf_of([ProductCard(id="prd_1", sku="m", gtins=["95", "96"], names=names, price_minor=1_299)])
        assert (product.external_code, product.name, product.ean) == ("m", "Leite", "95")
        assert (product.price, product.unit) == (Decimal("12.99"), "UN")

    def test_what_is_weighed_is_sold_by_the_kilogram(self) -> None:
        card = ProductCard(id="prd_1", sku="b", gtins=[], names=ProductNames(en="Bananas"), unit=UnitOfMeasure.GRAM)
        (product,) = shelf_of([card])
        assert (product.name, product.ean, product.unit) == ("Bananas", "", "KG")


class TestChannelSettings:
    def test_are_those_of_the_platform_that_will_run(self, clock: ManualClock) -> None:
        registry = AdapterRegistry()
        settings = channel_settings(registry, clock, 9_123)
        assert (settings["base_url"], settings["merchant_id"]) == ("http://127.0.0.1:9123", DEMO_MERCHANT_ID)
        assert registry.adapter("open_delivery").read_settings(settings)

    def test_a_host_that_is_only_asked_listens_nowhere(self, clock: ManualClock) -> None:
        assert make_host(AdapterRegistry(), clock, {}, []).base_url == ""


class TestStart:
    def test_it_listens_where_the_channel_looks_for_it(self, house: House, platform: DemoPlatform, run: Run) -> None:
        channels = house.channels.supervision.channels(STORE_ID)
        (channel,) = [channel for channel in channels if channel.adapter == "open_delivery"]
        settings = house.channels.adapters.opened(channel.id, channel.settings)
        assert platform.url == settings["base_url"] == f"http://127.0.0.1:{house.settings.demo_platform_port}"

        async def token() -> httpx.Response:
            credentials = {name: settings[name] for name in ("client_id", "client_secret")}
            async with httpx.AsyncClient() as client:
                form = {"grant_type": "client_credentials", **credentials}
                return await client.post(f"{platform.url}/oauth/token", data=form)

        assert run(token()).status_code == 200

    def test_a_taken_port_is_no_reason_to_stop(self, house: House, run: Run) -> None:
        with socket.create_server(("127.0.0.1", house.settings.demo_platform_port)):
            platform = DemoPlatform(house, STORE_ID, "chn_1", "http://127.0.0.1:1")
            run(platform.start())
            assert platform.url == ""
            run(platform.stop())

    def test_the_port_is_free_again_afterwards(self, house: House, run: Run) -> None:
        for _ in range(2):
            platform = DemoPlatform(house, STORE_ID, "chn_1", "http://127.0.0.1:1")
            run(platform.start())
            assert platform.url
            run(platform.stop())


class TestPlaceOrder:
    def test_exactly_these(self, platform: DemoPlatform, run: Run) -> None:
        async def place() -> str:
            return platform.place_order([("milk-1", Decimal(2)), ("ban", Decimal("0.5"))])

        order_id = run(place())
        items = platform._host.platform.orders[order_id].body["items"]
        assert [(item["externalCode"], Decimal(str(item["quantity"]))) for item in items] == [
            ("milk-1", Decimal(2)),
            ("ban", Decimal("0.5")),
        ]
        assert platform.order_state(order_id) == "CREATED"

    def test_by_chance_of_what_the_store_has(self, platform: DemoPlatform, run: Run) -> None:
        async def place() -> str:
            return platform.place_order()

        items = platform._host.platform.orders[run(place())].body["items"]
        assert items
        assert {item["externalCode"] for item in items} <= {"milk-1", "rice-1", "ban"}

    def test_what_it_does_not_sell(self, platform: DemoPlatform) -> None:
        with pytest.raises(KeyError, match="caviar"):
            platform.place_order([("caviar", Decimal(1))])

    def test_an_order_it_never_took(self, platform: DemoPlatform) -> None:
        with pytest.raises(KeyError):
            platform.order_state("none")
