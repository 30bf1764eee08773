"""To whom an Open Delivery order goes, and who takes it there. Pure.

Source: the schema Order of docs/reference/v1/openapi.yaml, version 1.7.0: customer, delivery, takeout; of version 2 the
same with `address`, and `observations` for the courier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.channels.port.delivering import delivery_of, joined, position_of, said
from shared.delivery import Delivery, DeliveryKind

_COURIERS = {"MERCHANT": DeliveryKind.OWN_COURIER, "MARKETPLACE": DeliveryKind.PLATFORM_COURIER}


def delivery_in(body: Mapping[str, Any]) -> Delivery | None:
    """None where the order says nothing of it."""
    delivery, takeout = _object(body, "delivery"), _object(body, "takeout")
    customer, phone = _object(body, "customer"), _object(_object(body, "customer"), "phone")
    address = _object(delivery, "deliveryAddress") or _object(delivery, "address")
    is_fetched = bool(takeout) or bool(_object(body, "indoor")) or said(body, "type") in ("TAKEOUT", "INDOOR")
    extension = said(phone, "extension")
    return delivery_of(
        DeliveryKind.PICKUP if is_fetched else _COURIERS.get(said(delivery, "deliveredBy")),
        recipient_name=said(customer, "name"),
        phone=joined(said(phone, "number"), f"({extension})" if extension else ""),
        lines=_lines(address),
        position=position_of(address.get("coordinates")),
        route_note=joined(said(address, "reference"), said(delivery, "observations"), by="; "),
        handover_code=said(delivery, "pickupCode") or said(takeout, "pickupCode"),
    )


def _lines(address: Mapping[str, Any]) -> list[str]:
    return [
        joined(said(address, "street"), said(address, "number"), by=", ") or said(address, "formattedAddress"),
        said(address, "complement"),
        said(address, "district", "neighborhood"),
        joined(said(address, "postalCode"), said(address, "city"), said(address, "state")),
    ]


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}
