"""What a shopper pays for weighed goods: as their channel can hear it."""

from __future__ import annotations

from backend.channels.price_bases import PriceBases
from backend.channels.registry import AdapterRegistry
from shared.picking import PriceBasis
from tests.backend.channels.conftest import HOME, OTHER, Room
from tests.backend.channels.payloads import cases


def test_who_hears_no_weight_charges_what_was_ordered(room: Room) -> None:
    ours = room.add_channel()
    elsewhere = room.add_channel(store_id=OTHER)
    platform = room.add_channel("open_delivery", **cases("open_delivery")["settings"])
    basis_of = PriceBases(AdapterRegistry())
    with room.database.reading() as session:
        assert basis_of(session, HOME, ours) is PriceBasis.WEIGHED
        assert basis_of(session, HOME, platform) is PriceBasis.ORDERED
        assert basis_of(session, HOME, elsewhere) is None


def test_a_channel_that_came_later_is_known_too(room: Room) -> None:
    basis_of = PriceBases(AdapterRegistry())
    with room.database.reading() as session:
        assert basis_of(session, HOME, "chn_none") is None
    later = room.add_channel()
    with room.database.reading() as session:
        assert basis_of(session, HOME, later) is PriceBasis.WEIGHED
