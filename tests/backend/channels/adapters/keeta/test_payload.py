"""Keeta's messages and orders: exactly what they say, nothing invented, and only our error on whatever else."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.keeta.payload import Reading, opened, parse_order, parse_push, status_of
from backend.channels.port import OrderUnit, PayloadUnknown, RawMessage, read_json
from tests.backend.channels.payloads import damage_of, payload

READING = Reading("AED", timedelta(minutes=20))
ANSWER = json.loads(payload("keeta", "order_answer.json"))["data"]
ORDER = opened(ANSWER)
PLACED = json.loads(payload("keeta", "placed.json"))


def changed(part: str, **changes: Any) -> dict[str, Any]:
    order = copy.deepcopy(ORDER)
    holder = order["products"][0] if part == "products" else order[part]
    holder.update(changes)
    return order


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = parse_order(ORDER, READING, message_id="m")
        order = found.order
        assert (order.external_id, order.display_code) == ("756823555555001", "12")
        assert (order.total_minor, order.currency) == (4370, "AED")
        assert order.due_at == datetime(2026, 1, 5, 8, 40, tzinfo=UTC), "packed before it is delivered"
        milk, salt = order.lines
        assert (milk.external_line_id, milk.sku, milk.quantity) == ("1234534001", "MILK-1L", Decimal(3))
        assert (milk.unit, milk.unit_price_minor, milk.note) == (OrderUnit.EACH, 1290, "long date")
        assert (list(milk.gtins), list(salt.gtins)) == (["4006381333931"], [])
        assert found.memory == {"counts": {"1234534001": 3, "1234534002": 1}}
        assert status_of(ORDER) == 20

    def test_what_the_shopper_collects_is_due_when_it_is_ready(self) -> None:
        order = changed("baseOrder", estimatedDiningReadyUrgeTime=1767601800000)
        assert parse_order(order, READING, message_id="m").order.due_at == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("part", "changes"),
        [
            ("products", {"openItemCode": ""}),
            ("products", {"count": 0}),
            ("products", {"count": -1}),
            ("products", {"count": 1.5}),
            ("products", {"name": None}),
            ("feeDtl", {"customerPayTotal": None}),
            ("baseOrder", {"ctime": "yesterday"}),
            ("baseOrder", {"ctime": "٣٣٣"}),
            ("baseOrder", {"deliveryTime": 10**15}),
        ],
    )
    def test_what_cannot_be_picked_is_said(self, part: str, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(changed(part, **changes), READING, message_id="m")

    @given(damage_of(ANSWER))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_order(opened(read_json(damaged)), READING, message_id="m")
        except PayloadUnknown:
            return


class TestPush:
    def test_another_event_is_not_understood(self) -> None:
        content = json.dumps({"orderViewId": 1})
        with pytest.raises(PayloadUnknown):
            parse_push(RawMessage(json.dumps({**PLACED, "eventId": 2001, "message": content}).encode()), READING)

    def test_an_event_without_content_is_not_understood(self) -> None:
        with pytest.raises(PayloadUnknown, match="no content"):
            parse_push(RawMessage(json.dumps({**PLACED, "message": None}).encode()), READING)

    @given(damage_of(PLACED))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_push(RawMessage(damaged), READING)
        except PayloadUnknown:
            return
