"""JD Daojia's pushes and orders: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.adapters.jddj.payload import first_order, parse_order, parse_push
from backend.channels.port import DeadlineKind, PayloadUnknown
from shared.delivery import Delivery, DeliveryKind, Position
from tests.backend.channels.payloads import damage_of, payload

ANSWER = json.loads(json.loads(payload("jddj", "order_answer.json"))["data"])
INFO = ANSWER["result"]["resultList"][0]


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(INFO), **changes}


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = parse_order(first_order(ANSWER, "2400000000000001"), message_id="m")
        order = found.order
        assert (order.external_id, order.display_code, order.note) == ("2400000000000001", "17", "放门口")
        assert (order.total_minor, order.currency) == (3480, "CNY")
        assert order.placed_at == datetime(2026, 1, 5, 7, 59, 40, tzinfo=UTC), "Beijing is eight hours ahead"
        assert order.due_at == datetime(2026, 1, 5, 8, 20, tzinfo=UTC)
        assert found.deadlines == {DeadlineKind.FINISH: order.due_at}
        milk, banana = order.lines
        assert (milk.sku, milk.gtins, milk.quantity, milk.unit_price_minor) == (
            "MILK-1L",
            ["4006381333931"],
            Decimal(2),
            1290,
        )
        assert (banana.sku, banana.gtins, banana.quantity) == ("BANANA", [], Decimal(5))
        assert found.memory["carrier"] == "9966"
        assert found.memory["skus"]["2"] == {"skuId": 2000000002, "skuCount": 5}

    def test_without_a_time_to_pick_by_it_is_due_when_delivery_begins(self) -> None:
        found = parse_order(changed(pickDeadline=None), message_id="m")
        assert found.order.due_at == datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
        assert found.deadlines == {}

    @pytest.mark.parametrize(
        "changes",
        [
            {"product": []},
            {"product": None},
            {"orderTotalMoney": "1.5"},
            {"orderStartTime": "5 Jan"},
            {"orderId": None},
        ],
    )
    def test_what_cannot_be_picked_is_said(self, changes: dict[str, Any]) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(changed(**changes), message_id="m")

    def test_another_order_or_none_is_not_taken(self) -> None:
        for answer in (ANSWER, {"result": {"resultList": []}}, {}, None):
            with pytest.raises(PayloadUnknown):
                first_order(answer, "1")

    @given(damage_of(INFO))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_order(json.loads(damaged, parse_float=Decimal), message_id="m")
        except PayloadUnknown:
            return


@given(st.text(max_size=60), st.sampled_from(["djsw/newOrder", "djsw/userCancelOrder", "x"]))
def test_any_push_raises_our_error_only(text: str, path: str) -> None:
    try:
        parse_push(path, text)
    except PayloadUnknown:
        return


@pytest.mark.parametrize(
    ("carrier", "kind"),
    [
        ("9966", DeliveryKind.PLATFORM_COURIER),
        ("2938", DeliveryKind.OWN_COURIER),
        ("9999", DeliveryKind.PICKUP),
        (None, None),
    ],
)
def test_who_it_is_for_and_who_takes_it_there(carrier: str | None, kind: DeliveryKind | None) -> None:
    shown = changed(deliveryCarrierNo=carrier, buyerFullAddress="东路 7", buyerLat=31.2, buyerLng=121.4)
    assert parse_order(shown, message_id="m").order.delivery == Delivery(
        kind=kind,
        recipient_name="张三",
        address_lines=["东路 7"],
        position=Position(latitude=31.2, longitude=121.4),
    )
