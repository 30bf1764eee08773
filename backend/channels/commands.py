"""What may be asked of this room. Each is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from backend.channels.errors import AmendmentDoesNotFit
from backend.channels.port import ChannelError, DeadlineKind, NewOrder, Notice, RawMessage
from shared.substitution import ShopperAnswer


@dataclass(frozen=True, slots=True)
class Sender:
    """The channel a message came from, and the store it belongs to."""

    store_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class TakeOrder:
    """A whole order, posted with an Idempotency-Key."""

    sender: Sender
    key: str
    request_hash: str
    message: RawMessage
    found: NewOrder


@dataclass(frozen=True, slots=True)
class TakeNotices:
    """What a webhook or a poll brought. `message` is None for polls: each notice then has its own original."""

    sender: Sender
    adapter: str
    notices: Sequence[Notice]
    answer_status: int
    message: RawMessage | None = None


@dataclass(frozen=True, slots=True)
class TakeFetchedOrder:
    sender: Sender
    found: NewOrder


@dataclass(frozen=True, slots=True)
class HoldUnreadableOrder:
    """The channel will never give us this order in a form we can read."""

    sender: Sender
    external_id: str
    error: ChannelError


@dataclass(frozen=True, slots=True)
class KeepRefusedMessage:
    """A message nobody may act on, kept for whoever has to find out why."""

    sender: Sender
    message: RawMessage
    error: ChannelError | AmendmentDoesNotFit


@dataclass(frozen=True, slots=True)
class AmendChannelOrder:
    """An order the channel sent before, whole and as it is now, with an Idempotency-Key of its own."""

    sender: Sender
    key: str
    request_hash: str
    message: RawMessage
    found: NewOrder


@dataclass(frozen=True, slots=True)
class CancelChannelOrder:
    """The channel cancels an order over our own interface."""

    sender: Sender
    external_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerProposal:
    """The shopper says whether a substitute may stay. `external_line_id` is the channel's own name of the line."""

    sender: Sender
    external_id: str
    external_line_id: str
    proposal_id: str
    answer: ShopperAnswer


@dataclass(frozen=True, slots=True)
class NoteCall:
    """The channel has heard a call about an order. `meets`: the deadline that is met by it, if any."""

    sender: Sender
    external_id: str
    meets: DeadlineKind | Literal[""]


@dataclass(frozen=True, slots=True)
class ActOnDeadline:
    """A platform's time limit is near, or over."""

    store_id: str
    deadline_id: str


@dataclass(frozen=True, slots=True)
class RetryHeldOrder:
    store_id: str
    exception_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class DismissHeldOrder:
    store_id: str
    exception_id: str
    person_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AcknowledgeEvents:
    """The channel has everything of its stream up to `sequence`."""

    sender: Sender
    sequence: int


@dataclass(frozen=True, slots=True)
class ReviveDeadLetter:
    store_id: str
    job_id: str


@dataclass(frozen=True, slots=True)
class AddChannel:
    store_id: str
    adapter: str
    name: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeChannel:
    """What is None stays as it is, and so do secrets that `settings` does not name. `keeps_last_secret`: what is signed
    with the secret before is taken for a day more.
    """

    store_id: str
    channel_id: str
    caused_by: str
    name: str | None = None
    settings: Mapping[str, Any] | None = None
    is_enabled: bool | None = None
    keeps_last_secret: bool = True


@dataclass(frozen=True, slots=True)
class SealSettings:
    """An older version stored this channel's secrets as they were given."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class TakeReplayed:
    """A message that was refused or could not be read, and now can: what it brings, and that it is done with."""

    sender: Sender
    adapter: str
    notices: Sequence[Notice]
    message: RawMessage
    row_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class SetWebhook:
    """Send a channel's events to an address as well."""

    store_id: str
    channel_id: str
    url: str
    form: str = "plain"


@dataclass(frozen=True, slots=True)
class RotateWebhookSecret:
    store_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class RemoveWebhook:
    store_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class DisableWebhook:
    """Its address answered that it is gone for good."""

    store_id: str
    channel_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class BringForward:
    """A channel answers again: the orders that could not be fetched from it are fetched now, and what it could not be
    told is told.
    """

    channel_id: str
    with_calls: bool


@dataclass(frozen=True, slots=True)
class ForgetMessages:
    """Shoppers' notes do not stay in the inbox for ever. `contents_before`: what older messages said goes; that they
    came, and their answers, stay until `before`.
    """

    before: datetime
    contents_before: datetime
