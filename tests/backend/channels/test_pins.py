"""Whose orders are given out on a PIN: those of channels that were told it."""

from __future__ import annotations

from backend.channels.pins import PinHearers
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
