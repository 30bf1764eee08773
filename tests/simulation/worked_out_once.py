"""What every world would work out alike is worked out once in a process: a floor's routes, and the text of statements.

A shop's server does this work once in weeks; a world begins a server every few minutes of its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from backend.core.database import Database
from backend.routing.problem import StoreGraph
from shared.places import StoreMap

CHEAP_PINS = {
    "pin_memory_kib": 8,
    "pin_passes": 1,
}  # nobody steals these; by the real price sign-ins cost a tenth of all

_graphs: dict[tuple[str, str], StoreGraph] = {}
_statements: dict[Any, Any] = {}


class KnownGraphs:
    """Stands where the backend makes a graph of a floor. A graph never changes, and keeps what was compiled for it."""

    @staticmethod
    def from_map(store_map: StoreMap, captions: Mapping[int, str] | None = None) -> StoreGraph:
        key = (store_map.model_dump_json(), repr(sorted((captions or {}).items())))
        if key not in _graphs:
            _graphs[key] = StoreGraph.from_map(store_map, captions)
        return _graphs[key]


def share_statements(database: Database) -> None:
    """What SQLAlchemy compiled for one database serves for all: it tells them apart by their dialects."""
    for engine in (database.write_engine, database.read_engine):
        engine.dialect = _dialect()
        engine.update_execution_options(compiled_cache=_statements)


@cache
def _dialect() -> Dialect:
    """Of a SQLite that was asked once what it can do."""
    engine = sa.create_engine("sqlite://")
    engine.connect().close()
    engine.dispose()
    return engine.dialect
