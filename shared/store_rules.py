"""What each store decides for itself about picking: one set of rules for its phones and for the backend.

Rules a phone does not know are passed over: an app that is older than the backend goes on as it did before.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.picking import TOLERANCE_PERCENT, PickList
from shared.short_reasons import REASONS_MAX, StoreReason


class ToteCheck(StrEnum):
    """When a picker must show, by scanning it, into which tote a product went."""

    ALWAYS = "always"
    SEVERAL = "several"  # while several orders are on the trolley: with one there is nothing to mistake
    NEVER = "never"


class LabelPress(StrEnum):
    """What a press of the label's own button means at the stop a picker is at. A scan always does."""

    IGNORED = "ignored"
    COUNTS = "counts"  # one piece is in the hand


class StoreRules(BaseModel):
    """Every rule has a default: a store says only what it wants otherwise."""

    model_config = ConfigDict(frozen=True)

    confirm_tote: ToteCheck = ToteCheck.NEVER
    label_press: LabelPress = LabelPress.IGNORED
    tote_prefix: str = Field(
        default="TOTE-", min_length=2, max_length=12, description="how codes on totes begin; a GS1 GRAI always is one"
    )
    near_expiry_days: int = Field(
        default=2,
        ge=0,
        le=3650,
        description="from how many days before its last one a product is pointed out, today counted",
    )

    short_reasons: list[StoreReason] = Field(
        default=[],
        max_length=REASONS_MAX,
        description="why something is short, as pickers see it; empty: the standard ones",
    )
    weighed_tolerance_percent: int = Field(
        default=TOLERANCE_PERCENT, ge=0, le=100, description="of weighed goods, where an order line says nothing of it"
    )
    counts_bags: bool = Field(default=False, description="each order's bags are counted at the desk")
    stages_orders: bool = Field(default=False, description="the place where an order's bags stand is scanned")
    asks_handover_pin: bool = Field(
        default=False, description="whoever fetches an order says its one-time PIN, where the channel was told it"
    )
    chilled_limit_min: int = Field(default=45, ge=0, le=600, description="out of the cold so long at most; 0: no limit")
    frozen_limit_min: int = Field(default=25, ge=0, le=600, description="the same for frozen products")
    orders_per_hour: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="of a chain: so many orders this store picks in an hour; 0: as its pickers on shift and the pace"
        " measured say",
    )
    delivery_limit_km: int = Field(default=0, ge=0, le=20_000, description="of a chain: no farther; 0: no limit")
    bag_prefix: str = Field(default="BAG-", min_length=2, max_length=12, description="how codes on bags begin")
    place_prefix: str = Field(default="STAGE-", min_length=2, max_length=12, description="how codes of places begin")

    @field_validator("short_reasons")
    @classmethod
    def _each_reason_is_there_once(cls, reasons: list[StoreReason]) -> list[StoreReason]:
        if len({reason.code for reason in reasons}) != len(reasons):
            raise ValueError("a reason stands here twice")
        return reasons

    @property
    def packs(self) -> bool:
        """Whether anything is asked of an order at the desk before it is ready."""
        return self.counts_bags or self.stages_orders

    def asks_tote(self, walk: PickList) -> bool:
        """Whether products of this walk must be shown into which tote they went."""
        if self.confirm_tote is ToteCheck.SEVERAL:
            return len(walk.totes) > 1
        return self.confirm_tote is ToteCheck.ALWAYS


DEFAULT_RULES = StoreRules()
