"""DoorDash's events: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.doordash.payload import parse_order, parse_push, store_of
from backend.channels.port import Cancelled, Ignored, PayloadUnknown, RawMessage
from tests.backend.channels.payloads import damage_of, payload

CREATED = json.loads(payload("doordash", "order_create.json"), parse_float=Decimal)


def changed(**changes: Any) -> dict[str, Any]:
    body = copy.deepcopy(CREATED)
    body["order"] |= changes
    return body


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = parse_order(CREATED, "USD", message_id="m")
        order = found.order
        assert (order.external_id, order.display_code) == ("cd268e73-0b24-4d02-aeb0-e387b1335791", "D-123678")
        assert (order.total_minor, order.currency, order.note) == (1564, "USD", "No bags")
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        assert order.due_at == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
        milk, rice = order.lines
        assert (milk.sku, milk.quantity, milk.unit_price_minor, milk.note) == ("MILK-1L", Decimal(2), 249, "long date")
        assert found.memory["counts"] == {milk.external_line_id: 2, rice.external_line_id: 1}

    def test_items_may_stand_beside_the_categories(self) -> None:
        items = CREATED["order"]["categories"][0]["items"]
        found = parse_order(changed(categories=None, items=items), "USD", message_id="m")
        assert [line.sku for line in found.order.lines] == ["MILK-1L", "RICE-1KG"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"categories": []},
            {"subtotal": Decimal("15.64")},
            {"estimated_pickup_time": None},
            {"categories": [{"items": [{"name": "x", "quantity": 1, "merchant_supplied_id": "x"}]}]},
        ],
    )
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(changed(**changes), "USD", message_id="m")

    @given(damage_of(json.loads(payload("doordash", "order_create.json"))))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        for read in (lambda: parse_push(RawMessage(damaged), "USD"), lambda: store_of(RawMessage(damaged))):
            try:
                read()
            except PayloadUnknown:
                continue


@pytest.mark.parametrize(("kind", "notice"), [("OrderCancelled", Cancelled), ("OrderAdjust", Ignored), ("", Ignored)])
def test_other_events(kind: str, notice: type[Any]) -> None:
    body = {"event": {"type": kind}, "order": {"id": "1"}}
    [found] = parse_push(RawMessage(json.dumps(body).encode()), "USD")
    assert isinstance(found, notice)
