"""What can be wrong with products.

NotFound 404    ProductNotFound, PriceBatchNotFound
Rejected 422    ProductFileRejected, PricesRejected
Conflict 409    PriceBatchApplied
"""

from __future__ import annotations

from backend.core.errors import Conflict, NotFound, Rejected


class ProductNotFound(NotFound):
    """This store sells no such product."""


class ProductFileRejected(Rejected):
    """products.csv is wrong; `facts["problems"]` say where, and nothing of it was taken."""


class PriceBatchNotFound(NotFound):
    """This store has planned no such prices."""


class PricesRejected(Rejected):
    """New prices are wrong; `facts["problems"]` say where, and none of them was taken."""


class PriceBatchApplied(Conflict):
    """These prices hold already; new ones can be planned."""
