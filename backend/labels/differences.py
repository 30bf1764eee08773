"""Till, catalogue and shelf side by side: which product costs what where, and which of the three is behind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class PriceTrouble(StrEnum):
    """Why a shopper would be told one price and asked for another; the worst first."""

    TILL_HIGHER = "till_higher"
    """The till asks for more than the shelf says: the shopper is in the right, and in many countries the law too."""
    TILL_LOWER = "till_lower"
    LABEL_BEHIND = "label_behind"
    """The shelf does not say yet what the catalogue does."""
    NOT_AT_TILL = "not_at_till"


@dataclass(frozen=True, slots=True)
class Prices:
    """One product's prices in minor units. `shelf_minor`: what its label said last; None: nobody knows, or no label."""

    product_id: str
    sku: str
    name: str
    catalogue_minor: int
    till_minor: int | None
    shelf_minor: int | None
    has_label: bool


@dataclass(frozen=True, slots=True)
class Difference:
    prices: Prices
    trouble: PriceTrouble


def trouble_of(prices: Prices, *, is_till_known: bool) -> PriceTrouble | None:
    """The worst of what is wrong; `is_till_known`: whether this store's till has said any price at all.

    The shelf speaks for itself where its label has said something; where not, the catalogue is what was promised.
    """
    promised = prices.shelf_minor if prices.shelf_minor is not None else prices.catalogue_minor
    if prices.till_minor is not None and prices.till_minor != promised:
        return PriceTrouble.TILL_HIGHER if prices.till_minor > promised else PriceTrouble.TILL_LOWER
    if prices.has_label and prices.shelf_minor != prices.catalogue_minor:
        return PriceTrouble.LABEL_BEHIND
    if is_till_known and prices.till_minor is None:
        return PriceTrouble.NOT_AT_TILL
    return None


def differences(all_prices: Iterable[Prices]) -> Sequence[Difference]:
    """Every product with a trouble, the worst first, then by SKU."""
    listed = list(all_prices)
    is_till_known = any(prices.till_minor is not None for prices in listed)
    found = [
        Difference(prices, trouble)
        for prices in listed
        if (trouble := trouble_of(prices, is_till_known=is_till_known)) is not None
    ]
    worst: Mapping[PriceTrouble, int] = {trouble: at for at, trouble in enumerate(PriceTrouble)}
    return sorted(found, key=lambda each: (worst[each.trouble], each.prices.sku))
