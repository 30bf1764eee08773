"""What one channel can do, and by when it wants what: declared by its adapter, obeyed by the room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.picking import PriceBasis


class Intake(StrEnum):
    """How orders arrive: whole in a push, as a pointer in a push, or asked for."""

    PUSH_FULL = "push_full"
    PUSH_THIN = "push_thin"
    POLL = "poll"


class AcceptPoint(StrEnum):
    BEFORE_PICK = "before_pick"
    AFTER_PICK = "after_pick"


class AdjustMode(StrEnum):
    """When the channel takes a changed quantity: line by line, once at the end, later by a second word, or never."""

    PER_ITEM = "per_item"
    BATCH_AT_END = "batch_at_end"
    ASYNC_CONFIRM = "async_confirm"
    NONE = "none"


class RepeatSemantics(StrEnum):
    """What the channel says when a call comes twice."""

    ACCEPTED = "accepted"
    REFUSED_422 = "refused_422"
    ERROR = "error"


class DeadlineKind(StrEnum):
    """What a platform waits for: that the order is accepted, that picking begins, that it is over."""

    ACCEPT = "accept"
    START = "start"
    FINISH = "finish"


class CountsFrom(StrEnum):
    """What starts the time: the first word about the order, or the call that accepted it, or the one that began."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    STARTED = "started"


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long a platform waits, and how long before the end we do something about it.

    `within_s` 0: the order itself says the instant, in `NewOrder.deadlines`.
    """

    kind: DeadlineKind
    within_s: int
    counts_from: CountsFrom = CountsFrom.RECEIVED
    act_before_s: int = 60


@dataclass(frozen=True, slots=True)
class Capability:
    """What one channel can do. Times in seconds. `streams_products`: its stream tells of products too; `hears_stock`,
    `hears_prices`: it is called about them (`tell_stock`, `tell_prices`); `names_products_by_gtin`: under each GTIN a
    product has, and under its SKU where it has none.
    `hears_handover_pin`: it learns the one-time PIN of each order and passes it on to whoever fetches it.

    `min_interval_per_order_s` lies between any two calls about one order; `final_call_after_accept_s` between the call
    that accepted it and the one that says it is picked.
    """

    intake: tuple[Intake, ...]
    accept_point: AcceptPoint
    adjust_mode: AdjustMode
    repeat_semantics: RepeatSemantics
    sends_calls: bool = False
    signs_messages: bool = False
    can_reduce: bool = False
    can_increase: bool = False
    can_substitute: bool = False
    can_add: bool = False
    can_weigh: bool = False
    streams_products: bool = False
    hears_stock: bool = False
    hears_prices: bool = False
    names_products_by_gtin: bool = False
    hears_handover_pin: bool = False
    answer_status: int = 202
    deadlines: tuple[Deadline, ...] = ()
    poll_interval_s: int = 0
    min_interval_per_order_s: int = 0
    final_call_after_accept_s: int = 0

    @property
    def price_basis(self) -> PriceBasis:
        """A channel that hears no weights charges what was ordered."""
        return PriceBasis.WEIGHED if self.can_weigh else PriceBasis.ORDERED
