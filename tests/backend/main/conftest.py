"""A migrated database, made once and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.core.database import Database
from backend.core.migrating import migrate


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as `migrate` leaves it, with nothing in it."""
    path = tmp_path_factory.mktemp("migrated") / "blinkpick.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path
