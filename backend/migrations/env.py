"""Alembic's environment: the tables of every room, on the writer's connection or a URL of the settings."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import backend.main.house  # every room's models register themselves
from backend.core.database import Database, UtcDateTime
from backend.settings import Settings

assert backend.main.house


def run() -> None:
    """Migrate on the connection that was handed in, or on one of our own."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    database = Database(Settings().database_url)
    with database.write_engine.connect() as own, own.begin():
        _migrate(own)


def _render(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types by their short names into new migrations."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogenerate.imports.add("from backend.core.database import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def _migrate(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
