"""Meituan's pushes: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.adapters.meituan.payload import Reading, decoded, parse_order, parse_push
from backend.channels.port import Cancelled, CancelRequested, Ignored, NewOrder, PayloadUnknown, RawMessage
from shared.delivery import DeliveryKind, Position
from tests.backend.channels.payloads import damage_of, payload

READING = Reading(timedelta(minutes=25))
PUSHED = decoded(RawMessage(payload("meituan", "order_push.txt")))


def pushed(name: str, path: str) -> list[object]:
    return list(parse_push(RawMessage(payload("meituan", name), path=path), READING))


def twice(fields: dict[str, str]) -> bytes:
    return urlencode({name: quote(value, safe="") for name, value in fields.items()}).encode()


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        [found] = pushed("order_push.txt", "order")
        assert isinstance(found, NewOrder)
        order = found.order
        assert (order.external_id, order.display_code, order.note) == ("28983933726634026", "17", "不要香菜 & 放门口")
        assert (order.currency, order.total_minor) == ("CNY", 3481)
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        assert order.due_at == order.placed_at + READING.prepared_within, "wanted at once"
        milk, banana = order.lines
        assert (milk.sku, milk.gtins, milk.name, milk.quantity) == (
            "MILK-1L",
            ["4006381333931"],
            "鲜牛奶 1L",
            Decimal(2),
        )
        assert (milk.unit_price_minor, milk.note) == (1290, "1L")
        assert (banana.sku, banana.gtins, banana.note) == ("BANANA", [], "不要太熟")
        assert found.memory == {
            "items": {
                "1": {"app_food_code": "6901234567892", "sku_id": "MILK-1L", "count": "2"},
                "2": {"app_food_code": "BANANA", "count": "5"},
            },
            "is_platform_courier": True,
        }

    def test_a_promised_instant_is_kept(self) -> None:
        found = parse_order({**PUSHED, "delivery_time": "1767607200"}, READING)
        assert found.order.due_at == datetime(2026, 1, 5, 10, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("changes", "is_platform_courier"),
        [({"logistics_code": "0000"}, False), ({"pick_type": "1"}, False), ({"logistics_code": "2002"}, True)],
    )
    def test_who_delivers(self, changes: dict[str, str], is_platform_courier: bool) -> None:
        assert parse_order({**PUSHED, **changes}, READING).memory["is_platform_courier"] is is_platform_courier

    def test_read_again_it_is_the_same(self) -> None:
        """`order/getOrderDetail` shows the items as a list, and numbers as numbers."""
        read = {**PUSHED, "detail": json.loads(PUSHED["detail"], parse_float=Decimal), "ctime": 1767600000}
        assert parse_order(read, READING).order == parse_order(PUSHED, READING).order

    @pytest.mark.parametrize(
        "changes",
        [
            {"total": "34.815"},
            {"total": "NaN"},
            {"detail": "[]"},
            {"detail": "{}"},
            {"detail": '[{"food_name":"x","quantity":1}]'},
            {"detail": '[{"sku_id":"x","food_name":"x","quantity":0}]'},
            {"ctime": "0"},
            {"ctime": ""},
            {"order_id": "../1"},
        ],
    )
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, str]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_push(RawMessage(twice({**PUSHED, **changes}), path="order"), READING)

    @given(damage_of(dict(PUSHED)))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        fields = json.loads(damaged)
        if isinstance(fields, dict):
            try:
                parse_order(fields, READING)
            except PayloadUnknown:
                return


class TestOtherPushes:
    def test_a_cancellation_is_a_fact_and_a_wish_is_a_wish(self) -> None:
        assert isinstance(pushed("cancel_push.txt", "cancel")[0], Cancelled)
        assert isinstance(pushed("refund_agreed_push.txt", "refund")[0], Cancelled)
        [wish] = pushed("refund_push.txt", "refund")
        assert isinstance(wish, CancelRequested)
        assert wish.reason == "不想要了"

    def test_what_needs_nothing_is_ignored_each_with_its_own_id(self) -> None:
        [found] = pushed("delivery_push.txt", "delivery")
        assert isinstance(found, Ignored)
        ids = {
            parse_push(RawMessage(twice({"order_id": "1", "logistics_status": status}), path="delivery"), READING)[0]
            for status in ("10", "20")
        }
        assert len(ids) == 2

    @pytest.mark.parametrize("path", ["", "orders", "order/confirm"])
    def test_an_unknown_path_is_nobody_s(self, path: str) -> None:
        with pytest.raises(PayloadUnknown):
            pushed("cancel_push.txt", path)

    @given(st.binary(max_size=80), st.sampled_from(["order", "cancel", "refund"]))
    def test_any_bytes(self, body: bytes, path: str) -> None:
        try:
            parse_push(RawMessage(body, path=path), READING)
        except PayloadUnknown:
            return


def test_who_it_is_for() -> None:
    delivery = parse_order(PUSHED, READING).order.delivery
    assert delivery is not None
    assert (delivery.recipient_name, delivery.phone) == ("张(先生)", "18888888888")
    assert delivery.address_lines == ["色金拉 (1234)@#西藏自治区林芝市墨脱县色金拉"]
    assert (delivery.kind, delivery.position) == (
        DeliveryKind.PLATFORM_COURIER,
        Position(latitude=29.774491, longitude=95.369272),
    )


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"pick_type": "1"}, DeliveryKind.PICKUP), ({"logistics_code": "0000"}, DeliveryKind.OWN_COURIER)],
)
def test_who_fetches_it(changes: dict[str, str], kind: DeliveryKind) -> None:
    delivery = parse_order({**PUSHED, **changes}, READING).order.delivery
    assert delivery is not None
    assert delivery.kind is kind
