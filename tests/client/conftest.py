"""The client speaks to the channels room itself, served on a real socket."""

from __future__ import annotations

from tests.backend.channels.conftest import native, room
from tests.backend.conftest import database, postgres_url, sqlite_template, writer

__all__ = ["database", "native", "postgres_url", "room", "sqlite_template", "writer"]
