"""What can be wrong about an order."""

from __future__ import annotations

from backend.core.errors import Conflict, NotFound, Rejected


class OrderNotFound(NotFound):
    """No such order in this store or channel."""


class OrderAlreadyReady(Conflict):
    """It is packed; the channel must settle it with the store."""


class OrderIsOver(Conflict):
    """It was cancelled or given up, and cannot be amended any more."""


class PickingHasBegun(Conflict):
    """A picker walks for the order, or it is packed: what it says can no longer be amended."""


class OrderRenamed(Rejected):
    """An amendment calls the order by another id or another code."""
