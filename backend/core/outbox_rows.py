"""The outbox's table: what must leave the house, kept in the same transaction as the reason for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime
from backend.core.statements import Statement

WAITING, LEASED, DEAD = "waiting", "leased", "dead"


class OutboxRow(SQLModel, table=True):
    """One delivery. Rows of one (topic, partition) leave in order, one at a time; a dead one stands aside."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index(
            "outbox_once_while_waiting",
            "topic",
            "dedupe_key",
            unique=True,
            sqlite_where=sa.text("state = 'waiting' AND dedupe_key IS NOT NULL"),
            postgresql_where=sa.text("state = 'waiting' AND dedupe_key IS NOT NULL"),
        ),
        sa.Index("outbox_by_partition", "topic", "partition", "sequence"),
        sa.Index("outbox_by_time", "state", "next_at"),
        {"sqlite_autoincrement": True},
    )

    sequence: int | None = Field(default=None, sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=True))
    id: str = Field(unique=True)
    topic: str
    partition: str
    body: str = Field(sa_type=sa.Text)
    dedupe_key: str | None = None
    state: str = WAITING
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_owner: str | None = None
    last_error: str | None = None
    dead_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery as its handler sees it. `id` is the same across attempts: the receiver may use it to apply once."""

    sequence: int
    id: str
    topic: str
    partition: str
    body: dict[str, Any]
    attempt: int
    created_at: datetime
    dedupe_key: str | None = None

    def is_same(self, topic: str, dedupe_key: str) -> bool:
        return self.topic == topic and self.dedupe_key == dedupe_key


@dataclass(frozen=True, slots=True)
class Takes:
    """A node that delivers what it writes: `begin` gets what was leased for it, on the event loop, once it is kept."""

    owner: str
    topics: frozenset[str]
    lease_s: float
    begin: Callable[[Sequence[Job]], None]


_table: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
_insert = Statement(sa.insert(_table))
_same_partition = sa.select(_table.c.sequence).where(
    _table.c.topic == sa.bindparam("topic"),
    _table.c.partition == sa.bindparam("partition"),
    _table.c.state != DEAD,
)
_same_key = sa.select(_table.c.sequence).where(
    _table.c.topic == sa.bindparam("topic"),
    _table.c.dedupe_key == sa.bindparam("dedupe_key"),
    sa.text("state = 'waiting' AND dedupe_key IS NOT NULL"),  # word for word as in the index
)
_LEASED = ("id", "topic", "partition", "body", "dedupe_key", "state", "attempts")
_LEASED_AT = ("created_at", "next_at", "lease_until", "lease_owner")
_insert_first = Statement(  # nothing where one is before it
    sa.insert(_table)
    .from_select(
        [*_LEASED, *_LEASED_AT],
        sa.select(*(sa.bindparam(name, type_=_table.c[name].type) for name in (*_LEASED, *_LEASED_AT))).where(
            ~_same_partition.exists(), ~_same_key.exists()
        ),
    )
    .returning(_table.c.sequence)
)
_count_by_state = Statement(sa.select(_table.c.state, sa.func.count().label("jobs")).group_by(_table.c.state))
_ONCE: dict[str, Any] = {
    "index_elements": ["topic", "dedupe_key"],
    "index_where": sa.text("state = 'waiting' AND dedupe_key IS NOT NULL"),
}
_insert_once = Statement(
    {
        "postgresql": postgresql.insert(_table).on_conflict_do_nothing(**_ONCE),
        "sqlite": sqlite.insert(_table).on_conflict_do_nothing(**_ONCE),
    }
)


_finish = Statement(
    sa.delete(_table)
    .where(
        _table.c.sequence == sa.bindparam("sequence"),
        _table.c.state == LEASED,
        _table.c.lease_owner == sa.bindparam("owner"),
        _table.c.attempts == sa.bindparam("attempt"),
    )
    .returning(_table.c.sequence)
)


_next_due = Statement(
    sa.select(
        sa.type_coerce(
            sa.func.min(sa.case((_table.c.state == LEASED, _table.c.lease_until), else_=_table.c.next_at)), UtcDateTime
        ).label("due_at")
    ).where(_table.c.state != DEAD)
)


@cache
def _claim(topics: tuple[str, ...]) -> Statement:
    """Takes `now`, `owner`, `lease_until` and `limit`."""
    older = _table.alias("older")
    now = sa.bindparam("now", type_=UtcDateTime)
    is_first = ~sa.exists().where(
        older.c.topic == _table.c.topic,
        older.c.partition == _table.c.partition,
        older.c.sequence < _table.c.sequence,
        older.c.state != DEAD,
    )
    is_due = sa.or_(
        sa.and_(_table.c.state == WAITING, _table.c.next_at <= now),
        sa.and_(_table.c.state == LEASED, _table.c.lease_until < now),
    )
    is_ours = sa.or_(*(_table.c.topic == topic for topic in topics))
    chosen = (
        sa.select(_table.c.sequence)
        .where(is_ours, is_due, is_first)
        .order_by(_table.c.sequence)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )

    def claiming(chosen: sa.Select[Any]) -> sa.Update:
        return (
            sa.update(_table)
            .where(_table.c.sequence.in_(chosen.scalar_subquery()))
            .values(
                state=LEASED,
                lease_owner=sa.bindparam("owner"),
                lease_until=sa.bindparam("lease_until"),
                attempts=_table.c.attempts + 1,
            )
            .returning(
                _table.c.sequence,
                _table.c.id,
                _table.c.topic,
                _table.c.partition,
                _table.c.body,
                _table.c.attempts,
                _table.c.created_at,
            )
        )

    return Statement({"postgresql": claiming(chosen.with_for_update(skip_locked=True)), "sqlite": claiming(chosen)})


def write_job(
    connection: Connection,
    *,
    job_id: str,
    topic: str,
    partition: str,
    body: dict[str, Any],
    dedupe_key: str | None,
    now: datetime,
    not_before: datetime | None,
    takes: Takes | None = None,
) -> Job | None:
    """Insert one delivery, or nothing where one with the same dedupe key still waits.

    Where `takes` delivers it, it is due and nothing is before it, it is leased at once, and returned.
    """
    text = json.dumps(body, separators=(",", ":"))
    values = {
        "id": job_id,
        "topic": topic,
        "partition": partition,
        "body": text,
        "dedupe_key": dedupe_key,
        "state": WAITING,
        "attempts": 0,
        "created_at": now,
        "next_at": not_before or now,
    }
    is_due = not_before is None or not_before <= now
    if takes is not None and is_due and topic in takes.topics:
        lease = {"lease_owner": takes.owner, "lease_until": now + timedelta(seconds=takes.lease_s)}
        leased = _insert_first.one_or_none(connection, {**values, **lease, "state": LEASED, "attempts": 1})
        if leased is not None:
            return Job(leased.sequence, job_id, topic, partition, json.loads(text), 1, now, dedupe_key)
    insert = _insert if dedupe_key is None else _insert_once
    insert.run(connection, values)
    return None


def claim_jobs(
    connection: Connection, *, owner: str, now: datetime, lease_s: float, limit: int, topics: tuple[str, ...]
) -> list[Job]:
    """Lease due deliveries: each the oldest of its partition, waiting and due, or leased by somebody who died."""
    values = {"owner": owner, "now": now, "lease_until": now + timedelta(seconds=lease_s), "limit": limit}
    rows = _claim(topics).all(connection, values)
    return sorted(
        (Job(r.sequence, r.id, r.topic, r.partition, json.loads(r.body), r.attempts, r.created_at) for r in rows),
        key=lambda job: job.sequence,
    )


def finish_job(connection: Connection, job: Job, owner: str) -> bool:
    """Forget a delivered row. False where the lease was lost meanwhile: somebody else has it now."""
    values = {"sequence": job.sequence, "owner": owner, "attempt": job.attempt}
    return bool(_finish.all(connection, values))


def postpone_job(
    connection: Connection, job: Job, owner: str, *, next_at: datetime, error: str, is_attempt: bool = True
) -> None:
    """Put a failed delivery back to be tried again; merge it away where a newer one with its key waits already."""
    twin = _table.alias("twin")
    has_twin = sa.exists().where(
        twin.c.topic == _table.c.topic,
        twin.c.dedupe_key == _table.c.dedupe_key,
        twin.c.state == WAITING,
        twin.c.sequence != _table.c.sequence,
    )
    connection.execute(sa.delete(_table).where(*_still_mine(job, owner), has_twin))
    connection.execute(
        sa.update(_table)
        .where(*_still_mine(job, owner))
        .values(
            state=WAITING,
            attempts=job.attempt if is_attempt else job.attempt - 1,
            next_at=next_at,
            lease_owner=None,
            lease_until=None,
            last_error=error,
        )
    )


def bury_job(connection: Connection, job: Job, owner: str, *, now: datetime, error: str) -> None:
    """Give up on a delivery, and keep it where a supervisor sees it."""
    connection.execute(
        sa.update(_table)
        .where(*_still_mine(job, owner))
        .values(state=DEAD, dead_at=now, lease_owner=None, lease_until=None, last_error=error)
    )


def end_leases(connection: Connection, now: datetime) -> None:
    """Whoever held one is dead: where only one process delivers, and has just begun."""
    ended = sa.update(_table).where(_table.c.state == LEASED).values(lease_until=now - timedelta(seconds=1))
    connection.execute(ended)


def revive_job(connection: Connection, job_id: str, now: datetime) -> bool:
    """Give a dead delivery another life. False where there is none."""
    revived = (
        sa.update(_table)
        .where(_table.c.id == job_id, _table.c.state == DEAD)
        .values(state=WAITING, attempts=0, next_at=now, dead_at=None, dedupe_key=None)
    )
    return connection.execute(revived).rowcount == 1


def bring_forward(connection: Connection, topic: str, partition_prefix: str, now: datetime) -> int:
    """Let what has failed before, and waits for its next attempt, be due now; returns how many."""
    change = (
        sa.update(_table)
        .where(
            _table.c.topic == topic,
            _table.c.partition.startswith(partition_prefix, autoescape=True),
            _table.c.state == WAITING,
            _table.c.attempts > 0,
            _table.c.next_at > now,
        )
        .values(next_at=now)
    )
    return connection.execute(change).rowcount


def next_due_at(connection: Connection) -> datetime | None:
    """When the next waiting or abandoned delivery comes due; None where there is none."""
    found: datetime | None = _next_due.one(connection, {}).due_at
    return found


def count_by_state(connection: Connection) -> dict[str, int]:
    return {row.state: row.jobs for row in _count_by_state.all(connection, {})}


def _still_mine(job: Job, owner: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _table.c.sequence == job.sequence,
        _table.c.state == LEASED,
        _table.c.lease_owner == owner,
        _table.c.attempts == job.attempt,
    )
