"""Shopify's orders: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.shopify.payload import Reading, as_pushed, parse_order, parse_push
from backend.channels.port import Cancelled, Ignored, NewOrder, PayloadUnknown, RawMessage
from tests.backend.channels.payloads import damage_of, payload

CREATED = json.loads(payload("shopify", "order_create.json"), parse_float=Decimal)
READING = Reading("orders/create", timedelta(minutes=45), "pickup_at")
SHOWN: dict[str, Any] = {
    "id": "gid://shopify/Order/5940139491234",
    "name": "#1001",
    "createdAt": "2026-01-05T08:00:00Z",
    "note": None,
    "currencyCode": "EUR",
    "currentTotalPriceSet": {"shopMoney": {"amount": "31.47"}},
    "customAttributes": [{"key": "pickup_at", "value": "2026-01-05T11:30:00+01:00"}],
    "lineItems": {
        "nodes": [
            {
                "id": "gid://shopify/LineItem/14073905000001",
                "name": "Oat drink - 1 l",
                "sku": "OAT-DRINK-1L",
                "currentQuantity": 3,
                "requiresShipping": True,
                "originalUnitPriceSet": {"shopMoney": {"amount": "2.49"}},
                "variant": {"barcode": "4006381333931"},
            }
        ]
    },
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(CREATED), **changes}


def pushed(topic: str, body: dict[str, Any]) -> Any:
    message = RawMessage(json.dumps(body).encode(), {"x-shopify-topic": topic, "x-shopify-webhook-id": "w-1"})
    return parse_push(message, READING)[0]


class TestOrder:
    def test_every_value_is_the_shop_s(self) -> None:
        found = parse_order(CREATED, READING, message_id="m")
        order = found.order
        assert (order.external_id, order.display_code, order.note) == ("5940139491234", "#1001", "Ring twice")
        assert (order.total_minor, order.currency) == (3147, "EUR")
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        assert order.due_at == datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
        oat, rice = order.lines
        assert (oat.external_line_id, oat.sku, oat.quantity, oat.unit_price_minor) == (
            "14073905000001",
            "OAT-DRINK-1L",
            Decimal(3),
            249,
        )
        assert oat.note == "Ripeness: any", "what is hidden from the shopper is hidden from the picker"
        assert rice.quantity == 1, "one was taken out of the order before it came"
        assert found.memory == {"counts": {"14073905000001": 3, "14073905000002": 1}}

    def test_without_the_shop_s_instant_it_is_due_as_the_store_has_it(self) -> None:
        for reading in (READING, Reading("orders/create", timedelta(minutes=45))):
            found = parse_order(changed(note_attributes=[]), reading, message_id="m")
            assert found.order.due_at == datetime(2026, 1, 5, 8, 45, tzinfo=UTC)

    def test_what_is_sent_to_nobody_is_not_picked(self) -> None:
        body = json.loads(payload("shopify", "order_create.json"))
        body["line_items"] = [item for item in body["line_items"] if not item["requires_shipping"]]
        assert isinstance(pushed("orders/create", body), Ignored)

    @pytest.mark.parametrize(
        "changes",
        [
            {"total_price": "1.005", "current_total_price": None},
            {"current_total_price": "x"},
            {"created_at": "2026-01-05"},
            {"currency": "euro"},
            {"line_items": None},
            {"line_items": [{"id": 1, "name": "Nameless", "sku": None, "quantity": 1, "price": "1.00"}]},
        ],
    )
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(changed(**changes), READING, message_id="m")

    @given(damage_of(json.loads(payload("shopify", "order_create.json"))))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_push(RawMessage(damaged, {"x-shopify-topic": "orders/create"}), READING)
        except PayloadUnknown:
            return

    def test_the_api_s_order_is_the_webhook_s(self) -> None:
        found = parse_order(as_pushed(SHOWN), READING, message_id="m").order
        [line] = found.lines
        assert (line.external_line_id, line.gtins, line.unit_price_minor) == ("14073905000001", ["4006381333931"], 249)
        assert (found.external_id, found.total_minor, found.due_at.hour) == ("5940139491234", 3147, 10)

    @given(damage_of(SHOWN))
    def test_a_damaged_answer_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_order(as_pushed(json.loads(damaged, parse_float=Decimal)), READING, message_id="m")
        except PayloadUnknown:
            return


class TestPush:
    def test_the_body_says_whether_it_is_cancelled_not_the_topic(self) -> None:
        body = json.loads(payload("shopify", "order_cancelled.json"))
        for topic in ("orders/create", "orders/cancelled", "orders/updated"):
            assert isinstance(pushed(topic, body), Cancelled)

    def test_only_the_topic_the_store_chose_brings_orders(self) -> None:
        body = json.loads(payload("shopify", "order_create.json"))
        assert isinstance(pushed("orders/create", body), NewOrder)
        for topic in ("orders/paid", "orders/updated", "orders/fulfilled"):
            assert isinstance(pushed(topic, body), Ignored)
        with pytest.raises(PayloadUnknown):
            pushed("products/update", body)

    def test_the_webhook_s_own_id_is_the_message_s(self) -> None:
        assert (
            pushed("orders/create", json.loads(payload("shopify", "order_create.json"))).message_id
            == "orders/create:w-1"
        )


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, ("shopify", "5940139491234")),
        ({"source_name": "Glovo", "source_identifier": "9000017"}, ("glovo", "9000017")),
        ({"source_name": "web", "source_identifier": None}, ("shopify", "5940139491234")),
    ],
)
def test_where_it_was_ordered(changes: dict[str, Any], origin: tuple[str, str]) -> None:
    found = parse_order(changed(**changes), READING, message_id="m-1").order.origin
    assert found is not None
    assert (found.platform, found.order_id) == origin
