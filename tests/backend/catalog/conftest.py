"""A catalogue on a real database, with a book of locations instead of a stores room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import Session

from backend.catalog.service import CatalogService
from backend.core.database import Database
from backend.core.writer import Writer
from shared.clock import ManualClock


class FakeLocations:
    """Every store has the same four addresses, with ids of its own."""

    def location_ids(self, session: Session, store_id: str) -> Mapping[str, str]:
        return {f"A1-{bay}-1": f"loc_{store_id}_{bay}" for bay in range(1, 5)}


@pytest.fixture
def catalog(database: Database, writer: Writer, clock: ManualClock) -> CatalogService:
    async def handle(command: Any) -> Any:
        return await writer.submit(lambda tx: service.handlers[type(command)](command, tx))

    service = CatalogService(database=database, locations=FakeLocations(), handle=handle, clock=clock)
    return service
