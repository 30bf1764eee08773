"""Orders of version 2 of the standard: the same values where they moved, and nothing made up where they are missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from backend.channels.adapters.open_delivery.payload import parse_order
from backend.channels.adapters.open_delivery.version_2 import as_version_1
from backend.channels.port import OrderUnit, PayloadUnknown
from tests.backend.channels.payloads import damage_of, payload

ORDER: dict[str, Any] = json.loads(payload("open_delivery", "order_2.json"))


def parsed(**changes: Any) -> Any:
    return parse_order(json.dumps({**ORDER, **changes}).encode(), message_id="order:1").order


def test_what_moved_is_found() -> None:
    order = parsed()
    assert (order.external_id, order.display_code) == ("order-abc123", "A123")
    assert (order.note, order.currency, order.total_minor) == ("Sem pressa; portaria 2", "BRL", 3485)
    assert order.due_at == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
    milk, banana = order.lines
    assert (milk.sku, milk.gtins, milk.quantity, milk.unit) == ("MILK-1L", [], Decimal(2), OrderUnit.EACH)
    assert (milk.unit_price_minor, milk.note) == (1290, "Bem gelado")
    assert (banana.unit, banana.quantity) == (OrderUnit.KILOGRAM, Decimal("0.5"))


@pytest.mark.parametrize(
    ("timing", "hour"),
    [
        ({"orderTiming": "INSTANT", "preparationStartDateTime": "2026-07-01T15:00:00Z"}, 15),
        ({"orderTiming": "INSTANT"}, 14),
    ],
)
def test_an_order_for_at_once_is_due_when_preparation_should_begin(timing: dict[str, str], hour: int) -> None:
    assert parsed(timing=timing, fulfillment={"orderType": "TAKEOUT", "takeout": {}}).due_at.hour == hour


def test_a_product_without_a_code_is_not_guessed() -> None:
    items = [{name: value for name, value in ORDER["items"][0].items() if name != "externalCode"}]
    with pytest.raises(PayloadUnknown, match="externalCode"):
        parsed(items=items)


def test_an_order_of_version_1_stays_as_it_is() -> None:
    order = json.loads(payload("open_delivery", "order.json"))
    assert as_version_1(order) is order


@given(damage_of(ORDER))
def test_damage_raises_our_error_only(damaged: bytes) -> None:
    try:
        parse_order(damaged, message_id="order:1")
    except PayloadUnknown:
        return
