"""How an order gets to its customer, read from a platform's message: cleaned, cut to length, nothing made up.

What cannot be read of it is left out: an order is picked all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import number_of, text_of
from shared.delivery import ADDRESS_LINES_MAX, Delivery, DeliveryKind, Position

_TEXT_MAX = {"recipient_name": 120, "phone": 60, "route_note": 400, "handover_code": 40}
LINE_MAX_CHARACTERS = 120


def delivery_of(
    kind: DeliveryKind | None = None,
    *,
    lines: Sequence[str] = (),
    position: Position | None = None,
    **texts: str,
) -> Delivery | None:
    """None where nothing is said. `texts`: recipient_name, phone, route_note, handover_code."""
    written = {name: text[: _TEXT_MAX[name]] for name, text in texts.items()}
    kept = list(dict.fromkeys(line[:LINE_MAX_CHARACTERS] for line in lines if line))[:ADDRESS_LINES_MAX]
    found = Delivery(kind=kind, address_lines=kept, position=position, **written)
    return None if found == Delivery() else found


def said(holder: Any, *names: str) -> str:
    """The text under the first of these names that has one; empty where there is none, or no text."""
    for name in names:
        try:
            if found := text_of(holder, name):
                return found
        except PayloadUnknown:
            continue
    return ""


def joined(*parts: str, by: str = " ") -> str:
    return by.join(part for part in parts if part)


def position_of(holder: Any, latitude: str = "latitude", longitude: str = "longitude") -> Position | None:
    """None where either is missing or cannot be; 0, 0 lies in the sea and means that it is not known."""
    if not isinstance(holder, Mapping):
        return None
    try:
        found = [_degrees(holder, name) for name in (latitude, longitude)]
    except PayloadUnknown:
        return None
    if not any(found) or abs(found[0]) > 90 or abs(found[1]) > 180:
        return None
    return Position(latitude=float(found[0]), longitude=float(found[1]))


def _degrees(holder: Mapping[str, Any], name: str) -> Decimal:
    """Some platforms write more places than anybody can stand apart."""
    value = holder.get(name)
    if isinstance(value, str | float | Decimal) and "." in str(value):
        whole, _, part = str(value).strip().partition(".")
        return number_of({name: f"{whole}.{part[:9]}"}, name)
    return number_of(holder, name)
