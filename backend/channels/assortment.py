"""Tells channels about products: which are sold out, which are back, what they cost now. Each as it can hear it.

Listeners: they run in the transaction of what happened. Calls about products never wait behind those about an order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from backend.channels import repository
from backend.channels.models import ChannelRow
from backend.channels.registry import AdapterRegistry
from backend.channels.reporting import Wake, append_to_stream, enqueue_calls
from backend.core.writer import Transaction
from shared.errors import BlinkpickError
from shared.events import ProductAvailable, ProductPrice, ProductsChanged, ProductSoldOut, ProductsPriced

FindPrices = Callable[[Session, str, Sequence[str]], Sequence[ProductPrice]]
FindGtins = Callable[[Session, str, Sequence[str]], Mapping[str, Sequence[str]]]


class AssortmentReporter:
    """`find_prices` and `find_gtins` are the catalogue: what products of a store cost now, and their GTINs by SKU."""

    def __init__(
        self, registry: AdapterRegistry, streams: Wake, find_prices: FindPrices, find_gtins: FindGtins
    ) -> None:
        self._registry = registry
        self._streams = streams
        self.find_prices = find_prices
        self.find_gtins = find_gtins

    def on_stock_event(self, event: ProductSoldOut | ProductAvailable, tx: Transaction) -> None:
        for channel, adapter in self._listening(event.store_id, tx):
            if adapter.capability.streams_products:
                append_to_stream(channel.id, event, None, self._streams, tx)
            if adapter.capability.hears_stock:
                is_available = isinstance(event, ProductAvailable)
                for name in self._names(adapter, event.store_id, [event.sku], tx)[event.sku]:
                    enqueue_calls(channel.id, adapter.tell_stock(name, is_available=is_available), tx)

    def on_products_changed(self, event: ProductsChanged, tx: Transaction) -> None:
        """The same event has the labels drawn anew: shelf and channels are told together."""
        listening = [adapter.capability for _, adapter in self._listening(event.store_id, tx)]
        if any(capability.streams_products or capability.hears_prices for capability in listening):
            prices = list(self.find_prices(tx.session, event.store_id, event.product_ids))
            tx.publish(ProductsPriced(store_id=event.store_id, at=event.at, products=prices))

    def on_products_priced(self, event: ProductsPriced, tx: Transaction) -> None:
        for channel, adapter in self._listening(event.store_id, tx):
            if adapter.capability.streams_products:
                append_to_stream(channel.id, event, None, self._streams, tx)
            if adapter.capability.hears_prices:
                names = self._names(adapter, event.store_id, [each.sku for each in event.products], tx)
                named = [each.model_copy(update={"sku": name}) for each in event.products for name in names[each.sku]]
                enqueue_calls(channel.id, adapter.tell_prices(named), tx)

    def _names(self, adapter: Any, store_id: str, skus: Sequence[str], tx: Transaction) -> dict[str, Sequence[str]]:
        """What a channel calls each of these products."""
        gtins: Mapping[str, Sequence[str]] = {}
        if adapter.capability.names_products_by_gtin:
            gtins = self.find_gtins(tx.session, store_id, skus)
        return {sku: gtins.get(sku) or (sku,) for sku in skus}

    def _listening(self, store_id: str, tx: Transaction) -> list[tuple[ChannelRow, Any]]:
        """Channels that are switched on, with the class that speaks for each."""
        found = []
        for channel in repository.get_channels_of_store(tx.session, store_id):
            if not channel.is_enabled:
                continue
            try:
                found.append((channel, self._registry.adapter(channel.adapter).adapter_class))
            except BlinkpickError:
                continue  # a channel whose adapter is gone: said wherever its orders are
        return found
