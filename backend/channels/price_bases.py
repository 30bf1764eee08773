"""How each channel settles weighed goods, for pick lists: asked once, since a channel never changes its adapter."""

from __future__ import annotations

from sqlmodel import Session

from backend.channels import repository
from backend.channels.registry import AdapterRegistry
from shared.picking import PriceBasis


class PriceBases:
    def __init__(self, registry: AdapterRegistry) -> None:
        self._registry = registry
        self._known: dict[str, PriceBasis | None] = {}

    def __call__(self, session: Session, store_id: str, channel_id: str) -> PriceBasis | None:
        """None where its adapter is gone, or there is no such channel in this store."""
        if channel_id not in self._known:
            for channel in repository.get_channels_of_store(session, store_id):
                capability = self._registry.find_capability(channel.adapter)
                self._known[channel.id] = capability.price_basis if capability is not None else None
        return self._known.get(channel_id)
