"""Uber's notifications and orders: exactly what they say, nothing invented, and only our error on whatever else."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.uber_eats.payload import amount_of, opened, parse_order, parse_push
from backend.channels.port import OrderAvailable, OrderUnit, PayloadUnknown, RawMessage
from shared.substitution import SubstitutionWish
from tests.backend.channels.payloads import damage_of, payload

ORDER = opened(payload("uber_eats", "order_answer.json"))
EVENT = json.loads(payload("uber_eats", "notification.json"))


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ORDER), **changes}


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = parse_order(ORDER, message_id="m")
        order = found.order
        assert (order.external_id, order.display_code) == ("153dd7f1-339d-4619-940c-418943c14636", "14636")
        assert (order.total_minor, order.currency, order.note) == (1287, "USD", "Paper bags")
        assert order.due_at == datetime(2026, 1, 5, 8, 40, tzinfo=UTC)
        oat, banana, salt = order.lines
        assert (oat.sku, oat.quantity, oat.unit, oat.unit_price_minor) == (
            "OAT-DRINK-1L",
            Decimal(3),
            OrderUnit.EACH,
            249,
        )
        assert (oat.note, oat.wished_skus) == ("long date", ["OAT-DRINK-BARISTA"])
        assert (banana.sku, banana.quantity, banana.unit) == ("BANANA", Decimal(2), OrderUnit.POUND)
        assert salt.unit_price_minor == 0, "no price is said"
        wishes = [line.substitution for line in order.lines]
        assert wishes == [SubstitutionWish.ALLOW, SubstitutionWish.REFUSE, None]

    @pytest.mark.parametrize(
        ("quantity", "amount"),
        [
            ({"amount": 3, "unit": "PIECE"}, "3"),
            ({"amount": 250, "unit": "GRAM"}, "250"),
            ({"amount": 2, "unit": "KILOGRAM"}, "2000"),
            ({"amount": 2, "unit": "POUND"}, "907.18474"),
        ],
    )
    def test_weights_are_compared_in_grams(self, quantity: dict[str, Any], amount: str) -> None:
        assert amount_of({"quantity": quantity}) == Decimal(amount)

    @pytest.mark.parametrize(
        "changes",
        [
            {"carts": []},
            {
                "carts": [
                    {
                        "items": [
                            {"cart_item_id": "c", "title": "x", "id": "x", "quantity": {"amount": 1, "unit": "CUP"}}
                        ]
                    }
                ]
            },
            {"payment": {}},
            {"payment": {"payment_detail": {"order_total": {"gross": {"amount_e5": 1234567, "currency_code": "USD"}}}}},
            {"preparation_time": None},
        ],
    )
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(changed(**changes), message_id="m")

    @given(damage_of(json.loads(payload("uber_eats", "order_answer.json"))))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_order(opened(damaged), message_id="m")
        except PayloadUnknown:
            return


class TestPush:
    def test_orders_for_later_are_read_as_well(self) -> None:
        body = json.dumps({**EVENT, "event_type": "orders.scheduled.notification"}).encode()
        assert isinstance(parse_push(RawMessage(body))[0], OrderAvailable)

    def test_another_event_is_not_understood(self) -> None:
        with pytest.raises(PayloadUnknown):
            parse_push(RawMessage(json.dumps({**EVENT, "event_type": "store.provisioned"}).encode()))
