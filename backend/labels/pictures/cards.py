"""What each label says, out of the catalogue: names in the store's languages, the price, its promotion, the barcode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from backend.catalog.products import CatalogProduct
from backend.labels.pictures.card import PriceCard, Promotion

LOCALES = {"en": "en", "zh": "zh_CN", "pt": "pt_PT"}


class ShelvedProducts(Protocol):
    """What the catalogue is asked: the products that stand at these locations (None: at any), by location."""

    def standing_at(
        self, session: Session, store_id: str, location_ids: Sequence[str] | None
    ) -> Mapping[str, CatalogProduct]: ...

    def locations_of(self, session: Session, store_id: str, product_ids: Sequence[str]) -> set[str]: ...


class StoreTongue(Protocol):
    """What the stores room is asked: how this store speaks and counts. Languages, and the currency (ISO 4217)."""

    def tongue(self, session: Session, store_id: str) -> tuple[Sequence[str], str]: ...


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card, and the product that stands there."""

    product_id: str
    card: PriceCard


class Cards:
    """Reads what is to be drawn. Where several products share a location, the label names the first by SKU."""

    def __init__(self, products: ShelvedProducts, stores: StoreTongue) -> None:
        self._products = products
        self._stores = stores

    def at(self, session: Session, store_id: str, location_ids: Sequence[str] | None) -> Mapping[str, PlacedCard]:
        """By location; nothing where no product stands."""
        languages, currency = self._stores.tongue(session, store_id)
        return {
            location_id: PlacedCard(product.card.id, card_of(product, languages, currency))
            for location_id, product in self._products.standing_at(session, store_id, location_ids).items()
        }

    def locations_of(self, session: Session, store_id: str, product_ids: Sequence[str]) -> set[str]:
        """Where these products stand."""
        return self._products.locations_of(session, store_id, product_ids)


def card_of(product: CatalogProduct, languages: Sequence[str], currency: str) -> PriceCard:
    """In the store's first language, with the name in its second below where that is another one."""
    first, second = (*languages, "en", "en")[:2]
    name = product.card.names.in_language(first)
    other = product.card.names.in_language(second) if len(languages) > 1 else ""
    promotion = Promotion(product.was_minor, product.promotion) if product.was_minor is not None else None
    return PriceCard(
        name=name,
        price_minor=product.card.price_minor,
        currency=currency,
        locale=LOCALES.get(first, "en"),
        second_name=other if other != name else "",
        size=product.card.size,
        unit=product.card.unit,
        gtin=product.card.gtins[0] if product.card.gtins else "",
        sku=product.card.sku,
        promotion=promotion,
    )
