"""What a supervisor may ask for in vain."""

from __future__ import annotations

from backend.core.errors import NotFound


class NothingKnownOfOrder(NotFound):
    """No such order in this store."""
