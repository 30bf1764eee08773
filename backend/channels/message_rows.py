"""Messages of the inbox as a supervisor looks at them: the newest, those to see to, and how much is kept of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.channels.models import ChannelMessageRow

_messages: sa.Table = ChannelMessageRow.__table__  # type: ignore[attr-defined]

KEPT_MAX = 500  # refused, and as many unreadable ones, per channel: forged messages must not fill the disk
REFUSED_BODY_MAX_BYTES = 16_384
TAKEN_HEADERS = frozenset(
    ("content-type", "user-agent", "x-app-id", "x-app-merchantid", "idempotency-key", "x-request-id")
)
NEVER_KEPT = frozenset(("authorization", "proxy-authorization", "cookie"))
HEADERS_MAX, HEADER_MAX_CHARACTERS, TAKEN_HEADER_MAX_CHARACTERS = 60, 1_000, 200


def headers_of_taken(headers: Mapping[str, str]) -> dict[str, str]:
    """The few that help to find a message again."""
    return {name: value[:TAKEN_HEADER_MAX_CHARACTERS] for name, value in headers.items() if name in TAKEN_HEADERS}


def headers_of_kept(headers: Mapping[str, str]) -> dict[str, str]:
    """All that a second try needs: topics and signatures stand there. What lets somebody in is not kept."""
    kept = [(name, value[:HEADER_MAX_CHARACTERS]) for name, value in headers.items() if name not in NEVER_KEPT]
    return dict(kept[:HEADERS_MAX])


def get(session: Session, store_id: str, row_id: str) -> ChannelMessageRow | None:
    row = session.get(ChannelMessageRow, row_id)
    return row if row is not None and row.store_id == store_id else None


def latest(
    session: Session, store_id: str, *, channel_id: str | None, verdicts: Sequence[str], limit: int
) -> Sequence[ChannelMessageRow]:
    query = select(ChannelMessageRow).where(ChannelMessageRow.store_id == store_id)
    if channel_id is not None:
        query = query.where(ChannelMessageRow.channel_id == channel_id)
    if verdicts:
        query = query.where(col(ChannelMessageRow.verdict).in_(verdicts))
    return session.exec(query.order_by(col(ChannelMessageRow.received_at).desc()).limit(limit)).all()


def last_by_channel(session: Session, store_id: str) -> dict[str, datetime]:
    """When each channel last sent something."""
    query = (
        select(ChannelMessageRow.channel_id, sa.func.max(col(ChannelMessageRow.received_at)))
        .where(ChannelMessageRow.store_id == store_id)
        .group_by(col(ChannelMessageRow.channel_id))
    )
    return dict(session.exec(query).all())


def count_by_channel(session: Session, store_id: str, verdicts: Sequence[str]) -> dict[str, int]:
    query = (
        select(ChannelMessageRow.channel_id, sa.func.count())
        .where(ChannelMessageRow.store_id == store_id, col(ChannelMessageRow.verdict).in_(verdicts))
        .group_by(col(ChannelMessageRow.channel_id))
    )
    return {channel_id: int(count) for channel_id, count in session.exec(query).all()}


def erase_contents(connection: Connection, before: datetime) -> None:
    """What older messages said: customers' names and addresses stand in them. What became of them is kept."""
    is_said = sa.and_(_messages.c.received_at < before, sa.or_(_messages.c.body != b"", _messages.c.query != ""))
    connection.execute(sa.update(_messages).where(is_said).values(body=b"", query="", headers="{}"))


def count(session: Session, channel_id: str, verdict: str) -> int:
    query = (
        select(sa.func.count())
        .select_from(ChannelMessageRow)
        .where(ChannelMessageRow.channel_id == channel_id, ChannelMessageRow.verdict == verdict)
    )
    return int(session.exec(query).one())
