"""Carrying out what writes a once-only row, where another node may write it at the same instant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.exc import IntegrityError


async def once(handle: Callable[[Any], Awaitable[Any]], command: Any) -> Any:
    """Handle the command; if its row was written meanwhile the second look finds it."""
    try:
        return await handle(command)
    except IntegrityError:
        return await handle(command)
