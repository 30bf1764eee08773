"""What a channel tells us: the request as it came, and the plain values an adapter makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.incoming import IncomingOrder


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A request as it came, before anybody trusts it. Header names are lower case, `query` is as it was sent."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    path: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What a platform reads after it has sent us something."""

    status: int
    body: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing a channel told us. The same `message_id` is the same message, however often it comes."""

    message_id: str
    external_id: str = ""
    at: datetime | None = None
    original: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder(Notice):
    """A whole order. `memory` is what the adapter wants back with each later event of it; `deadlines` are instants
    that the platform names in the order itself. `chain`: channels of other stores set to the same may serve it.
    """

    order: IncomingOrder
    memory: dict[str, Any] = field(default_factory=dict)
    chain: str = ""
    deadlines: dict[DeadlineKind, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAvailable(Notice):
    """An order waits to be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested(Notice):
    """The channel asks whether the order can still be cancelled, and waits for the answer. `memory`: what the answer
    must repeat, added for it to what is remembered of the order.
    """

    reason: str = ""
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Notice):
    """The order is cancelled; nobody asks us."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored(Notice):
    """Understood, and nothing for us to do."""

    reason: str
