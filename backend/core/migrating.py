"""Brings a database to the newest shape before anything else touches it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from backend.core.database import Database

_FOLDER = Path(__file__).parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def migrate(database: Database) -> None:
    """Run every migration that is missing, in one transaction where the database can."""
    config = _config()
    with database.write_engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_at_head(database: Database) -> bool:
    """Whether the database has the shape this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.read_engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
