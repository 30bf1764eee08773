"""Delivery Hero's orders: exactly what they say, weights in kilograms, and only our error on whatever else comes."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.delivery_hero.payload import Reading, parse_order, parse_push, stores_of
from backend.channels.port import Cancelled, OrderUnit, PayloadUnknown, RawMessage
from tests.backend.channels.payloads import damage_of, payload

RECEIVED = json.loads(payload("delivery_hero", "received.json"), parse_float=Decimal)
READING = Reading("EUR", timedelta(minutes=25))


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(RECEIVED), **changes}


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = parse_order(RECEIVED, READING, message_id="m")
        order = found.order
        assert (order.external_id, order.display_code) == ("5f373562-591a-4db9-8609-7eec7880f28d", "n0s1-w0k1")
        assert (order.total_minor, order.currency, order.note) == (1487, "EUR", "No bell")
        assert order.due_at == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
        oat, banana = order.lines
        assert (oat.sku, oat.gtins, oat.quantity, oat.unit_price_minor) == (
            "OAT-DRINK-1L",
            ["4006381333931"],
            Decimal(3),
            249,
        )
        assert (banana.quantity, banana.unit, banana.unit_price_minor) == (Decimal("1.25"), OrderUnit.KILOGRAM, 392)
        assert found.memory["items"]["a2"] == {"id": "a2", "sku": "BANANA", "quantity": "1.25", "is_weighed": True}
        assert found.memory["is_vendor_delivery"] is False

    def test_without_a_promise_it_is_due_as_the_store_has_it(self) -> None:
        found = parse_order(changed(promised_for=None), READING, message_id="m")
        assert found.order.due_at == datetime(2026, 1, 5, 8, 25, tzinfo=UTC)

    @pytest.mark.parametrize(
        "changes",
        [
            {"items": []},
            {"payment": {}},
            {"payment": {"order_total": Decimal("1.005")}},
            {"sys": {}},
            {"items": [{"_id": "a", "sku": "", "name": "x", "pricing": {"quantity": 1}}]},
        ],
    )
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(changed(**changes), READING, message_id="m")

    @given(damage_of(json.loads(payload("delivery_hero", "received.json"))))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        for read in (lambda: parse_push(RawMessage(damaged), READING), lambda: stores_of(damaged)):
            try:
                read()
            except PayloadUnknown:
                continue


@pytest.mark.parametrize("status", ["CANCELLED", "CANCELED", "cancelled"])
def test_either_spelling_is_a_cancellation(status: str) -> None:
    body = {"order_id": "1", "status": status}
    [notice] = parse_push(RawMessage(json.dumps(body).encode()), READING)
    assert isinstance(notice, Cancelled)


def test_the_names_of_a_store() -> None:
    assert stores_of(b'{"client":{"store_id":"s1","id":7,"name":"Corner shop"}}') == {"s1", "7"}
    assert stores_of(b"{}") == set()
