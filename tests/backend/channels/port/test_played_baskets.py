"""Played baskets: each step once and in its turn, in time or not at all, and changes only of what is there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backend.channels.port.played_baskets import BasketPlatform, PlayedRefusal, Told
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK, EGGS = SoldProduct("MILK-1L", "Milk", Decimal("12.90")), SoldProduct("EGGS-10", "Eggs", Decimal("31.90"))


@pytest.fixture
def told() -> list[tuple[Told, str]]:
    return []


@pytest.fixture
def platform(clock: ManualClock, told: list[tuple[Told, str]]) -> BasketPlatform:
    return BasketPlatform(
        clock=clock, tell=lambda what, order_id: told.append((what, order_id)), sells=[EGGS], accept_within_s=300
    )


def test_steps_in_their_turn(platform: BasketPlatform, told: list[tuple[Told, str]]) -> None:
    order_id = platform.place([(MILK, 2)], 60)
    with pytest.raises(PlayedRefusal):
        platform.finish(order_id, "ready")
    platform.accept(order_id, "accept")
    with pytest.raises(PlayedRefusal):
        platform.accept(order_id, "accept")
    platform.finish(order_id, "ready")
    for late in (platform.drop, platform.accept):
        with pytest.raises(PlayedRefusal):
            late(order_id, "late")
    assert platform.orders[order_id].heard == ["accept", "ready"]
    assert told == [(Told.PLACED, order_id), (Told.READY, order_id)]


def test_what_nobody_accepts_in_time_is_cancelled_once(
    platform: BasketPlatform, clock: ManualClock, told: list[tuple[Told, str]]
) -> None:
    order_id = platform.place([(MILK, 2)], 60)
    clock.advance(300)
    platform.pass_time()
    assert platform.state(order_id) is PlayedState.NEW
    clock.advance(1)
    platform.pass_time()
    platform.cancel(order_id)
    assert platform.quantities(order_id) == {}
    assert told == [(Told.PLACED, order_id), (Told.CANCELLED, order_id)]


def test_a_change_is_heard_where_something_changes(platform: BasketPlatform) -> None:
    order_id = platform.place([(MILK, 2)], 60)
    [item] = platform.orders[order_id].items
    for _ in range(2):
        platform.change(order_id, {item.item_id: 1}, [], "less")
    platform.change(order_id, {}, [("EGGS-10", 3)], "more")
    assert platform.quantities(order_id) == {"MILK-1L": 1, "EGGS-10": 3}
    assert platform.total_minor(order_id) == 1290 + 3 * 3190
    assert platform.orders[order_id].heard == ["less", "more"]
    for quantities, added in (({"nobody": 1}, []), ({}, [("UNHEARD-OF", 1)])):
        with pytest.raises(PlayedRefusal):
            platform.change(order_id, quantities, added, "wrong")
    platform.cancel(order_id)
    with pytest.raises(PlayedRefusal):
        platform.change(order_id, {item.item_id: 0}, [], "late")
