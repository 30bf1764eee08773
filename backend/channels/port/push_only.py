"""What adapters share whose platform pushes everything and hears of whole orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeVar

from backend.channels.port.errors import ChannelError
from backend.channels.port.notices import Notice
from backend.channels.port.reports import (
    CANCELLED_BY_CHANNEL,
    DISMISSED_BY_CHANNEL,
    Call,
    ReportedLine,
    ReportedOrder,
)
from shared.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderDismissed,
    OrderHandedOver,
    OrderPickingStarted,
    OrderReady,
)

T = TypeVar("T")


class PushOnly:
    """The half of an adapter that has nothing to do where a platform pushes all there is."""

    async def poll(self) -> list[Notice]:
        return []

    async def acknowledge(self, notices: Sequence[Notice]) -> None:
        """Nothing to tell: the answer to the push was the acknowledgement."""


@dataclass(frozen=True, slots=True)
class Reports:
    """A platform's calls for what becomes of an order as a whole; it hears nothing of single lines.

    `started` and `handed_over` are for those that want to hear of the first step and the last, `accepted` is None where
    an order is accepted only after it is picked.
    """

    accepted: Callable[[ReportedOrder], Call] | None
    ready: Callable[[ReportedOrder], list[Call]]
    cancelled: Callable[[ReportedOrder, str], Call]
    started: Callable[[ReportedOrder], Call] | None = None
    handed_over: Callable[[ReportedOrder], Call] | None = None

    def of(self, event: Event, order: ReportedOrder) -> list[Call]:
        """The calls one of our events means; none for most, and none for what the platform itself wanted."""
        match event:
            case OrderAccepted() if self.accepted is not None:
                return [self.accepted(order)]
            case OrderPickingStarted() if self.started is not None:
                return [self.started(order)]
            case OrderReady():
                return self.ready(order)
            case OrderHandedOver() if self.handed_over is not None:
                return [self.handed_over(order)]
            case OrderCancelled() if event.cancelled_by != CANCELLED_BY_CHANNEL:
                return [self.cancelled(order, event.reason)]
            case OrderDismissed() if event.reason != DISMISSED_BY_CHANNEL:
                return [self.cancelled(order, event.reason)]
            case _:
                return []


def missing_count(line: ReportedLine, count: Decimal | int) -> int:
    """How many packs are missing of the `count` that the shopper ordered of a line.

    Less than a pack by weight is none: these platforms count packs. What was given instead counts as missing, for they
    have no word for it.
    """
    missing = line.quantity_ordered - line.quantity_picked
    if missing <= 0 or line.quantity_ordered <= 0:
        return 0
    return int((Decimal(count) * missing / line.quantity_ordered).to_integral_value(ROUND_FLOOR))


def substituted_count(line: ReportedLine, count: Decimal | int) -> int:
    """How many packs of the substitute are given for the `count` ordered of a line; whole ones only."""
    if line.quantity_substituted <= 0 or line.quantity_ordered <= 0:
        return 0
    return int((Decimal(count) * line.quantity_substituted / line.quantity_ordered).to_integral_value(ROUND_FLOOR))


def kept_quantity(line: ReportedLine, ordered: Decimal, *, is_weighed: bool = False) -> Decimal:
    """How much of the quantity `ordered` the shopper gets, in the platform's own count.

    Whole packs where whole packs were ordered, and no more than that; otherwise the exact share, to a thousandth. What
    is sold by weight may be more than was ordered.
    """
    if line.quantity_ordered <= 0:
        return Decimal(0)
    if not is_weighed and ordered == ordered.to_integral_value():
        return ordered - missing_count(line, ordered)
    share = (ordered * line.quantity_picked / line.quantity_ordered).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return share if is_weighed else min(share, ordered)


async def if_answered(reading: Awaitable[T]) -> T | None:
    """What the platform says of an order, to learn whether a call it refuses was applied before.

    None where it will not say. Raises what passes: the call is then made again.
    """
    try:
        return await reading
    except ChannelError as error:
        if error.is_retryable:
            raise
        return None
