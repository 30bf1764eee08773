"""The two statements behind apply-once, in plain SQL: every pick of every picker passes here."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from backend.people.principals import Principal
from backend.sync.models import AppliedCommandRow
from shared.errors import Problem
from shared.sync.envelope import Command, Result

_table: sa.Table = AppliedCommandRow.__table__  # type: ignore[attr-defined]
_insert = sa.insert(_table)
_find = sa.select(_table.c.is_applied, _table.c.problem).where(
    _table.c.store_id == sa.bindparam("store_id"), _table.c.command_id == sa.bindparam("command_id")
)


def find_result(connection: Connection, store_id: str, command_id: str) -> Result | None:
    """What this command was answered before, in this store."""
    row = connection.execute(_find, {"store_id": store_id, "command_id": command_id}).one_or_none()
    if row is None:
        return None
    problem = Problem.model_validate(row.problem) if row.problem else None
    return Result(command_id=command_id, is_applied=row.is_applied, problem=problem)


def keep_result(connection: Connection, principal: Principal, command: Command, result: Result, now: datetime) -> None:
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
    connection.execute(_insert, values)
