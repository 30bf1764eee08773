"""A stores room on a real database."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core.database import Database
from backend.core.writer import Writer
from backend.stores.service import StoresService


@pytest.fixture
def stores(database: Database, writer: Writer) -> StoresService:
    async def handle(command: Any) -> Any:
        return await writer.submit(lambda tx: service.handlers[type(command)](command, tx))

    service = StoresService(database=database, handle=handle)
    return service
