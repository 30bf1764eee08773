"""An order in our own words, as adapters make it: `shared/incoming_order.py` has it, for clients post it as it is."""

from shared.incoming_order import (
    GTINS_MAX,
    LINES_MAX,
    MINOR_MAX,
    QUANTITY_MAX,
    WISHED_SKUS_MAX,
    ExternalId,
    Gtin,
    IncomingLine,
    IncomingOrder,
    Instant,
    OrderUnit,
    Sku,
)
from shared.order_origin import OrderOrigin
from shared.order_texts import Line, Note

__all__ = [
    "GTINS_MAX",
    "LINES_MAX",
    "MINOR_MAX",
    "QUANTITY_MAX",
    "WISHED_SKUS_MAX",
    "ExternalId",
    "Gtin",
    "IncomingLine",
    "IncomingOrder",
    "Instant",
    "Line",
    "Note",
    "OrderOrigin",
    "OrderUnit",
    "Sku",
]
