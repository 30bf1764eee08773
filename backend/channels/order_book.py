"""One book of orders: the same customer's order is one order, whichever ways it comes. Inside one transaction.

A shop may hear of an order from the platform and from a hub that passes it on. The first way's channel is told what
becomes of it; of the others only that they brought what is there already is kept, and whether they cancel it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend.channels import origin_rows, repository
from backend.channels.commands import Sender
from backend.channels.models import ChannelOrderStatus
from backend.channels.port import IncomingOrder
from backend.channels.repository import Found
from backend.core.writer import Transaction

# Some hubs promise no id that is never given again; what was placed so far apart is not the same order.
ID_GIVEN_AGAIN_AFTER = timedelta(hours=24)


def find(sender: Sender, external_id: str, tx: Transaction) -> Any:
    """What is known of a channel's order; None where it never spoke of it."""
    return repository.find_channel_order(tx.connection, sender.store_id, sender.channel_id, external_id)


def write(sender: Sender, external_id: str, status: ChannelOrderStatus, tx: Transaction, **values: Any) -> str:
    """Write down an order; returns its row's id. Empty, and nothing is written, where the order is known already."""
    row_id = tx.ids.new("message")
    is_new = repository.insert_channel_order(
        tx.connection,
        {
            "id": row_id,
            "store_id": sender.store_id,
            "channel_id": sender.channel_id,
            "external_id": external_id,
            "status": status.value,
            "content_hash": "",
            "memory": {},
            "reason": "",
            "same_as": "",
            "received_at": tx.now(),
            "accepted_at": None,
            "last_call_at": None,
            **values,
        },
    )
    return row_id if is_new else ""


def find_first(sender: Sender, order: IncomingOrder, row_id: str, tx: Transaction) -> Found | None:
    """The channel's order that came another way before this one, whose row is `row_id`; None where this is the first.

    The table's key decides, so that of two ways at the same instant one is the first.
    """
    if order.origin is None:
        return None
    key = {
        "store_id": sender.store_id,
        "platform": order.origin.platform,
        "platform_order_id": order.origin.order_id,
        "channel_order_id": row_id,
        "placed_at": order.placed_at,
    }
    if origin_rows.insert(tx.connection, key):
        return None
    claim = origin_rows.get(tx.connection, key)
    if claim.channel_order_id == row_id:
        return None
    if abs(order.placed_at - claim.placed_at) > ID_GIVEN_AGAIN_AFTER:
        origin_rows.pass_on(tx.connection, key, row_id, order.placed_at)
        return None
    return repository.get_channel_order(tx.connection, claim.channel_order_id)


def join(row_id: str, first: Found, tx: Transaction) -> str:
    """Write down that an order is the one that came first; returns it in words."""
    name = repository.get_channel_names(tx.session, first.store_id).get(first.channel_id, first.channel_id)
    words = f"the same order as {first.external_id} of channel {name}"
    values = {"status": ChannelOrderStatus.DUPLICATE, "same_as": first.id, "reason": words}
    repository.update_channel_order(tx.connection, row_id, **values)
    return words


def original_of(known: Found, tx: Transaction) -> Found:
    """What came first, of an order that came another way, and what serves it, of one passed on; any other is itself."""
    while known.same_as:
        known = repository.get_channel_order(tx.connection, known.same_as)
    return known
