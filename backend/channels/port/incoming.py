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
    Line,
    Note,
    OrderUnit,
    Sku,
)

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
    "OrderUnit",
    "Sku",
]
