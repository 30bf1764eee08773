"""An order that was asked for by its id: the answer must be that order."""

from __future__ import annotations

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.notices import NewOrder


def asked_for(found: NewOrder, external_id: str) -> NewOrder:
    """The order as it was answered. Raises PayloadUnknown where it is another."""
    if found.external_id != external_id:
        raise PayloadUnknown("the platform answered with another order", external_id=external_id)
    return found
