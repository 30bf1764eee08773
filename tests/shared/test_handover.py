"""Which codes an order's bags carry."""

from __future__ import annotations

from shared.handover import bag_codes_of

ORDER = "ord_01jc3d4e5f6g7h8j9k0m1n2p3q"


def test_what_was_stuck_on_them_counts() -> None:
    assert bag_codes_of(ORDER, 2, ["BAG-7", "BAG-9"], "BAG-") == ("BAG-7", "BAG-9")


def test_else_each_gets_one_to_print() -> None:
    assert bag_codes_of(ORDER, 2, [], "BAG-") == ("BAG-9K0M1N2P3Q-1", "BAG-9K0M1N2P3Q-2")
    assert bag_codes_of(ORDER, 0, [], "BAG-") == ()
