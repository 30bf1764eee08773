"""WooCommerce's orders: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.adapters.woocommerce.payload import (
    Reading,
    is_ping,
    modified_at,
    notice_of,
    parse_order,
    parse_webhook,
)
from backend.channels.port import Cancelled, Ignored, NewOrder, OrderAvailable, PayloadUnknown, read_json
from shared.delivery import Delivery, DeliveryKind
from tests.backend.channels.payloads import damage_of, payload

READING = Reading(frozenset({"processing"}), timedelta(minutes=60), "delivery_at")
PUSHED = payload("woocommerce", "order_created.json")
ORDER: dict[str, Any] = read_json(PUSHED)
FIRST: dict[str, Any] = ORDER["line_items"][0]


def line_with(**changes: Any) -> dict[str, Any]:
    return {**ORDER, "line_items": [{**FIRST, **changes}]}


class TestOrder:
    def test_every_value_is_the_shop_s(self) -> None:
        [found] = parse_webhook(PUSHED, READING)
        assert isinstance(found, NewOrder)
        order = found.order
        assert (order.external_id, order.display_code, order.note) == ("727", "727", "Ring twice & wait")
        assert (order.currency, order.total_minor) == ("EUR", 1784)
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, 2, tzinfo=UTC)
        assert order.due_at == datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
        milk, banana = order.lines
        assert (milk.external_line_id, milk.sku, milk.gtins) == ("315", "MILK-1L", ["4006381333931"])
        assert (milk.name, milk.quantity, milk.unit_price_minor) == ("Whole milk – 1 l", Decimal(3), 139)
        assert (banana.sku, banana.unit_price_minor, banana.note) == ("BANANA", 121, "Ripeness: Still green")
        assert found.memory == {
            "currency": "EUR",
            "is_paid": True,
            "items": {
                "315": {"quantity": "3", "total": "4.17", "taxes": [["75", "0.2919"]]},
                "316": {"quantity": "6", "total": "7.24", "taxes": [["75", "0.31"]]},
            },
        }
        assert found.original == PUSHED.decode()

    def test_without_a_promise_it_is_due_as_the_shop_is_set(self) -> None:
        found = parse_order(ORDER, replace(READING, due_key=""))
        assert found.order.due_at == found.order.placed_at + timedelta(minutes=60)

    @pytest.mark.parametrize(
        ("value", "due_at"),
        [
            (1767607200, datetime(2026, 1, 5, 10, 0, tzinfo=UTC)),
            ("2026-01-05T12:30:00+01:00", datetime(2026, 1, 5, 11, 30, tzinfo=UTC)),
        ],
    )
    def test_a_promise_may_be_written_in_two_ways(self, value: object, due_at: datetime) -> None:
        order = {**ORDER, "meta_data": [{"key": "delivery_at", "value": value}]}
        assert parse_order(order, READING).order.due_at == due_at

    def test_listed_it_is_the_same(self) -> None:
        listed = notice_of(read_json(PUSHED), READING)
        assert isinstance(listed, NewOrder)
        assert (listed.message_id, listed.order) == ("order:727", parse_order(ORDER, READING).order)
        assert json.loads(listed.original)["id"] == 727

    @pytest.mark.parametrize(
        "order",
        [
            {**ORDER, "total": "17.845"},
            {**ORDER, "total": None},
            {**ORDER, "line_items": []},
            {**ORDER, "line_items": 5},
            {**ORDER, "date_created_gmt": "soon"},
            {**ORDER, "currency": "euro"},
            {**ORDER, "meta_data": [{"key": "delivery_at", "value": "tomorrow at noon"}]},
            {**ORDER, "meta_data": [{"key": "delivery_at", "value": "2026-01-05T12:30:00"}]},
            line_with(sku="", global_unique_id=""),
            line_with(quantity=0),
            line_with(id="x"),
            line_with(price=True),
            line_with(taxes=5),
            line_with(taxes=[{"id": "x", "total": "1"}]),
        ],
    )
    def test_what_cannot_be_picked_is_announced_so_that_a_person_sees_it(self, order: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(order, READING)
        found = notice_of(order, READING)
        assert isinstance(found, OrderAvailable)
        assert (found.message_id, found.external_id) == ("order:727", "727")

    @given(damage_of(json.loads(PUSHED)))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_webhook(damaged, READING)
        except PayloadUnknown:
            return


class TestStatus:
    @pytest.mark.parametrize("status", ["cancelled", "refunded", "failed", "trash"])
    def test_a_paid_order_that_is_closed_is_cancelled(self, status: str) -> None:
        found = notice_of({**ORDER, "status": status}, READING)
        assert isinstance(found, Cancelled)
        assert status in found.reason

    @pytest.mark.parametrize("status", ["cancelled", "failed"])
    def test_one_that_nobody_paid_was_never_to_be_picked_and_may_be_paid_late(self, status: str) -> None:
        unpaid = {**ORDER, "status": status, "date_paid_gmt": None}
        assert isinstance(notice_of(unpaid, READING), Ignored)
        assert isinstance(notice_of({**unpaid, "payment_method": "cod"}, READING), Cancelled)
        assert isinstance(notice_of(unpaid, replace(READING, picked=frozenset({"on-hold"}))), Cancelled)

    @pytest.mark.parametrize("status", ["pending", "on-hold", "completed", "wc-custom"])
    def test_others_need_nothing_and_each_change_has_its_own_id(self, status: str) -> None:
        found = [
            notice_of({**ORDER, "status": status, "date_modified_gmt": f"2026-01-05T08:0{minute}:00"}, READING)
            for minute in (1, 2)
        ]
        assert all(isinstance(notice, Ignored) for notice in found)
        assert len({notice.message_id for notice in found}) == 2

    def test_a_deleted_order_is_nothing_but_its_id(self) -> None:
        [found] = parse_webhook(payload("woocommerce", "order_deleted.json"), READING)
        assert isinstance(found, Cancelled)
        assert found.external_id == "727"

    @pytest.mark.parametrize("order", [{}, {"id": 0.5}, {"id": 7, "number": "7"}, {"id": 7, "status": {}}, [], 7, None])
    def test_what_has_no_id_or_no_status_is_not_understood(self, order: object) -> None:
        with pytest.raises(PayloadUnknown):
            notice_of(order, READING)


class TestPing:
    def test_it_says_nothing(self) -> None:
        assert parse_webhook(b"webhook_id=142", READING) == []

    @pytest.mark.parametrize("body", [b"webhook_id=", b"webhook_id=1&id=2", b" webhook_id=1", b"webhook_id=1\n", b""])
    def test_nothing_else_is_one(self, body: bytes) -> None:
        assert not is_ping(body)


def test_changes_are_in_the_shop_s_second_clock() -> None:
    assert modified_at(ORDER) == datetime(2026, 1, 5, 8, 0, 8, tzinfo=UTC)


@given(st.binary(max_size=80))
def test_any_bytes(body: bytes) -> None:
    try:
        parse_webhook(body, READING)
    except PayloadUnknown:
        return


BILLING = {
    "recipient_name": "Ada Example",
    "phone": "+49 30 0000000",
    "address_lines": ["1 Example Street", "10115 Berlin"],
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, BILLING),
        ({"shipping_lines": [{"method_id": "local_pickup"}]}, {**BILLING, "kind": DeliveryKind.PICKUP}),
        (
            {"shipping": {"first_name": "Bo", "address_1": "2 Side Road", "city": "Bonn"}},
            {**BILLING, "recipient_name": "Bo", "address_lines": ["2 Side Road", "Bonn"]},
        ),
        ({"billing": None, "shipping_lines": 7}, None),
    ],
)
def test_who_it_is_for(changes: dict[str, Any], said: dict[str, Any] | None) -> None:
    found = parse_order({**ORDER, **changes}, READING).order.delivery
    assert found == (said and Delivery(**said))
