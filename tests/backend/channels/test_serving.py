"""The choice among a chain's stores: the same whatever order they are asked in, never one that cannot, and why."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.serving import (
    EARTH_KM,
    ORDER_DEFAULT_S,
    StoreOffer,
    choose,
    distance_km,
    pace_per_hour,
    room_for,
)
from shared.delivery import Position

HOME = StoreOffer("sto_home", "Home", is_home=True, lines=3, missing=0, room=5, distance_km=4.0)
NEAR = replace(HOME, store_id="sto_near", name="Near", is_home=False, distance_km=1.0)

POSITIONS = st.builds(Position, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))


@st.composite
def offers(draw: st.DrawFn) -> list[StoreOffer]:
    lines = draw(st.integers(1, 5))
    ids = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True))
    return [
        StoreOffer(
            store_id=each,
            name=each.upper(),
            is_home=each == ids[0],
            lines=lines,
            missing=draw(st.integers(0, lines)),
            room=draw(st.floats(-5, 5)),
            distance_km=draw(st.none() | st.floats(0, 50)),
            limit_km=draw(st.integers(0, 30)),
        )
        for each in ids
    ]


class TestChoose:
    @given(offers(), st.randoms(use_true_random=False))
    def test_it_can_serve_and_nobody_who_can_is_better(self, found: list[StoreOffer], chance: random.Random) -> None:
        choice = choose(found)
        able = [each for each in found if not each.refusal]
        assert bool(choice.store_id) == bool(able)
        assert len(choice.reasons) == len(found)
        shuffled = list(found)
        chance.shuffle(shuffled)
        assert choose(shuffled) == choice
        if able:
            chosen = next(each for each in found if each.store_id == choice.store_id)
            assert chosen in able
            fewest = [each for each in able if each.missing == min(each.missing for each in able)]
            assert chosen in fewest
            known = [each.distance_km for each in fewest if each.distance_km is not None]
            assert chosen.distance_km == (min(known) if known else None)
            assert choice.reasons[0] == chosen.words

    @given(offers())
    def test_a_store_that_becomes_better_does_not_lose_the_order(self, found: list[StoreOffer]) -> None:
        chosen = choose(found).store_id
        better = [replace(each, missing=0, distance_km=0.0) if each.store_id == chosen else each for each in found]
        assert choose(better).store_id == chosen

    def test_the_nearest_that_has_all(self) -> None:
        assert choose([HOME, NEAR]).store_id == "sto_near"

    def test_all_of_it_goes_before_near(self) -> None:
        choice = choose([HOME, replace(NEAR, missing=1)])
        assert choice.store_id == "sto_home"
        assert choice.words == "Home: has all of it, 4.0 km; Near: 1 of 3 lines missing, 1.0 km"

    def test_where_nothing_is_known_of_the_way_it_stays(self) -> None:
        assert choose([replace(NEAR, distance_km=None), replace(HOME, distance_km=None)]).store_id == "sto_home"

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"missing": 3}, "has nothing of it"),
            ({"room": 0.9}, "has no time for it"),
            ({"limit_km": 3}, "4.0 km away, and delivers 3"),
        ],
    )
    def test_nobody(self, changes: dict[str, float], refusal: str) -> None:
        choice = choose([replace(HOME, **changes)])  # type: ignore[arg-type]
        assert (choice.store_id, choice.words) == ("", f"Home: {refusal}")


class TestRoom:
    def test_what_is_due_before_takes_its_time(self) -> None:
        assert room_for(until_due_s=1800, orders_per_hour=6, open_orders=2) == 1
        assert room_for(until_due_s=-60, orders_per_hour=6, open_orders=0) == 0

    def test_the_rule_goes_before_what_was_measured(self) -> None:
        assert pace_per_hour(rule=7, pickers=3, measured_s=60) == 7
        assert pace_per_hour(rule=0, pickers=3, measured_s=600) == 18
        assert pace_per_hour(rule=0, pickers=0, measured_s=None) == 3600 / ORDER_DEFAULT_S


class TestDistance:
    def test_lisbon_to_porto(self) -> None:
        lisbon, porto = Position(latitude=38.7223, longitude=-9.1393), Position(latitude=41.1579, longitude=-8.6291)
        assert distance_km(lisbon, porto) == pytest.approx(274.5, abs=1)

    def test_half_around(self) -> None:
        poles = Position(latitude=90, longitude=0), Position(latitude=-90, longitude=120)
        assert distance_km(*poles) == pytest.approx(EARTH_KM * 3.141592653589793)

    @given(POSITIONS, POSITIONS)
    def test_it_is_the_same_both_ways_and_no_longer_than_half_around(self, one: Position, other: Position) -> None:
        assert distance_km(one, other) == pytest.approx(distance_km(other, one), abs=1e-6)
        assert 0 <= distance_km(one, other) <= EARTH_KM * 3.1416
        assert distance_km(one, one) == 0
