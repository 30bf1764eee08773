"""How an order gets to its customer: what a platform says of it, for the slip that travels with the bags."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.order_texts import SHOWN, Line, Note

ADDRESS_LINES_MAX = 8


class DeliveryKind(StrEnum):
    """Who takes the bags from the desk."""

    PICKUP = "pickup"  # the customer
    PLATFORM_COURIER = "platform_courier"
    OWN_COURIER = "own_courier"  # of the store


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Position(_Said):
    """On the earth, in degrees (WGS 84)."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Delivery(_Said):
    """Everything may be left out: what is not said is not made up. It is erased some days after the order is over."""

    kind: DeliveryKind | None = Field(default=None, description="who fetches it; left out: the platform does not say")
    recipient_name: Annotated[str, StringConstraints(max_length=120, pattern=SHOWN)] = ""
    phone: Annotated[str, StringConstraints(max_length=60, pattern=SHOWN)] = Field(
        default="", description="as the platform gives it; often one of the platform's own, with an extension"
    )
    address_lines: Annotated[list[Line], Field(max_length=ADDRESS_LINES_MAX)] = []
    position: Position | None = None
    route_note: Note = Field(default="", description="for the courier: floor, gate, where to ring")
    handover_code: Annotated[str, StringConstraints(max_length=40, pattern=SHOWN)] = Field(
        default="", description="what the courier or the customer says or shows"
    )
