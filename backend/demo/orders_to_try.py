"""The order a newcomer posts: a handful of products from all over the demo store, one of them weighed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.products import ProductCard, UnitOfMeasure
from shared.substitution import SubstitutionWish

DEPARTMENTS_SHOWN = 5
DUE_AFTER_MINUTES = 60
WISHES = (SubstitutionWish.ALLOW, SubstitutionWish.ASK)  # of the first lines, so that both can be tried


def order_to_try(cards: list[ProductCard], external_id: str, now: datetime) -> dict[str, Any]:
    """The body of a native order: one product from each of some departments, then one by weight."""
    pieces: dict[str, ProductCard] = {}
    weighed: list[ProductCard] = []
    for card in cards:
        if card.unit is UnitOfMeasure.GRAM:
            weighed.append(card)
        else:
            pieces.setdefault(card.department, card)
    departments = sorted(pieces)
    step = max(1, len(departments) // DEPARTMENTS_SHOWN)
    chosen = [pieces[name] for name in departments[::step][:DEPARTMENTS_SHOWN]]
    lines = [_line(position, card, "2" if position == 2 else "1", "each") for position, card in enumerate(chosen, 1)]
    for line, wish in zip(lines, WISHES, strict=False):
        line["substitution"] = wish.value
    if weighed:
        lines.append(_line(len(lines) + 1, weighed[0], "0.750", "kg"))
    return {
        "external_id": external_id,
        "display_code": external_id[-4:].upper(),
        "placed_at": _text(now),
        "due_at": _text(now + timedelta(minutes=DUE_AFTER_MINUTES)),
        "currency": "EUR",
        "total_minor": sum(round(Decimal(line["quantity"]) * line["unit_price_minor"]) for line in lines),
        "lines": lines,
    }


def _line(position: int, card: ProductCard, quantity: str, unit: str) -> dict[str, Any]:
    return {
        "external_line_id": str(position),
        "sku": card.sku,
        "name": card.names.en,
        "quantity": quantity,
        "unit": unit,
        "unit_price_minor": card.price_minor,
    }


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
