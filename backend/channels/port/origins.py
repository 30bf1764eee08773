"""Where an order was placed first, read from a platform's or a hub's message."""

from __future__ import annotations

import re

from shared.order_origin import OrderOrigin, platform_of

_ORDER_ID = re.compile(r"[\x21-\x7e]{1,120}")


def origin_of(platform: str, order_id: str) -> OrderOrigin | None:
    """None where the message does not say both: what is not known to be the same order is another one."""
    name, written = platform_of(platform), order_id.strip()
    if not name or not _ORDER_ID.fullmatch(written):
        return None
    return OrderOrigin(platform=name, order_id=written)
