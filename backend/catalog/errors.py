"""What can be wrong with products.

NotFound 404    ProductNotFound
Rejected 422    ProductFileRejected
"""

from __future__ import annotations

from backend.core.errors import NotFound, Rejected


class ProductNotFound(NotFound):
    """This store sells no such product."""


class ProductFileRejected(Rejected):
    """products.csv is wrong; `facts["problems"]` say where, and nothing of it was taken."""
