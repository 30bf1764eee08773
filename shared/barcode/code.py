"""What a scan means, once it has been understood."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

SCAN_MAX_CHARACTERS = 500  # the longest product code on a pack, a web address with every attribute, is far below
Element = tuple[str, str]  # application identifier and value: ("17", "261231")


class BarcodeKind(StrEnum):
    PRODUCT = "product"
    WEIGHED = "weighed"
    OTHER = "other"  # a right GS1 code that names no product: of a pallet, a place, a returnable box


class ScannedCode(BaseModel):
    """What a scan means. For weighed goods `article` is the number the scale prints; grams or price come with it.

    `upc_e` is the other meaning of eight digits that are right both as GTIN-8 and as UPC-E, which looks the same
    without a symbology identifier. `elements` are all application identifiers of a GS1 code in the order they stand.
    """

    model_config = ConfigDict(frozen=True)

    kind: BarcodeKind
    gtin: str = ""
    upc_e: str = ""
    article: str = ""
    weight_g: int | None = None
    price_minor: int | None = None
    add_on: str = ""  # the two or five digits beside a magazine's code
    elements: tuple[Element, ...] = ()

    @property
    def gtins(self) -> tuple[str, ...]:
        """Every GTIN the scan may mean; one, but for digits with two meanings."""
        return tuple(gtin for gtin in (self.gtin, self.upc_e) if gtin)

    def element(self, identifier: str) -> str:
        """The value of an application identifier, or nothing."""
        return next((value for found, value in self.elements if found == identifier), "")

    @property
    def batch(self) -> str:
        return self.element("10")

    @property
    def serial(self) -> str:
        return self.element("21")

    @property
    def count(self) -> int | None:
        """Pieces inside a pack of variable count (30) or items inside a case (37)."""
        said = self.element("30") or self.element("37")
        return int(said) if said else None
