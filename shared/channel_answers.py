"""What a channel is answered, over HTTP and over its stream: typed for whoever asks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from shared.substitution import SubstitutionStatus


class ChannelOrderStatus(StrEnum):
    """How far an order has come on its way in. What happens after `accepted` is the orders room's."""

    ANNOUNCED = "announced"
    ACCEPTED = "accepted"
    HELD = "held"
    DISMISSED = "dismissed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    PASSED_ON = "passed_on"


class OrderAnswer(BaseModel):
    """What became of a posted order."""

    external_id: str = Field(examples=["web-10042"])
    status: ChannelOrderStatus = Field(
        description="accepted: it will be picked; held: a supervisor looks at it first; duplicate: it came another way "
        "before, and is picked and told of there"
    )
    order_id: str | None = Field(default=None, description="our id, where it was accepted")
    intake_exception_id: str | None = Field(default=None, description="where it is held")
    store_id: str | None = Field(default=None, description="of a chain: the store that serves it, if it is another one")
    reason: str | None = Field(
        default=None, description="why it is held, or which order it is", examples=["product_unknown"]
    )


class ProposalDecision(BaseModel):
    """What was decided about a substitute."""

    proposal_id: str
    status: SubstitutionStatus = Field(description="approved or refused")
    decided_at: datetime


class OrderSummary(BaseModel):
    """An order in a list."""

    external_id: str
    status: str = Field(
        description="announced, held, dismissed, duplicate, passed_on, accepted, planned, picking, ready or cancelled",
        examples=["picking"],
    )
    order_id: str | None = Field(description="our id, once accepted")
    reason: str = Field(description="why it is held, dismissed or cancelled")
    received_at: datetime
    due_at: datetime | None
    ready_at: datetime | None


class LineView(BaseModel):
    """One line. Quantities in pieces, or in grams for products sold by weight."""

    external_line_id: str
    sku: str
    unit: str
    quantity_ordered: int
    quantity_picked: int
    status: str
    short_reason: str | None
    wish: str = Field(description="what the shopper says about substitutes: refuse, ask or allow")
    quantity_substituted: int = Field(description="of another product, given instead")
    substitute_sku: str | None = Field(description="which other product, or which one the shopper is asked about")
    proposal_id: str | None = Field(description="the proposal, where a substitute was found")


class OrderView(OrderSummary):
    """One order with its lines; no lines while it is held."""

    lines: list[LineView]
