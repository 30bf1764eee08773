"""Every query on outgoing webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, select

from backend.channels.models import ChannelEventRow, ChannelRow, ChannelWebhookRow

_channels: sa.Table = ChannelRow.__table__  # type: ignore[attr-defined]


def get(session: Session, store_id: str, channel_id: str) -> ChannelWebhookRow | None:
    query = select(ChannelWebhookRow).where(
        ChannelWebhookRow.channel_id == channel_id, ChannelWebhookRow.store_id == store_id
    )
    return session.exec(query).one_or_none()


def mark_channel(connection: Connection, channel_id: str, *, has_webhook: bool) -> None:
    """Kept with the channel as well, where every event looks."""
    connection.execute(sa.update(_channels).where(_channels.c.id == channel_id).values(has_webhook=has_webhook))


def get_message(session: Session, store_id: str, channel_id: str, sequence: int) -> str | None:
    """One event of a channel's stream as it goes over the wire."""
    query = select(ChannelEventRow.message).where(
        ChannelEventRow.store_id == store_id,
        ChannelEventRow.channel_id == channel_id,
        ChannelEventRow.sequence == sequence,
    )
    return session.exec(query).one_or_none()
