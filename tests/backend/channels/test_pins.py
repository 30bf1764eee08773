"""Whose orders are given out on a PIN: those of channels that were told it."""

from __future__ import annotations

from pathlib import Path

from backend.channels.pins import PinHearers
from backend.channels.price_bases import PriceBases
from backend.channels.registry import AdapterRegistry
from tests.backend.channels.conftest import HOME, OTHER, Room
from tests.backend.channels.payloads import cases


def test_a_channel_of_ours_hears_it_a_platform_does_not(room: Room) -> None:
    ours = room.add_channel()
    room.add_channel(store_id=OTHER)
    room.add_channel("open_delivery", **cases("open_delivery")["settings"])
    hearers = PinHearers(AdapterRegistry())
    with room.database.reading() as session:
        assert hearers(session, HOME) == {ours}


def test_a_channel_whose_adapter_is_gone_hears_nothing(room: Room) -> None:
    channel_id = room.add_channel()
    registry = AdapterRegistry(folder=Path("nowhere"))
    with room.database.reading() as session:
        assert PinHearers(registry)(session, HOME) == set()
        assert PriceBases(registry)(session, HOME, channel_id) is None
