"""The tables of channels: who sends orders, what they sent, what waits for a person, and what each must hear."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime
from shared.channel_answers import ChannelOrderStatus as ChannelOrderStatus


class MessageVerdict(StrEnum):
    """What became of a message."""

    TAKEN = "taken"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    REPLAYED = "replayed"
    DUPLICATE = "duplicate"


class ExceptionStatus(StrEnum):
    OPEN = "open"
    RETRIED = "retried"
    DISMISSED = "dismissed"


class DeadlineStatus(StrEnum):
    """Open, then met; or acted on, or pressing because only a person can act, and then met, missed or dropped."""

    OPEN = "open"
    ACTED = "acted"
    PRESSING = "pressing"
    MET = "met"
    MISSED = "missed"
    DROPPED = "dropped"


class WebhookForm(StrEnum):
    """How an event is written: plainly, or as a CloudEvent."""

    PLAIN = "plain"
    CLOUDEVENTS = "cloudevents"


class ChannelRow(SQLModel, table=True):
    """One platform or shop that sends one store its orders. Secrets among its settings are sealed; one written as
    `env:NAME` is kept outside. `last_settings` are good for what is signed with them until `last_settings_until`.
    """

    __tablename__ = "channel"
    __table_args__ = (sa.UniqueConstraint("store_id", "name", name="channel_name"),)

    id: str = Field(primary_key=True)
    store_id: str
    adapter: str
    name: str
    settings: dict[str, Any] = Field(default={}, sa_type=sa.JSON)
    last_settings: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    last_settings_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_enabled: bool = True
    has_webhook: bool = Field(default=False, description="whether its events are sent somewhere besides its stream")
    last_sequence: int = Field(default=0, description="of the newest event of this channel's stream")
    acknowledged_up_to: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)


class ChannelWebhookRow(SQLModel, table=True):
    """Where a channel's events are sent. `secrets`: the newest first, each with the instant until which it is good."""

    __tablename__ = "channel_webhook"

    channel_id: str = Field(primary_key=True)
    store_id: str
    url: str
    form: str = WebhookForm.PLAIN.value
    secrets: list[dict[str, Any]] = Field(default=[], sa_type=sa.JSON)
    is_enabled: bool = True
    disabled_reason: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)


class ChannelMessageRow(SQLModel, table=True):
    """The inbox: one message, once, with the answer it got. Of one that was refused or unreadable everything is kept
    that a second try needs.
    """

    __tablename__ = "channel_message"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "channel_id", "message_id", name="channel_message_once"),
        sa.Index("channel_message_by_time", "channel_id", "verdict", "received_at"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    channel_id: str
    message_id: str
    request_hash: str
    path: str = ""
    query: str = Field(default="", sa_type=sa.Text)
    headers: str = Field(default="{}", sa_type=sa.Text)
    body: bytes = Field(default=b"", sa_type=sa.LargeBinary)
    verdict: str
    detail: str = ""
    answer_status: int
    answer: str = Field(default="", sa_type=sa.Text)
    received_at: datetime = Field(sa_type=UtcDateTime)


class ChannelOrderRow(SQLModel, table=True):
    """What we know of an order by its channel's own name, from the first word about it: events come in any order."""

    __tablename__ = "channel_order"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "channel_id", "external_id", name="channel_order_once"),
        sa.Index("channel_order_by_time", "channel_id", "received_at"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    channel_id: str
    external_id: str
    status: str
    content_hash: str = ""
    memory: dict[str, Any] = Field(default={}, sa_type=sa.JSON)
    reason: str = ""
    same_as: str = Field(default="", description="the row of the order that came another way before")
    received_at: datetime = Field(sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="when the channel heard that we accept it"
    )
    last_call_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OrderOriginRow(SQLModel, table=True):
    """Which channel brought a platform's order first. Its key is what makes one order of all the ways it comes."""

    __tablename__ = "order_origin"
    __table_args__ = (sa.PrimaryKeyConstraint("store_id", "platform", "platform_order_id"),)

    store_id: str
    platform: str
    platform_order_id: str
    channel_order_id: str
    placed_at: datetime = Field(sa_type=UtcDateTime)


class ChannelDeadlineRow(SQLModel, table=True):
    """One time limit of one order at its channel. `act_at`: when we do something about it at the latest."""

    __tablename__ = "channel_deadline"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "channel_id", "external_id", "kind", name="channel_deadline_once"),
        sa.Index("channel_deadline_by_time", "store_id", "closed_at", "expires_at"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    channel_id: str
    external_id: str
    kind: str
    status: str = DeadlineStatus.OPEN.value
    expires_at: datetime = Field(sa_type=UtcDateTime)
    act_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IntakeExceptionRow(SQLModel, table=True):
    """An order that could not be accepted as it is, waiting for a supervisor. Nothing of it is lost."""

    __tablename__ = "intake_exception"
    __table_args__ = (
        sa.Index("intake_exception_by_status", "store_id", "status", "created_at"),
        sa.Index(
            "intake_exception_one_open",
            "store_id",
            "channel_id",
            "external_id",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
    )

    id: str = Field(primary_key=True)
    store_id: str
    channel_id: str
    external_id: str
    display_code: str = ""
    reason: str
    facts: dict[str, Any] = Field(default={}, sa_type=sa.JSON)
    incoming: str = Field(default="", sa_type=sa.Text, description="the order in our words; empty where unreadable")
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status: str = ExceptionStatus.OPEN
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str = ""


class ChannelEventRow(SQLModel, table=True):
    """One event of a channel's stream. `sequence` is dense per channel: a gap would be a lost event."""

    __tablename__ = "channel_event"
    __table_args__ = (sa.PrimaryKeyConstraint("store_id", "channel_id", "sequence"),)

    channel_id: str
    sequence: int = Field(sa_column=sa.Column(sa.Integer, nullable=False, autoincrement=False))
    store_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    name: str
    external_id: str
    message: str = Field(sa_type=sa.Text, description="the whole message as it goes over the wire")
