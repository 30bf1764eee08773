"""To whom Open Delivery's orders go, in the fields of both versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.channels.adapters.open_delivery.delivering import delivery_in
from backend.channels.adapters.open_delivery.payload import parse_order
from shared.delivery import Delivery, DeliveryKind, Position
from tests.backend.channels.payloads import payload

ADDRESS = {
    "street": "Plaza Avenue",
    "number": "100",
    "complement": "BL 02 AP 31",
    "district": "Moema",
    "postalCode": "20111-000",
    "city": "São Paulo",
    "state": "BR-SP",
    "reference": "Yellow House",
    "formattedAddress": "Plaza Avenue, 100",
    "coordinates": {"latitude": -23.54823, "longitude": -46.63632},
}
DELIVERY = {"deliveredBy": "MERCHANT", "deliveryAddress": ADDRESS, "pickupCode": "77"}
CUSTOMER = {"id": "c-1", "name": "Ada Exemplo", "phone": {"number": "0800 1", "extension": "4"}}


def test_every_field_of_the_standard() -> None:
    assert delivery_in({"type": "DELIVERY", "delivery": DELIVERY, "customer": CUSTOMER}) == Delivery(
        kind=DeliveryKind.OWN_COURIER,
        recipient_name="Ada Exemplo",
        phone="0800 1 (4)",
        address_lines=["Plaza Avenue, 100", "BL 02 AP 31", "Moema", "20111-000 São Paulo BR-SP"],
        position=Position(latitude=-23.54823, longitude=-46.63632),
        route_note="Yellow House",
        handover_code="77",
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"type": "TAKEOUT", "takeout": {"mode": "DEFAULT"}}, DeliveryKind.PICKUP),
        ({"delivery": {"deliveredBy": "MARKETPLACE"}}, DeliveryKind.PLATFORM_COURIER),
    ],
)
def test_who_fetches_it(body: dict[str, Any], kind: DeliveryKind) -> None:
    assert delivery_in(body) == Delivery(kind=kind)


@pytest.mark.parametrize("body", [{}, {"delivery": None, "customer": 7}, {"delivery": {"deliveryAddress": []}}])
def test_nothing_said_is_nothing(body: dict[str, Any]) -> None:
    assert delivery_in(body) is None


def test_version_2_says_it_elsewhere() -> None:
    order = parse_order(payload("open_delivery", "order_2.json"), message_id="m").order
    assert order.delivery is not None
    assert order.delivery.address_lines == ["Rua Exemplo", "São Paulo"]


def test_a_broken_address_holds_no_order() -> None:
    order = json.loads(payload("open_delivery", "order.json")) | {
        "delivery": {"deliveryAddress": "here"},
        "customer": 1,
    }
    order.pop("schedule")
    assert parse_order(json.dumps(order).encode(), message_id="m").order.delivery is None
