"""Turns a channel's lines into ours: which product, how many pieces or grams, or why a person must look. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from backend.channels.port import IncomingLine, IncomingOrder, OrderUnit
from backend.orders.commands import AcceptLine
from shared.barcode import BarcodeMalformed, canonical_gtin
from shared.commands import QUANTITY_MAX
from shared.products import UnitOfMeasure
from shared.substitution import SubstitutionWish

GTINS_REMEMBERED_MAX = 16_384

# International avoirdupois pound of 1959: exactly 453.59237 g; an ounce is a sixteenth of it.
GRAMS_PER = {
    OrderUnit.GRAM: Decimal(1),
    OrderUnit.KILOGRAM: Decimal(1000),
    OrderUnit.POUND: Decimal("453.59237"),
    OrderUnit.OUNCE: Decimal("28.349523125"),
}


class Product(Protocol):
    """What must be known of a product to count a line in it. `gtins` hold at least those that were asked for."""

    @property
    def id(self) -> str: ...

    @property
    def sku(self) -> str: ...

    @property
    def unit(self) -> UnitOfMeasure: ...

    @property
    def piece_weight_g(self) -> int: ...

    @property
    def gtins(self) -> Sequence[str]: ...


class HoldReason(StrEnum):
    """Why an order waits for a supervisor. They bind code, screens and docs."""

    PRODUCT_UNKNOWN = "product_unknown"
    PRODUCT_AMBIGUOUS = "product_ambiguous"
    UNIT_DOES_NOT_FIT = "unit_does_not_fit"
    QUANTITY_IMPOSSIBLE = "quantity_impossible"
    DUE_BEFORE_PLACED = "due_before_placed"
    UNREADABLE = "unreadable"
    NOT_FETCHED = "not_fetched"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and with which line; no line where the whole order is meant."""

    reason: HoldReason
    detail: str
    external_line_id: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Either every line, or at least one problem."""

    lines: tuple[AcceptLine, ...]
    problems: tuple[Problem, ...]


class _Unresolved(Exception):
    def __init__(self, reason: HoldReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def wanted_codes(order: IncomingOrder) -> tuple[list[str], list[str]]:
    """Every SKU and every well-formed GTIN of the order, for one look-up."""
    skus = {line.sku for line in order.lines if line.sku}
    gtins = {gtin for line in order.lines for gtin in _canonical(line)}
    return sorted(skus), sorted(gtins)


def resolve(order: IncomingOrder, products: Sequence[Product]) -> Resolution:
    """Match each line with a product and count it in the product's own unit."""
    by_sku = {product.sku: product for product in products}
    by_gtin = {gtin: product for product in products for gtin in product.gtins}
    lines: list[AcceptLine] = []
    problems: list[Problem] = []
    if order.due_at < order.placed_at:
        problems.append(Problem(HoldReason.DUE_BEFORE_PLACED, "the order is due before it was placed"))
    for line in order.lines:
        try:
            product = _find(line, by_sku, by_gtin)
            lines.append(_accept(line, product))
        except _Unresolved as unresolved:
            problems.append(Problem(unresolved.reason, unresolved.detail, line.external_line_id))
    return Resolution(tuple(lines) if not problems else (), tuple(problems))


def quantity_in(unit: UnitOfMeasure, line: IncomingLine, piece_weight_g: int) -> int:
    """Pieces or whole grams. Half a gram rounds up. Raises _Unresolved where it cannot be said without guessing."""
    if unit is UnitOfMeasure.EACH:
        if line.unit is not OrderUnit.EACH:
            raise _Unresolved(HoldReason.UNIT_DOES_NOT_FIT, f"sold by the piece, ordered in {line.unit}")
        if line.quantity != line.quantity.to_integral_value():
            raise _Unresolved(HoldReason.QUANTITY_IMPOSSIBLE, f"{line.quantity.normalize():f} pieces")
        quantity = int(line.quantity)
    elif line.unit in GRAMS_PER:
        quantity = int((line.quantity * GRAMS_PER[line.unit]).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    elif line.unit is OrderUnit.EACH and piece_weight_g > 0:
        quantity = int((line.quantity * piece_weight_g).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    else:
        raise _Unresolved(HoldReason.UNIT_DOES_NOT_FIT, f"sold by weight, ordered in {line.unit}")
    if not 0 < quantity <= QUANTITY_MAX:
        raise _Unresolved(HoldReason.QUANTITY_IMPOSSIBLE, f"{quantity} is not between 1 and {QUANTITY_MAX}")
    return quantity


def _accept(line: IncomingLine, product: Product) -> AcceptLine:
    return AcceptLine(
        external_line_id=line.external_line_id,
        product_id=product.id,
        sku=product.sku,
        quantity=quantity_in(product.unit, line, product.piece_weight_g),
        unit=product.unit,
        unit_price_minor=line.unit_price_minor,
        note=line.note,
        wish=line.substitution or SubstitutionWish.REFUSE,
        wished_skus=tuple(line.wished_skus),
    )


def _find(line: IncomingLine, by_sku: dict[str, Product], by_gtin: dict[str, Product]) -> Product:
    """The SKU and the GTINs must agree where both are known: a wrong product is worse than a question."""
    found = {by_gtin[gtin].id: by_gtin[gtin] for gtin in _canonical(line) if gtin in by_gtin}
    if line.sku in by_sku:
        found[by_sku[line.sku].id] = by_sku[line.sku]
    if not found:
        codes = ", ".join(filter(None, [line.sku, *line.gtins]))
        raise _Unresolved(HoldReason.PRODUCT_UNKNOWN, f"{line.name}: nothing here has the code {codes}")
    if len(found) > 1:
        names = " or ".join(sorted(product.sku for product in found.values()))
        raise _Unresolved(HoldReason.PRODUCT_AMBIGUOUS, f"{line.name}: its codes say {names}")
    return next(iter(found.values()))


def _canonical(line: IncomingLine) -> list[str]:
    return [canonical for gtin in line.gtins if (canonical := _canonical_or_none(gtin)) is not None]


@lru_cache(GTINS_REMEMBERED_MAX)
def _canonical_or_none(gtin: str) -> str | None:
    """Asked twice for each line, and the same products are ordered all day."""
    try:
        return canonical_gtin(gtin)
    except BarcodeMalformed:
        return None
