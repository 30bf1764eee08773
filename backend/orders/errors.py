"""What can be wrong about an order."""

from __future__ import annotations

from backend.core.errors import Conflict, NotFound


class OrderNotFound(NotFound):
    """No such order in this store or channel."""


class OrderAlreadyReady(Conflict):
    """It is packed; the channel must settle it with the store."""
