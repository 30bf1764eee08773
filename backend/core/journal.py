"""The journal: every event, kept for ever in the order it happened, for people, phones and audits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Field, Session, SQLModel, col, select

from backend.core.database import UtcDateTime
from backend.core.statements import Statement
from shared.events import EVENTS, Event

PROBLEMS = ("command.refused", "label.silent")  # what a supervisor should look at
_IS_PROBLEM = sa.text(f"name IN {PROBLEMS}")


class JournalRow(SQLModel, table=True):
    """One event. The named ids are there to find it by; `body` is the whole event as JSON text."""

    __tablename__ = "journal"
    __table_args__ = (
        sa.Index("journal_by_store", "store_id", "sequence"),
        sa.Index("journal_by_order", "order_id", "sequence"),
        sa.Index("journal_of_problems", "store_id", "sequence", sqlite_where=_IS_PROBLEM, postgresql_where=_IS_PROBLEM),
        {"sqlite_autoincrement": True},
    )

    sequence: int | None = Field(default=None, sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=True))
    store_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    name: str
    order_id: str | None = None
    pick_list_id: str | None = None
    picker_id: str | None = None
    channel_id: str | None = None
    body: str = Field(sa_type=sa.Text)

    def event(self) -> Event:
        return EVENTS[self.name].model_validate_json(self.body)


_table = JournalRow.__table__  # type: ignore[attr-defined]
_insert = Statement(sa.insert(_table))
_NAMED = ("order_id", "pick_list_id", "picker_id", "channel_id")
_NOBODY = dict.fromkeys(_NAMED)


def write_event(connection: Connection, event: Event) -> None:
    """Append one event."""
    named = {name: getattr(event, name) for name in _named_by(type(event))}
    own = {"store_id": event.store_id, "at": event.at, "name": event.name, "body": event.model_dump_json()}
    _insert.run(connection, {**_NOBODY, **named, **own})


@cache
def _named_by(kind: type[Event]) -> list[str]:
    """Asked once per kind: a model takes its time to say that it has no such field."""
    return [name for name in _NAMED if name in kind.model_fields]


def last_sequence(session: Session, store_id: str) -> int:
    """The newest sequence number of one store, 0 where nothing has happened."""
    return session.exec(select(sa.func.max(JournalRow.sequence)).where(JournalRow.store_id == store_id)).one() or 0


def read_after(session: Session, store_id: str, sequence: int, limit: int) -> Sequence[JournalRow]:
    """Events of one store after `sequence`, oldest first."""
    query = (
        select(JournalRow)
        .where(JournalRow.store_id == store_id, col(JournalRow.sequence) > sequence)
        .order_by(col(JournalRow.sequence))
        .limit(limit)
    )
    return session.exec(query).all()


def read_problems(session: Session, store_id: str, limit: int) -> Sequence[JournalRow]:
    """The latest events of one store that a supervisor should look at, newest first."""
    query = (
        select(JournalRow)
        .where(JournalRow.store_id == store_id, _IS_PROBLEM)
        .order_by(col(JournalRow.sequence).desc())
        .limit(limit)
    )
    return session.exec(query).all()


def read_refused(session: Session, store_id: str, limit: int) -> Sequence[JournalRow]:
    """Every command of a phone that was refused, newest first: they are among the problems' index."""
    query = (
        select(JournalRow)
        .where(JournalRow.store_id == store_id, _IS_PROBLEM, JournalRow.name == PROBLEMS[0])
        .order_by(col(JournalRow.sequence).desc())
        .limit(limit)
    )
    return session.exec(query).all()


def read_order(session: Session, store_id: str, order_id: str) -> Sequence[JournalRow]:
    """Everything that happened to one order, oldest first."""
    query = (
        select(JournalRow)
        .where(JournalRow.store_id == store_id, JournalRow.order_id == order_id)
        .order_by(col(JournalRow.sequence))
    )
    return session.exec(query).all()
