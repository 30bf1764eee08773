"""The port to the channels: what an adapter promises, and the plain values that cross it in both directions."""

from backend.channels.port.capability import (
    AcceptPoint,
    AdjustMode,
    Capability,
    CountsFrom,
    Deadline,
    DeadlineKind,
    Intake,
    RepeatSemantics,
)
from backend.channels.port.contract import ChannelAdapter, Edge
from backend.channels.port.errors import (
    CallTooEarly,
    ChannelError,
    ChannelRefused,
    ChannelUnavailable,
    PayloadUnknown,
    SignatureInvalid,
)
from backend.channels.port.incoming import ExternalId, IncomingLine, IncomingOrder, OrderOrigin, OrderUnit
from backend.channels.port.notices import (
    Cancelled,
    CancelRequested,
    Ignored,
    NewOrder,
    Notice,
    OrderAvailable,
    RawMessage,
    WebhookAnswer,
)
from backend.channels.port.reading import read_json
from backend.channels.port.reports import (
    CANCELLED_ANOTHER_WAY,
    CANCELLED_BY_CHANNEL,
    DISMISSED_ANOTHER_WAY,
    DISMISSED_BY_CHANNEL,
    Call,
    ReportedLine,
    ReportedOrder,
)

__all__ = [
    "CANCELLED_ANOTHER_WAY",
    "CANCELLED_BY_CHANNEL",
    "DISMISSED_ANOTHER_WAY",
    "DISMISSED_BY_CHANNEL",
    "AcceptPoint",
    "AdjustMode",
    "Call",
    "CallTooEarly",
    "CancelRequested",
    "Cancelled",
    "Capability",
    "ChannelAdapter",
    "ChannelError",
    "ChannelRefused",
    "ChannelUnavailable",
    "CountsFrom",
    "Deadline",
    "DeadlineKind",
    "Edge",
    "ExternalId",
    "Ignored",
    "IncomingLine",
    "IncomingOrder",
    "Intake",
    "NewOrder",
    "Notice",
    "OrderAvailable",
    "OrderOrigin",
    "OrderUnit",
    "PayloadUnknown",
    "RawMessage",
    "RepeatSemantics",
    "ReportedLine",
    "ReportedOrder",
    "SignatureInvalid",
    "WebhookAnswer",
    "read_json",
]
