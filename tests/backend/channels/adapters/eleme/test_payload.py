"""Ele.me's commands and orders: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.eleme.envelope import opened
from backend.channels.adapters.eleme.payload import Reading, parse_order, parse_push, shops_of
from backend.channels.port import CancelRequested, Ignored, PayloadUnknown, RawMessage
from shared.delivery import Delivery, DeliveryKind, Position
from tests.backend.channels.payloads import damage_of, payload

READING = Reading(timedelta(minutes=25))
SHOWN = json.loads(payload("eleme", "order_answer.json"), parse_float=Decimal)["body"]["data"]
PLAIN = json.loads(payload("eleme", "order_answer.json"))["body"]["data"]


def changed(**changes: Any) -> dict[str, Any]:
    shown: dict[str, Any] = copy.deepcopy(SHOWN)
    shown["order"] |= changes
    return shown


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = parse_order(SHOWN, READING, message_id="m")
        order = found.order
        assert (order.external_id, order.display_code, order.note) == ("15397181282021", "3", "请提供餐具")
        assert (order.total_minor, order.currency) == (3480, "CNY")
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        assert order.due_at == order.placed_at + READING.prepared_within
        milk, banana = order.lines
        assert (milk.sku, milk.gtins, milk.quantity, milk.unit_price_minor) == (
            "MILK-1L",
            ["4006381333931"],
            Decimal(2),
            1290,
        )
        assert (banana.sku, banana.gtins) == ("BANANA", []), "what is no GTIN is none"
        assert found.memory["items"]["1"] == {
            "sku_id": "1539717705337067",
            "custom_sku_id": "MILK-1L",
            "upc": "4006381333931",
            "count": "2",
        }
        assert shops_of(SHOWN) == {"store_1", "2234098958"}

    def test_a_reserved_order_is_due_when_it_was_promised(self) -> None:
        found = parse_order(changed(send_immediately=2, send_time="1767607200"), READING, message_id="m")
        assert found.order.due_at == datetime(2026, 1, 5, 10, 0, tzinfo=UTC)

    @pytest.mark.parametrize("changes", [{"order_id": ""}, {"create_time": "0"}, {"total_fee": "34.8"}])
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(changed(**changes), READING, message_id="m")

    @given(damage_of(PLAIN))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_order(json.loads(damaged, parse_float=Decimal), READING, message_id="m")
        except PayloadUnknown:
            return


class TestPushes:
    def test_a_wish_says_which_refund_its_answer_is_about(self) -> None:
        cmd, body = opened(RawMessage(payload("eleme", "wish_push.txt")))
        [wish] = parse_push(cmd, body, "T")
        assert isinstance(wish, CancelRequested)
        assert (wish.reason, wish.memory) == ("不要了", {"refund_order_id": "915397181282021"})

    @pytest.mark.parametrize(
        ("kind", "cancel_type", "is_fact"), [(40, 2, True), (60, 2, True), (40, 1, False), (20, 2, False)]
    )
    def test_what_customer_service_agreed_to_is_a_fact(self, kind: int, cancel_type: int, is_fact: bool) -> None:
        body = {"order_id": "1", "type": kind, "cancel_type": cancel_type}
        [found] = parse_push("order.user.cancel", body, "T")
        assert isinstance(found, Ignored) is not is_fact

    @pytest.mark.parametrize("cmd", ["", "order.get", "shop.create"])
    def test_other_commands_are_nobody_s(self, cmd: str) -> None:
        with pytest.raises(PayloadUnknown):
            parse_push(cmd, {"order_id": "1"}, "T")


def test_who_it_is_for() -> None:
    assert parse_order(SHOWN, READING, message_id="m").order.delivery == Delivery(
        kind=DeliveryKind.PLATFORM_COURIER,
        recipient_name="测试",
        phone="18888888888",
        address_lines=["测试地址"],
        position=Position(latitude=35.557141, longitude=116.962363),
    )


def test_nobody_named_is_nobody() -> None:
    own = {**changed(delivery_party=2), "user": None}
    assert parse_order(own, READING, message_id="m").order.delivery == Delivery(kind=DeliveryKind.OWN_COURIER)
