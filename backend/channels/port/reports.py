"""What a channel must hear: the order an event is about, and the calls that say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from backend.channels.port.capability import DeadlineKind

CANCELLED_BY_CHANNEL = "channel"  # who, in order.cancelled
DISMISSED_BY_CHANNEL = "cancelled_by_channel"  # why, in order.dismissed
CANCELLED_ANOTHER_WAY = "another_channel"  # who, in order.cancelled: the order came, and was cancelled, another way too
DISMISSED_ANOTHER_WAY = "cancelled_by_another_channel"  # why, in order.dismissed


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """A line as a report may need it. Quantities in pieces or grams; `substitute_gtin` is empty without a barcode."""

    external_line_id: str
    sku: str = ""
    quantity_ordered: int = 0
    quantity_picked: int = 0
    is_unknown: bool = False
    quantity_substituted: int = 0
    substitute_sku: str = ""
    substitute_gtin: str = ""


@dataclass(frozen=True, slots=True)
class ReportedOrder:
    """The order an event is about, in the words of the channel. `order_id` is ours, empty while the order is held."""

    external_id: str
    order_id: str = ""
    display_code: str = ""
    lines: tuple[ReportedLine, ...] = ()
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One call the channel must hear. `body` is JSON, because the call waits in the outbox.

    `meets`: the deadline that is met once the channel has heard it; empty for most.
    """

    operation: str
    external_id: str
    body: dict[str, Any] | None = None
    meets: DeadlineKind | Literal[""] = ""
