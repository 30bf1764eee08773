"""The rooms a test of this folder works in."""

from __future__ import annotations

import pytest

from backend.core.database import Database
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from tests.backend.rooms import Rooms


@pytest.fixture
def rooms(database: Database, clock: ManualClock, ids: SeededIdSource) -> Rooms:
    return Rooms(database, clock, ids)
