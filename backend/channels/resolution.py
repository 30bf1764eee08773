"""Turns a channel's lines into ours: which product, how many pieces or grams, or why a person must look. Pure."""

from __future__ import annotations

from collections import Counter
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
from shared.picking import TOLERANCE_PERCENT
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
    def max_per_order(self) -> int: ...

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
    NO_STORE_SERVES = "no_store_serves"


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


def resolve(
    order: IncomingOrder, products: Sequence[Product], tolerance_percent: int = TOLERANCE_PERCENT
) -> Resolution:
    """Match each line with a product and count it in the product's own unit.

    `tolerance_percent`: the store's, for weighed lines whose channel says none. What a product's own limit leaves for a
    line is what earlier lines of the same product have not used up.
    """
    by_sku = {product.sku: product for product in products}
    by_gtin = {gtin: product for product in products for gtin in product.gtins}
    lines: list[AcceptLine] = []
    problems: list[Problem] = []
    used: Counter[str] = Counter()
    if order.due_at < order.placed_at:
        problems.append(Problem(HoldReason.DUE_BEFORE_PLACED, "the order is due before it was placed"))
    for line in order.lines:
        try:
            product = _find(line, by_sku, by_gtin)
            accepted = _accept(line, product, used[product.id], tolerance_percent)
            used[product.id] += accepted.quantity
            lines.append(accepted)
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


def needs_tolerance(order: IncomingOrder, products: Sequence[Product]) -> bool:
    """Whether what the store allows weighed goods must be known."""
    is_said = all(line.weight_tolerance_percent is not None for line in order.lines)
    return not is_said and any(product.unit is UnitOfMeasure.GRAM for product in products)


def _accept(line: IncomingLine, product: Product, used: int, tolerance_percent: int) -> AcceptLine:
    said = line.weight_tolerance_percent
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
        quantity_max=_most(line, product, used),
        tolerance_percent=tolerance_percent if said is None else said,
    )


def _most(line: IncomingLine, product: Product, used: int) -> int | None:
    """The stricter of what the channel says for this line and what the product's own limit leaves for it."""
    limits = [max(0, product.max_per_order - used)] if product.max_per_order else []
    if line.quantity_max is not None:
        asked = line.model_copy(update={"quantity": line.quantity_max})
        limits.append(quantity_in(product.unit, asked, product.piece_weight_g))
    return min(limits, default=None)


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
