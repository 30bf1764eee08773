"""The port to the channels: what an adapter promises, and the plain values that cross it in both directions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Protocol

import httpx
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from backend.core.errors import EdgeError
from shared.clock import Clock
from shared.events import Event
from shared.substitution import SubstitutionWish

LINES_MAX = 200
GTINS_MAX = 12
WISHED_SKUS_MAX = 5
QUANTITY_MAX = Decimal(100_000)
MINOR_MAX = 10_000_000_000
CANCELLED_BY_CHANNEL = "channel"  # who, in order.cancelled
DISMISSED_BY_CHANNEL = "cancelled_by_channel"  # why, in order.dismissed
_YEARS = range(2000, 2100)

# What PostgreSQL and a terminal can both show: no control characters except tab and line ends.
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
Sku = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,40}$")]
Gtin = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,14}$")]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]{0,79}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_TEXT)]
Note = Annotated[str, StringConstraints(max_length=400, pattern=_TEXT)]


class ChannelError(EdgeError):
    """A channel, or what it sent, failed us. Subclasses say whether trying again can help."""

    is_retryable: ClassVar[bool] = False


class SignatureInvalid(ChannelError):
    """The message does not prove who sent it. The detail stays the same whatever was wrong."""

    status: ClassVar[int] = 401


class PayloadUnknown(ChannelError):
    """The message is not one we can read: asking for it again would bring the same."""

    status: ClassVar[int] = 422


class ChannelRefused(ChannelError):
    """The channel answered that it will never do this."""


class ChannelUnavailable(ChannelError):
    """The channel did not answer, or said later. `facts["retry_after_s"]` is its wish where it told one."""

    is_retryable: ClassVar[bool] = True


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


@dataclass(frozen=True, slots=True)
class Capability:
    """What one channel can do. Times in seconds."""

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
    answer_status: int = 202
    confirm_deadline_s: int | None = None
    poll_interval_s: int = 0
    min_interval_per_order_s: int = 0


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
    sku: Annotated[str, StringConstraints(max_length=40, pattern=_TEXT)] = ""
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
    display_code: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=_TEXT)] = Field(
        description="what people call the order"
    )
    placed_at: Instant
    due_at: Instant = Field(description="the promised instant: picked and packed by then")
    note: Note = ""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    total_minor: Annotated[int, Field(ge=0, le=MINOR_MAX, description="never computed again by us")]
    lines: Annotated[list[IncomingLine], Field(min_length=1, max_length=LINES_MAX)]

    @model_validator(mode="after")
    def _lines_have_ids_of_their_own(self) -> IncomingOrder:
        if len({line.external_line_id for line in self.lines}) != len(self.lines):
            raise ValueError("two lines have the same external_line_id")
        return self


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A request as it came, before anybody trusts it. Header names are lower case."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing a channel told us. The same `message_id` is the same message, however often it comes."""

    message_id: str
    external_id: str = ""
    at: datetime | None = None
    original: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder(Notice):
    """A whole order. `memory` is what the adapter wants back with each later event of it."""

    order: IncomingOrder
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAvailable(Notice):
    """An order waits to be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested(Notice):
    """The channel asks whether the order can still be cancelled, and waits for the answer."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Notice):
    """The order is cancelled; nobody asks us."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored(Notice):
    """Understood, and nothing for us to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """A line as a report may need it. Quantities in pieces or grams."""

    external_line_id: str
    sku: str = ""
    quantity_ordered: int = 0
    quantity_picked: int = 0
    is_unknown: bool = False
    quantity_substituted: int = 0
    substitute_sku: str = ""


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
    """One call the channel must hear. `body` is JSON, because the call waits in the outbox."""

    operation: str
    external_id: str
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """What an adapter needs of the outside: handed in, so that tests and demos decide what it is."""

    clock: Clock
    http_transport: httpx.AsyncBaseTransport | None = None


class ChannelAdapter(Protocol):
    """Translates between one channel's words and ours.

    `verify`, `parse`, `report` and `answer_cancellation` are pure; the last two need no settings either, so that a
    broken setting never stands in the way of a pick. The others may wait for the network, and raise
    ChannelUnavailable, ChannelRefused or PayloadUnknown and nothing else. `send` is called at least once: a repeat the
    channel refuses is done.
    """

    @property
    def capability(self) -> Capability: ...

    def verify(self, message: RawMessage) -> None:
        """Check who sent it, over the raw bytes. Raises SignatureInvalid."""

    def parse(self, message: RawMessage) -> list[Notice]:
        """Understand a pushed message. Raises PayloadUnknown."""
        ...

    async def fetch(self, external_id: str) -> NewOrder:
        """Read one whole order."""
        ...

    async def poll(self) -> list[Notice]:
        """Ask for news, oldest first. Nothing is forgotten by the channel before `acknowledge`."""
        ...

    async def acknowledge(self, notices: Sequence[Notice]) -> None:
        """Tell the channel that these are stored."""

    @staticmethod
    def report(event: Event, order: ReportedOrder) -> list[Call]:
        """Which calls this event means for the channel; none for most."""
        ...

    @staticmethod
    def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
        """Which calls answer a CancelRequested."""
        ...

    async def send(self, call: Call) -> None:
        """Make one call."""

    async def aclose(self) -> None:
        """Close what was opened."""


def read_json(raw: bytes) -> Any:
    """Parse JSON as adapters must: duplicate keys, NaN and broken text are PayloadUnknown; fractions are Decimal."""
    try:
        return _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PayloadUnknown("the message is not clean JSON") from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice in one object")
    return found


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_float=Decimal, parse_constant=_refuse_constant)
