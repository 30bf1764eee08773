"""Which channels pass an order's one-time PIN on to whoever fetches it; at others nobody could say it."""

from __future__ import annotations

from sqlmodel import Session

from backend.channels import repository
from backend.channels.registry import AdapterRegistry


class PinHearers:
    def __init__(self, registry: AdapterRegistry) -> None:
        self._registry = registry

    def __call__(self, session: Session, store_id: str) -> frozenset[str]:
        """The ids of those channels of a store."""
        channels = repository.get_channels_of_store(session, store_id)
        return frozenset(channel.id for channel in channels if self._hears(channel.adapter))

    def _hears(self, adapter: str) -> bool:
        capability = self._registry.find_capability(adapter)
        return capability is not None and capability.hears_handover_pin
