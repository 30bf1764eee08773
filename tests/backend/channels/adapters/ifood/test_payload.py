"""iFood's events and orders: exactly what they say, nothing invented, and only our error on whatever else comes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.adapters.ifood.payload import (
    merchant_of,
    parse_event,
    parse_events,
    parse_order,
    quantities_of,
)
from backend.channels.port import (
    Cancelled,
    CancelRequested,
    Ignored,
    OrderAvailable,
    OrderUnit,
    PayloadUnknown,
)
from shared.delivery import Delivery, DeliveryKind, Position
from shared.substitution import SubstitutionWish
from tests.backend.channels.payloads import damage_of, payload

ORDER: dict[str, Any] = json.loads(payload("ifood", "order.json"))
PLACED: dict[str, Any] = json.loads(payload("ifood", "placed.json"))
DISPUTE: dict[str, Any] = json.loads(payload("ifood", "dispute.json"))


def order_with(**changes: Any) -> bytes:
    return json.dumps({**ORDER, **changes}).encode()


def item_with(**changes: Any) -> bytes:
    return order_with(items=[{**ORDER["items"][0], **changes}])


class TestOrder:
    def test_every_value_is_the_platform_s(self) -> None:
        found = parse_order(payload("ifood", "order.json"), message_id="order:1")
        order = found.order
        assert (order.external_id, order.display_code) == ("2c97e104-35ed-4c18-85d7-854a40b6b9e3", "6b9e")
        assert (order.note, order.currency, order.total_minor) == ("Tocar duas vezes", "BRL", 3585)
        assert order.placed_at == datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)
        assert order.due_at == datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
        milk, banana = order.lines
        assert (milk.sku, milk.gtins, milk.quantity, milk.unit_price_minor) == (
            "MILK-1L",
            ["4006381333931"],
            Decimal(3),
            1290,
        )
        assert (banana.unit, banana.quantity, banana.note) == (
            OrderUnit.KILOGRAM,
            Decimal("0.5"),
            "Bem verde; 1 x Em saco",
        )
        assert {line.substitution for line in order.lines} == {SubstitutionWish.ALLOW}
        assert found.memory == {
            "cancels_if_short": False,
            "is_delivered_by_store": False,
            "items": {
                milk.external_line_id: {"quantity": "3", "is_weighed": False},
                banana.external_line_id: {"quantity": "0.5", "is_weighed": True},
            },
        }

    @pytest.mark.parametrize(
        ("option", "wish", "cancels"),
        [
            ("STORE_REMOVE_ITEMS", SubstitutionWish.REFUSE, False),
            ("STORE_CANCEL_ORDER", SubstitutionWish.REFUSE, True),
            ("STORE_CONTACT_CUSTOMER", None, False),
            (None, None, False),
        ],
    )
    def test_what_to_do_without_an_item(self, option: str | None, wish: object, cancels: bool) -> None:
        found = parse_order(order_with(picking={"replacementOptions": option}), message_id="x")
        assert found.order.lines[0].substitution is wish
        assert found.memory["cancels_if_short"] is cancels

    @pytest.mark.parametrize(
        ("changes", "hour"),
        [
            ({"schedule": {"deliveryDateTimeStart": "2026-01-05T12:00:00Z"}}, 12),
            ({"delivery": None, "takeout": {"takeoutDateTime": "2026-01-05T11:00:00Z"}}, 11),
            ({"delivery": {}, "preparationStartDateTime": "2026-01-05T09:00:00Z"}, 9),
        ],
    )
    def test_when_it_is_due(self, changes: dict[str, Any], hour: int) -> None:
        found = parse_order(order_with(**changes), message_id="x")
        assert found.order.due_at == datetime(2026, 1, 5, hour, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        "raw",
        [
            order_with(items=[]),
            order_with(items=None),
            order_with(total={"orderAmount": "x"}),
            order_with(total={"orderAmount": 1.005}),
            order_with(id="../1"),
            item_with(unit="DZ"),
            item_with(quantity=0),
            item_with(uniqueId=None),
            item_with(externalCode="", ean=""),
            item_with(unitPrice=None),
        ],
    )
    def test_what_cannot_be_picked_is_said(self, raw: bytes) -> None:
        with pytest.raises(PayloadUnknown):
            parse_order(raw, message_id="x")

    @given(damage_of(ORDER))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_order(damaged, message_id="x")
        except PayloadUnknown:
            return

    def test_what_it_has_now_is_counted_by_item_and_by_barcode(self) -> None:
        milk = ORDER["items"][0]["uniqueId"]
        there = quantities_of({"items": [{**ORDER["items"][0], "quantity": 2}]})
        assert there == {milk: Decimal(2), "4006381333931": Decimal(2)}


class TestEvents:
    def test_the_published_example_announces_an_order(self) -> None:
        """developer.ifood.com.br, webhook request; its instant has eight digits after the second."""
        found = parse_event(payload("ifood", "placed.json"))
        assert isinstance(found, OrderAvailable)
        assert found.external_id == "2c97e104-35ed-4c18-85d7-854a40b6b9e3"
        assert found.at == datetime(2023, 2, 20, 18, 19, 3, 201622, tzinfo=UTC)
        assert merchant_of(PLACED) == "cad65e8f-6fc6-438a-b159-e64a902a6b9a"

    def test_polled_they_are_put_in_order(self) -> None:
        later = {**PLACED, "id": "e2", "createdAt": "2023-02-20T18:19:04Z", "fullCode": "CONFIRMED"}
        raw = json.dumps([later, PLACED]).encode()
        assert [type(notice).__name__ for notice in parse_events(raw)] == ["OrderAvailable", "Ignored"]

    def test_a_cancellation_says_why(self) -> None:
        event = {**PLACED, "fullCode": "CANCELLED", "metadata": {"CANCEL_REASON": "O cliente desistiu"}}
        found = parse_event(json.dumps(event).encode())
        assert isinstance(found, Cancelled)
        assert found.reason == "O cliente desistiu"

    def test_a_dispute_about_the_whole_order_is_a_wish_to_cancel(self) -> None:
        found = parse_event(payload("ifood", "dispute.json"))
        assert isinstance(found, CancelRequested)
        assert found.memory == {"dispute_id": "d74ac331-9e5b-467f-96fe-57c143b9177a"}

    @pytest.mark.parametrize("action", ["CANCELLATION_PARTIAL", "PROPOSED_AMOUNT_REFUND", None])
    def test_other_disputes_are_left_to_a_person(self, action: str | None) -> None:
        event = {**DISPUTE, "metadata": {**DISPUTE["metadata"], "action": action}}
        assert isinstance(parse_event(json.dumps(event).encode()), Ignored)

    def test_a_sign_of_life_is_about_no_order(self) -> None:
        alive = {"id": "e1", "code": "KEEPALIVE", "fullCode": "KEEPALIVE", "createdAt": "2026-01-05T08:00:00Z"}
        assert isinstance(parse_event(json.dumps(alive).encode()), Ignored)
        assert merchant_of(alive) == ""

    @given(damage_of(DISPUTE))
    def test_damage_raises_our_error_only(self, damaged: bytes) -> None:
        try:
            parse_event(damaged)
        except PayloadUnknown:
            return

    @given(st.binary(max_size=80))
    def test_any_bytes(self, body: bytes) -> None:
        for parse in (parse_event, parse_events):
            try:
                parse(body)
            except PayloadUnknown:
                continue


def test_who_it_is_for() -> None:
    address = {
        "streetName": "Rua Um",
        "streetNumber": "7",
        "neighborhood": "Centro",
        "postalCode": "01000",
        "city": "São Paulo",
        "state": "SP",
        "reference": "portão azul",
        "coordinates": {"latitude": -23.5, "longitude": -46.6},
    }
    customer = {"name": "Ada Exemplo", "phone": {"number": "0800 1", "localizer": "12345678"}}
    delivery = {**ORDER["delivery"], "deliveryAddress": address, "observations": "", "pickupCode": "88"}
    shown = json.dumps({**ORDER, "customer": customer, "delivery": delivery}).encode()
    assert parse_order(shown, message_id="m").order.delivery == Delivery(
        kind=DeliveryKind.PLATFORM_COURIER,
        recipient_name="Ada Exemplo",
        phone="0800 1 (12345678)",
        address_lines=["Rua Um, 7", "Centro", "01000 São Paulo SP"],
        position=Position(latitude=-23.5, longitude=-46.6),
        route_note="portão azul",
        handover_code="88",
    )


def test_what_is_fetched_in_the_store() -> None:
    shown = json.dumps({**ORDER, "orderType": "TAKEOUT", "delivery": None, "customer": None}).encode()
    assert parse_order(shown, message_id="m").order.delivery == Delivery(kind=DeliveryKind.PICKUP)
