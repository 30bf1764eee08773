"""What stands on each bag of an order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.handover.waiting import WaitingForCourier


@dataclass(frozen=True, slots=True)
class BagLabel:
    """`code` is what is scanned when the order is given out."""

    code: str
    display_code: str
    channel_name: str
    number: int
    bags: int
    place: str
    due: str
    warning: str = ""


def bag_labels(order: WaitingForCourier, zone: ZoneInfo, *, adults_only: str = "18+") -> list[BagLabel]:
    """One label for each bag, in their order."""
    due = _clock(order.due_at, zone)
    return [
        BagLabel(
            code=code,
            display_code=order.display_code,
            channel_name=order.channel_name,
            number=number,
            bags=len(order.bag_codes),
            place=order.place,
            due=due,
            warning=adults_only if order.is_age_restricted else "",
        )
        for number, code in enumerate(order.bag_codes, start=1)
    ]


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%H:%M")
