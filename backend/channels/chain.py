"""Finds which store of a chain serves an order whose sender names none: what each could do is read, and one chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from backend.channels import chain_rows
from backend.channels.commands import Sender
from backend.channels.port import IncomingOrder
from backend.channels.resolution import Product, resolve
from backend.channels.serving import Choice, StoreOffer, choose, distance_km, pace_per_hour, room_for
from backend.core.writer import Transaction
from shared.delivery import Position
from shared.store_rules import StoreRules

MEASURED_OVER = timedelta(days=7)
LookUp = Callable[[Sender, IncomingOrder, Transaction], Sequence[Product]]


@dataclass(frozen=True, slots=True)
class Served:
    """`sender`: the channel, and with it the store, that takes the order; None where no store can."""

    sender: Sender | None
    choice: Choice


class Chain:
    """`look_up`: the products of an order in the catalogue of a sender's store."""

    def __init__(self, look_up: LookUp, find_rules: Callable[[Session, str], StoreRules]) -> None:
        self._look_up = look_up
        self._find_rules = find_rules

    def serve(self, home: Sender, order: IncomingOrder, chain: str, tx: Transaction) -> Served:
        """The store that the order names, else the one that can serve it best."""
        channels = chain_rows.get_channels(tx.connection, home.channel_id, chain)
        stores = chain_rows.get_stores(tx.connection, [channel.store_id for channel in channels])
        senders = {channel.store_id: Sender(channel.store_id, channel.id) for channel in channels}
        if order.store:
            named = [each for each in senders if order.store in (each, _name(stores, each))]
            reason = f"the order names {order.store}" if named else f"no store here is called {order.store}"
            return Served(senders[named[0]] if named else None, Choice(named[0] if named else "", (reason,)))
        if len(senders) == 1:
            return Served(home, Choice(home.store_id, ()))
        choice = choose([self._offer(sender, home, order, stores, tx) for sender in senders.values()])
        return Served(senders.get(choice.store_id), choice)

    def _offer(self, sender: Sender, home: Sender, order: IncomingOrder, stores: Any, tx: Transaction) -> StoreOffer:
        rules, store = self._find_rules(tx.session, sender.store_id), stores.get(sender.store_id)
        to = order.delivery.position if order.delivery is not None else None
        is_placed = store is not None and store.latitude is not None and store.longitude is not None
        at = Position(latitude=store.latitude, longitude=store.longitude) if is_placed else None
        pace = pace_per_hour(
            rule=rules.orders_per_hour,
            pickers=chain_rows.count_pickers(tx.connection, sender.store_id),
            measured_s=chain_rows.measure_order_s(tx.connection, sender.store_id, tx.now() - MEASURED_OVER),
        )
        return StoreOffer(
            store_id=sender.store_id,
            name=_name(stores, sender.store_id),
            is_home=sender == home,
            lines=len(order.lines),
            missing=self._missing(sender, order, tx),
            room=room_for(
                until_due_s=(order.due_at - tx.now()).total_seconds(),
                orders_per_hour=pace,
                open_orders=chain_rows.count_open_orders(tx.connection, sender.store_id, order.due_at),
            ),
            distance_km=distance_km(at, to) if at is not None and to is not None else None,
            limit_km=rules.delivery_limit_km,
        )

    def _missing(self, sender: Sender, order: IncomingOrder, tx: Transaction) -> int:
        """Lines that are not sold there as they are ordered, or sold out."""
        products = self._look_up(sender, order, tx)
        sold_out = chain_rows.find_sold_out(tx.connection, sender.store_id, [product.id for product in products])
        missing = 0
        for line in order.lines:
            found = resolve(order.model_copy(update={"lines": [line]}), products).lines
            missing += not found or found[0].product_id in sold_out
        return missing


def _name(stores: Any, store_id: str) -> str:
    store = stores.get(store_id)
    return str(store.name) if store is not None else store_id
