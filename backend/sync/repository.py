"""Apply-once, and what is new in a store, in plain SQL: every pick of every picker passes here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from backend.core.journal import JournalRow
from backend.core.statements import Statement
from backend.people.principals import Principal
from backend.sync.models import AppliedCommandRow
from shared.errors import Problem
from shared.sync.envelope import Command, Result

News = Any
"""A row of the journal as sync reads it: sequence, at, name, pick_list_id, body."""

_applied: sa.Table = AppliedCommandRow.__table__  # type: ignore[attr-defined]
_journal: sa.Table = JournalRow.__table__  # type: ignore[attr-defined]


def _insert_once(insert: Any) -> Any:
    return insert.on_conflict_do_nothing(index_elements=("store_id", "command_id")).returning(_applied.c.name)


_insert = Statement(
    {"postgresql": _insert_once(postgresql.insert(_applied)), "sqlite": _insert_once(sqlite.insert(_applied))}
)
_find = Statement(
    sa.select(_applied.c.is_applied, _applied.c.problem).where(
        _applied.c.store_id == sa.bindparam("store_id"), _applied.c.command_id == sa.bindparam("command_id")
    )
)
_read_news = Statement(
    sa.select(_journal.c.sequence, _journal.c.at, _journal.c.name, _journal.c.pick_list_id, _journal.c.body)
    .where(_journal.c.store_id == sa.bindparam("store_id"), _journal.c.sequence > sa.bindparam("after"))
    .order_by(_journal.c.sequence)
    .limit(sa.bindparam("rows_max", type_=sa.Integer))
)


def keep_result(
    connection: Connection, principal: Principal, command: Command, result: Result, now: datetime
) -> Result | None:
    """Keep what the command was answered. Where it was answered before, in this store, nothing is kept, and that answer
    is returned: it stands.
    """
    values = {
        "store_id": principal.store_id,
        "command_id": command.id,
        "device_id": principal.device_id,
        "person_id": principal.person_id,
        "name": command.name,
        "is_applied": result.is_applied,
        "problem": result.problem.model_dump(mode="json") if result.problem else sa.null(),
        "applied_at": now,
    }
    if _insert.one_or_none(connection, values) is not None:
        return None
    row = _find.one(connection, {"store_id": principal.store_id, "command_id": command.id})
    problem = Problem.model_validate(row.problem) if row.problem else None
    return Result(command_id=command.id, is_applied=row.is_applied, problem=problem)


def read_news(connection: Connection, store_id: str, sequence: int, limit: int) -> list[News]:
    """What happened in one store after `sequence`, oldest first."""
    return _read_news.all(connection, {"store_id": store_id, "after": sequence, "rows_max": limit})
