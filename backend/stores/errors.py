"""What can be wrong with a store.

NotFound 404    StoreNotFound, AisleNotFound, AisleNotBlocked
Rejected 422    StoreFileRejected
"""

from __future__ import annotations

from backend.core.errors import NotFound, Rejected


class StoreNotFound(NotFound):
    """There is no such store, or its map was never imported."""


class AisleNotFound(NotFound):
    """The store has no location in an aisle of this name."""


class AisleNotBlocked(NotFound):
    """Nobody has said that it is blocked, or it is open again."""


class StoreFileRejected(Rejected):
    """store.json is wrong; `facts["problems"]` say where, and nothing of it was taken."""
