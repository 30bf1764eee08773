"""An order in our own words: what a channel posts, and what every adapter makes of what its platform sent."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.delivery import Delivery
from shared.order_origin import OrderOrigin
from shared.order_texts import SHOWN, Line, Note
from shared.substitution import SubstitutionWish

LINES_MAX = 200
GTINS_MAX = 12
WISHED_SKUS_MAX = 5
QUANTITY_MAX = Decimal(100_000)
MINOR_MAX = 10_000_000_000
_YEARS = range(2000, 2100)

Sku = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,40}$")]
Gtin = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,14}$")]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]{0,79}$")]


class OrderUnit(StrEnum):
    """What a channel counts in. The house itself knows pieces and grams only."""

    EACH = "each"
    KILOGRAM = "kg"
    GRAM = "g"
    POUND = "lb"
    OUNCE = "oz"
    LITRE = "l"


def _of_this_century(instant: datetime) -> datetime:
    if instant.year not in _YEARS:
        raise ValueError("an instant of another century")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_of_this_century)]


class _Incoming(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class IncomingLine(_Incoming):
    """One product a shopper bought. At least a SKU or a GTIN says which."""

    external_line_id: Line
    sku: Annotated[str, StringConstraints(max_length=40, pattern=SHOWN)] = ""
    gtins: Annotated[list[Gtin], Field(max_length=GTINS_MAX)] = []
    name: Line
    quantity: Annotated[Decimal, Field(gt=0, le=QUANTITY_MAX, max_digits=9, decimal_places=3)]
    unit: OrderUnit = OrderUnit.EACH
    unit_price_minor: Annotated[int, Field(ge=0, le=MINOR_MAX, description="price of one unit, in minor units")] = 0
    note: Note = ""
    substitution: SubstitutionWish | None = Field(
        default=None,
        exclude_if=lambda wish: wish is None,  # orders from before this was asked keep their fingerprint
        description="if it is missing: refuse (rather nothing), ask (the shopper), or allow (the store chooses); "
        "left out: as the channel is set, which is refuse unless said otherwise",
    )
    wished_skus: Annotated[list[Sku], Field(max_length=WISHED_SKUS_MAX)] = Field(
        default=[],
        exclude_if=lambda skus: not skus,
        description="what the shopper would like instead, best first; others may be given where none of them is there",
    )

    quantity_max: Annotated[Decimal, Field(gt=0, le=QUANTITY_MAX, max_digits=9, decimal_places=3)] | None = Field(
        default=None,
        exclude_if=lambda most: most is None,
        description="in `unit`: the shopper gets no more of it, whatever was ordered; the rest is reported as short",
    )
    weight_tolerance_percent: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None,
        exclude_if=lambda percent: percent is None,
        description="by how much weighed goods may differ from `quantity`; left out: as the store has it",
    )

    @model_validator(mode="after")
    def _names_a_product(self) -> IncomingLine:
        if not self.sku and not self.gtins:
            raise ValueError("a line names its product by sku or by gtins")
        return self


class IncomingOrder(_Incoming):
    """An order in our own words. It is also the body of our own order endpoint, and its example below is a real one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "external_id": "web-10042",
                    "display_code": "A42",
                    "placed_at": "2026-01-05T08:00:00Z",
                    "due_at": "2026-01-05T09:30:00Z",
                    "note": "Ring twice",
                    "currency": "EUR",
                    "total_minor": 1047,
                    "lines": [
                        {
                            "external_line_id": "1",
                            "sku": "OAT-DRINK-1L",
                            "gtins": ["4006381333931"],
                            "name": "Oat drink 1 l",
                            "quantity": "2",
                            "unit": "each",
                            "unit_price_minor": 249,
                            "substitution": "ask",
                            "wished_skus": ["OAT-DRINK-BARISTA-1L"],
                        },
                        {
                            "external_line_id": "2",
                            "sku": "BANANA",
                            "name": "Bananas",
                            "quantity": "1.250",
                            "unit": "kg",
                            "unit_price_minor": 439,
                            "note": "Not too ripe",
                        },
                    ],
                }
            ]
        }
    )

    external_id: ExternalId = Field(description="your own id of the order; one order per id, for ever")
    display_code: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=SHOWN)] = Field(
        description="what people call the order"
    )
    placed_at: Instant
    due_at: Instant = Field(description="the promised instant: picked and packed by then")
    note: Note = ""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    total_minor: Annotated[int, Field(ge=0, le=MINOR_MAX, description="never computed again by us")]
    lines: Annotated[list[IncomingLine], Field(min_length=1, max_length=LINES_MAX)]
    origin: OrderOrigin | None = Field(
        default=None,
        exclude_if=lambda origin: origin is None,
        description="where it was ordered, if it may come to the store another way as well: it is then picked once",
    )
    store: Annotated[str, StringConstraints(max_length=80, pattern=SHOWN)] = Field(
        default="",
        exclude_if=lambda store: not store,
        description="of a chain: the store that serves it, by id or name; left out: the one that can serve it best",
    )
    delivery: Delivery | None = Field(
        default=None,
        exclude_if=lambda delivery: delivery is None,
        description="how it gets to the customer: for the slip that travels with the bags, and for nothing else",
    )

    @model_validator(mode="after")
    def _lines_have_ids_of_their_own(self) -> IncomingOrder:
        if len({line.external_line_id for line in self.lines}) != len(self.lines):
            raise ValueError("two lines have the same external_line_id")
        return self
