"""What a picker carries out: pick lists, totes and picks, as the phone keeps them.

Fields a phone does not know are passed over: an app that is older than the backend still shows its pick lists.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import Id
from shared.labels import BlinkPattern, LightColour
from shared.places import Location
from shared.products import ProductCard, UnitOfMeasure
from shared.substitution import PickSubstitution, SubstituteCandidate, SubstitutionWish

TOTE_LETTERS = "ABCDEF"
TOTES_MAX = len(TOTE_LETTERS)


TOLERANCE_PERCENT = 25  # of the ordered grams, where nobody says otherwise: nobody cuts a melon to the gram
HEAD_SETTLES_S = 3.0  # so long after a pick its product is still in the hand; then one walks to the next stop


class PickStatus(StrEnum):
    OPEN = "open"
    PICKED = "picked"
    SHORT = "short"
    PROPOSED = "proposed"  # a substitute is in the tote, and the shopper is asked
    SUBSTITUTED = "substituted"
    CANCELLED = "cancelled"


class ShortReason(StrEnum):
    """Why fewer were found than ordered."""

    NOT_ON_SHELF = "not_on_shelf"
    TOO_FEW = "too_few"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    WRONG_PRODUCT_ON_SHELF = "wrong_product_on_shelf"


class PickListStatus(StrEnum):
    READY = "ready"
    PICKING = "picking"
    FINISHED = "finished"
    CANCELLED = "cancelled"


def is_quantity_right(
    unit: UnitOfMeasure, ordered: int, found: int, tolerance_percent: int = TOLERANCE_PERCENT
) -> bool:
    """Whether `found` counts as the whole order: the exact pieces, or grams within the tolerance."""
    if unit is UnitOfMeasure.EACH:
        return found == ordered
    return abs(found - ordered) * 100 <= ordered * tolerance_percent


def weight_range(ordered_g: int, tolerance_percent: int) -> tuple[int, int]:
    """The fewest and the most whole grams that count as what was ordered."""
    spare_g = ordered_g * tolerance_percent // 100
    return ordered_g - spare_g, ordered_g + spare_g


def quantity_missing(unit: UnitOfMeasure, ordered: int, given: int, tolerance_percent: int = TOLERANCE_PERCENT) -> int:
    """How much of `ordered` is still missing where `given` is in the tote, substitutes counted."""
    return 0 if is_quantity_right(unit, ordered, given, tolerance_percent) else max(0, ordered - given)


def is_substitute_possible(
    unit: UnitOfMeasure, ordered: int, found: int, substituted: int, tolerance_percent: int = TOLERANCE_PERCENT
) -> bool:
    """Whether so much of a substitute may lie beside so much of the ordered product: together no more than ordered."""
    together = found + substituted
    is_room = together <= ordered or is_quantity_right(unit, ordered, together, tolerance_percent)
    return 0 <= found < ordered and substituted > 0 and is_room


class PickProgress(BaseModel):
    """What has become of one pick. `quantity_*` in the product's unit: pieces, or grams."""

    model_config = ConfigDict(frozen=True)

    id: Id
    status: PickStatus = PickStatus.OPEN
    quantity_picked: int = Field(default=0, ge=0)
    short_reason: ShortReason | None = None
    store_reason: str = Field(default="", max_length=40, description="the store's own word for it, if it has one")


class Pick(PickProgress):
    """One stop: product, quantity, location, tote. `position` counts from 0 along the walk."""

    position: int = Field(ge=0)
    order_line_id: Id
    tote_letter: str = Field(pattern=r"^[A-F]$")
    product: ProductCard
    location: Location
    quantity_ordered: int = Field(gt=0)
    quantity_max: int | None = Field(default=None, ge=0, description="an order gets no more of it; None: no limit")
    tolerance_percent: int = Field(
        default=TOLERANCE_PERCENT,
        ge=0,
        le=100,
        description="by how much weighed goods may differ from what was ordered",
    )
    note: str = Field(default="", max_length=400)
    is_cut_off: bool = Field(default=False, description="only to be reached through a blocked aisle: it comes last")
    wish: SubstitutionWish = Field(
        default=SubstitutionWish.REFUSE, description="what the shopper says about substitutes"
    )
    candidates: list[SubstituteCandidate] = Field(default=[], description="what may be given instead, the best first")
    substitution: PickSubstitution | None = Field(default=None, description="what is given instead, or was offered")

    @property
    def quantity_wanted(self) -> int:
        """What is to be taken: what was ordered, but no more than an order may get."""
        return self.quantity_ordered if self.quantity_max is None else min(self.quantity_ordered, self.quantity_max)

    @property
    def is_limited(self) -> bool:
        """More was ordered than an order may get: the rest is told as short."""
        return self.quantity_wanted < self.quantity_ordered


class PriceBasis(StrEnum):
    """What a shopper pays for weighed goods, as their channel settles it."""

    WEIGHED = "weighed"  # what was weighed
    ORDERED = "ordered"  # what was ordered, as long as the weight is within its tolerance


class Tote(BaseModel):
    """The container of one order on the trolley."""

    model_config = ConfigDict(frozen=True)

    id: Id
    letter: str = Field(pattern=r"^[A-F]$")
    order_id: Id
    display_code: str = Field(max_length=40, description="what people call the order")
    channel_name: str = Field(max_length=80)
    price_basis: PriceBasis | None = Field(default=None, description="None: an older backend does not say")
    due_at: datetime
    codes: list[str] = Field(
        default=[], description="of the containers that are this tote, by scan; the last is being filled"
    )
    chilled_since: datetime | None = Field(default=None, description="when the first chilled product went in")
    frozen_since: datetime | None = None
    is_packed: bool = Field(default=False, description="its bags are counted, and stand where they are fetched")
    bags: int = Field(default=0, ge=0)
    bag_codes: list[str] = []
    place: str = Field(default="", description="where the bags stand")


class PickList(BaseModel):
    """One picker's walk with one trolley, for up to six orders."""

    model_config = ConfigDict(frozen=True)

    id: Id
    store_id: Id
    revision: int = Field(ge=0, description="grows with every change; the higher one wins")
    status: PickListStatus
    due_at: datetime
    totes: list[Tote]
    picks: list[Pick]
    walk: list[int] = Field(
        description="map nodes to the desk, from the entrance or, planned anew on the way, from where the picker was"
    )
    walk_m: float = Field(ge=0, description="the whole walk, what is behind the picker included")
    picker_id: Id | None = None
    picker_name: str = ""
    colour: LightColour | None = None
    pattern: BlinkPattern | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    left_at: datetime | None = Field(default=None, description="under way, but nobody walks with it: take it as it is")
    left_near: str = Field(default="", description="the address of the last pick before it was left; empty: none yet")

    @property
    def is_left(self) -> bool:
        """Somebody began it and walks with it no more."""
        return self.status is PickListStatus.PICKING and self.left_at is not None
