"""A migrated database, made once and copied; settings below the test's folder, and stores kept there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.core.database import Database
from backend.core.migrating import migrate
from backend.settings import Settings
from backend.stores.commands import ImportStore
from backend.stores.importing import read_store_file
from shared.clock import ManualClock
from tests.backend.demo.houses import FILES, house_in

Run = Callable[..., Any]
Make = Callable[..., Settings]


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as `migrate` leaves it, with nothing in it."""
    path = tmp_path_factory.mktemp("migrated") / "blinkpick.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Make:
    """`settings(port=8000)`: the defaults, with everything kept below the test's folder."""

    def make(**values: Any) -> Settings:
        kept = {"DATABASE_URL": f"sqlite:///{tmp_path}/house.db", "demo_path": tmp_path / "demo.json"}
        return Settings(_env_file=None, **{**kept, "demo_platform_port": 0, **values})

    return make


@pytest.fixture
def keep_stores(tmp_path: Path, migrated_template: Path, clock: ManualClock, run: Run) -> Callable[..., None]:
    """`keep_stores("sto_1")`: a migrated database with these stores, and nobody who runs it."""

    def keep(*store_ids: str) -> None:
        with house_in(tmp_path, migrated_template, clock) as house:
            house.writer.start()
            for store_id in store_ids:
                run(house.bus.handle(ImportStore(store_id, read_store_file(FILES["store.json"]))))

    return keep
