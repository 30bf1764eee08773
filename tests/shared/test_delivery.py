"""What may be said of a delivery, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from shared.delivery import Delivery, DeliveryKind
from shared.incoming_order import IncomingOrder

WHOLE = {
    "kind": "own_courier",
    "recipient_name": "Ada Example",
    "phone": "+49 30 1 (22)",
    "address_lines": ["1 Example Street", "10115 Berlin"],
    "position": {"latitude": 52.53, "longitude": 13.38},
    "route_note": "Ring twice",
    "handover_code": "8812",
}
EXAMPLE: dict[str, Any] = IncomingOrder.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index,call-overload,assignment]


def test_an_order_says_it_whole_or_not_at_all() -> None:
    order = IncomingOrder.model_validate_json(json.dumps({**EXAMPLE, "delivery": WHOLE}))
    assert order.delivery is not None
    assert order.delivery.kind is DeliveryKind.OWN_COURIER
    assert json.loads(order.model_dump_json())["delivery"] == WHOLE
    assert "delivery" not in json.loads(IncomingOrder.model_validate_json(json.dumps(EXAMPLE)).model_dump_json())


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "pigeon"},
        {"address_lines": [""]},
        {"address_lines": ["line"] * 9},
        {"position": {"latitude": 91, "longitude": 0}},
        {"position": {"latitude": 1}},
        {"recipient_name": "\x00"},
        {"e_mail": "ada@shop.example"},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Delivery.model_validate_json(json.dumps({**WHOLE, **wrong}))
