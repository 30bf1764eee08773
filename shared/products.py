"""Products as a picker and a channel see them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import Id


class UnitOfMeasure(StrEnum):
    """What a quantity counts. Quantities are whole numbers everywhere: pieces, or grams for weighed products."""

    EACH = "each"
    GRAM = "gram"


class TemperatureClass(StrEnum):
    """How warm a product may be."""

    AMBIENT = "ambient"
    CHILLED = "chilled"
    FROZEN = "frozen"


class Handling(StrEnum):
    """What lies on what in a tote: heavy goods below, fragile ones on top."""

    HEAVY = "heavy"
    ORDINARY = "ordinary"
    FRAGILE = "fragile"


class ProductNames(BaseModel):
    """The product's name in the languages the store speaks; English is always there."""

    model_config = ConfigDict(frozen=True)

    en: str = Field(min_length=1, max_length=120)
    zh: str = Field(default="", max_length=120)
    pt: str = Field(default="", max_length=120)

    def in_language(self, language: str) -> str:
        """The name in `language` (`en`, `zh`, `pt`), or English where it is not known."""
        return str(getattr(self, language, "")) or self.en


class ProductCard(BaseModel):
    """What the phone needs to know of a product to find it, show it and check a scan."""

    model_config = ConfigDict(frozen=True)

    id: Id
    sku: str = Field(min_length=1, max_length=40)
    gtins: list[str] = Field(description="every GTIN that is this product, 8 to 14 digits, shortest form")
    names: ProductNames
    department: str = ""
    unit: UnitOfMeasure = UnitOfMeasure.EACH
    temperature: TemperatureClass = TemperatureClass.AMBIENT
    handling: Handling = Handling.ORDINARY
    is_age_restricted: bool = False
    price_minor: int = Field(default=0, ge=0, description="minor units; per kilogram if weighed")
    piece_weight_g: int = Field(default=0, ge=0, description="weight of one piece, 0 where unknown")
    max_per_order: int = Field(
        default=0, ge=0, description="an order gets no more of it: pieces, or grams; 0: no limit"
    )
    article: str = Field(default="", max_length=13, description="the number scales print for it; empty: not weighed")
    size: str = Field(default="", max_length=40, description="as printed on the pack: 500 g, 6 x 330 ml")
    picture: str = Field(default="", max_length=80, description="shape:colour of the drawn picture, `bottle:2e7d32`")
