"""Channels hear of products as they can: in their stream and webhook, by a call, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.channels.commands import ChangeChannel
from backend.channels.port import Call
from backend.core.outbox_rows import OutboxRow
from shared.events import ProductAvailable, ProductPrice, ProductsChanged, ProductSoldOut
from tests.backend.channels.conftest import HOME, OTHER, Room
from tests.backend.channels.payloads import cases
from tests.backend.databases import both_databases

PRICES = (ProductPrice(sku="MILK-1L", price_minor=129), ProductPrice(sku="RICE-1KG", price_minor=199, was_minor=249))


def sold_out(room: Room, store_id: str = HOME) -> ProductSoldOut:
    return ProductSoldOut(store_id=store_id, at=room.clock.now(), product_id="prd_1", sku="MILK-1L")


def changed(room: Room) -> ProductsChanged:
    return ProductsChanged(store_id=HOME, at=room.clock.now(), product_ids=["prd_1", "prd_2"])


@pytest.fixture
def priced(room: Room) -> None:
    room.channels.assortment.find_prices = lambda session, store_id, product_ids: PRICES


class TestStream:
    @both_databases
    def test_in_one_line_with_what_happens_to_orders(self, room: Room, native: str, priced: None) -> None:
        room.publish(sold_out(room))
        available = ProductAvailable(store_id=HOME, at=room.clock.now(), product_id="prd_1", sku="MILK-1L")
        room.publish(available)
        room.publish(changed(room))
        told = room.told(native)
        assert [message["name"] for message in told] == ["product.sold_out", "product.available", "products.priced"]
        assert {message["order"] for message in told} == {None}
        assert told[0]["body"] == {"sku": "MILK-1L"}
        assert told[2]["body"]["products"][1] == {"sku": "RICE-1KG", "price_minor": 199, "was_minor": 249}

    def test_another_store_and_a_paused_channel_hear_nothing(self, room: Room, native: str) -> None:
        elsewhere = room.add_channel(store_id=OTHER)
        room.do(ChangeChannel(HOME, native, "test", is_enabled=False))
        room.publish(sold_out(room))
        assert room.told(native) == room.told(elsewhere) == []


class TestCalls:
    def test_who_is_called_is_called_beside_its_orders(
        self, room: Room, priced: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel = room.add_channel("open_delivery", **cases("open_delivery")["settings"])
        adapter: Any = room.channels.registry.adapter("open_delivery").adapter_class
        capability = adapter.capability

        def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
            return [Call("stock", f"product:{sku}", {"is_available": is_available})]

        def tell_prices(prices: Any) -> list[Call]:
            return [Call("prices", "products", {each.sku: each.price_minor for each in prices})]

        room.publish(sold_out(room))
        assert room.rows(OutboxRow) == []
        hearing = type(capability)(**{**_fields(capability), "hears_stock": True, "hears_prices": True})
        monkeypatch.setattr(adapter, "capability", hearing)
        monkeypatch.setattr(adapter, "tell_stock", staticmethod(tell_stock), raising=False)
        monkeypatch.setattr(adapter, "tell_prices", staticmethod(tell_prices), raising=False)
        room.publish(sold_out(room))
        room.publish(changed(room))
        calls = [json.loads(row.body)["call"] for row in room.rows(OutboxRow)]
        assert [(call["operation"], call["body"]) for call in calls] == [
            ("stock", {"is_available": False}),
            ("prices", {"MILK-1L": 129, "RICE-1KG": 199}),
        ]
        assert {row.partition for row in room.rows(OutboxRow)} == {f"{channel}:product:MILK-1L", f"{channel}:products"}

    def test_who_knows_products_by_gtin_hears_each_of_them(
        self, room: Room, priced: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room.add_channel("ifood", **cases("ifood")["settings"])
        asked: list[list[str]] = []

        def find_gtins(session: Any, store_id: str, skus: Any) -> dict[str, tuple[str, ...]]:
            asked.append(list(skus))
            return {"MILK-1L": ("4006381333931", "4056489123450"), "RICE-1KG": ()}

        monkeypatch.setattr(room.channels.assortment, "find_gtins", find_gtins)
        room.publish(sold_out(room))
        room.publish(changed(room))
        calls = [json.loads(row.body)["call"]["body"]["items"] for row in room.rows(OutboxRow)]
        assert [[item["barcode"] for item in items] for items in calls] == [
            ["4006381333931"],
            ["4056489123450"],
            ["4006381333931", "4056489123450", "RICE-1KG"],
        ]
        assert asked == [["MILK-1L"], ["MILK-1L", "RICE-1KG"]]


def _fields(capability: Any) -> dict[str, Any]:
    return {name: getattr(capability, name) for name in capability.__dataclass_fields__}
