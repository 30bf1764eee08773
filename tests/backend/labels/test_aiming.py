"""Which stops of a walk are lit, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from backend.labels.aiming import STOPS_LIT_MAX, AimPolicy, aim_at, aim_at_kept
from backend.labels.dispatcher import LabelAddress
from backend.labels.port import Capability
from backend.labels.wishes import NEVER
from shared.labels import BlinkPattern, LightColour
from tests.backend.labels.builders import INSTANT, POLLING, START, at

POLICY = AimPolicy(walking_m_per_s=1.0, handling_s=12.0, margin_s=3.0, spread_s=0.0)


@dataclass
class Stop:
    pick_id: str
    location_id: str
    position: int
    distance_m: float
    colour: LightColour = LightColour.BLUE
    pattern: BlinkPattern = BlinkPattern.SLOW
    sought_location_id: str | None = None
    shift_id: str = "shf"


def walk(*distances_m: float) -> list[Stop]:
    return [Stop(f"p{n}", f"loc{n}", n, distance) for n, distance in enumerate(distances_m)]


def lit(stops: list[Stop], capability: Capability, policy: AimPolicy = POLICY) -> dict[str, float]:
    """Label -> when it is to be lit, seconds from the start."""
    wishes = aim_at(stops, lambda location: [LabelAddress("gw", location)], {"gw": capability}, START, policy)
    due = [wish for wish in wishes.get("gw", []) if wish.light_at < NEVER]
    return {wish.label_external_id: (wish.light_at - START).total_seconds() for wish in due}


def joining(stops: list[Stop], capability: Capability) -> dict[str, float]:
    """Label -> from when on a flash for somebody else should be for this walk too, of those not to be lit yet."""
    wishes = aim_at(stops, lambda location: [LabelAddress("gw", location)], {"gw": capability}, START, POLICY)
    return {
        wish.label_external_id: (wish.joins_at - START).total_seconds()
        for wish in wishes.get("gw", [])
        if wish.light_at == NEVER and wish.joins_at is not None
    }


def test_for_a_quick_picker_the_next_stops_are_lit_sooner_and_for_a_slow_one_no_later() -> None:
    stops = walk(0, 30, 30)
    capability = replace(INSTANT, latency_p95_s=30.0)
    usual, slow, quick = (lit(stops, capability, POLICY.at_pace(pace)) for pace in (1.0, 1.5, 0.75))
    assert usual == lit(stops, capability)
    assert usual == {"loc0": 0, "loc1": 9}
    assert slow == usual
    assert quick == {"loc0": 0, "loc1": 0}


@dataclass
class Kept:
    stops: list[Stop]
    picks_left: int = 0
    walk_left_m: float = 0.0


def lit_kept(kept: Kept, capability: Capability) -> dict[str, tuple[float, float]]:
    """Label -> when it is to be lit and when that ends by itself."""
    wishes = aim_at_kept(kept, lambda location: [LabelAddress("gw", location)], {"gw": capability}, START, POLICY)
    return {
        wish.label_external_id: ((wish.light_at - START).total_seconds(), (wish.ends_at - START).total_seconds())
        for wish in wishes.get("gw", [])
        if wish.ends_at is not None
    }


def test_the_stop_the_picker_goes_to_is_lit_at_once_however_far() -> None:
    assert lit(walk(200), INSTANT) == {"loc0": 0}


def test_with_quick_labels_only_a_near_next_stop_is_lit_and_late() -> None:
    # arrival at the second: 5 + 12 + 4 = 21 s; lit p95 2 s + margin 3 s before
    assert lit(walk(5, 4, 4), INSTANT) == {"loc0": 0, "loc1": 16}


def test_a_picker_who_is_quicker_than_expected_finds_the_light_on() -> None:
    # arrivals at 5, 21, 37 s; the spread of one stop is 8 s, of two stops 8 times the root of two
    assert lit(walk(5, 4, 4), INSTANT, replace(POLICY, spread_s=8.0)) == {"loc0": 0, "loc1": 8}
    assert lit(walk(5, 0, 0), INSTANT, replace(POLICY, spread_s=8.0))["loc2"] == pytest.approx(29 - 5 - 8 * 2**0.5)


def test_with_labels_that_sleep_the_next_stops_are_lit_before_the_picker_comes() -> None:
    # arrivals at 5, 27, 49, 71 s; lit 41 s before; the fourth can wait until the first is done
    assert lit(walk(5, 10, 10, 10), POLLING) == {"loc0": 0, "loc1": 0, "loc2": 8}


def test_what_would_be_in_the_way_of_a_flash_for_another_joins_in_and_lights_nothing_itself() -> None:
    # the first is done after 17 s; another's flash may take 38 s: the fourth, lit at 30 s, is in its way, the sixth not
    assert joining(walk(5, 10, 10, 10, 10, 10), POLLING) == {"loc3": 30, "loc4": 52}
    assert joining(walk(5, 4, 4), INSTANT) == {}


class TestKept:
    """A trolley somebody has not taken yet: they set out 15 s from now at the earliest."""

    def test_slow_labels_of_its_first_stops_are_asked_for_at_once(self) -> None:
        # arrivals at 20, 42, 64 s: lit 41 s before, and no longer than 90 s after
        assert lit_kept(Kept(walk(5, 10, 10)), POLLING) == {"loc0": (0, 110), "loc1": (1, 132)}

    def test_quick_labels_wait_until_somebody_comes(self) -> None:
        assert lit_kept(Kept(walk(5, 10)), INSTANT) == {"loc0": (15, 110)}

    def test_for_somebody_at_their_last_stop_it_counts_when_they_are_back(self) -> None:
        # 30 m and one pick of 12 s: arrival at 62 s
        assert lit_kept(Kept(walk(5, 10), picks_left=1, walk_left_m=30), POLLING) == {
            "loc0": (21, 152),
            "loc1": (43, 174),
        }

    def test_for_somebody_still_walking_nothing_is_lit(self) -> None:
        assert lit_kept(Kept(walk(5, 10), picks_left=2, walk_left_m=30), POLLING) == {}


def test_a_picker_who_stands_still_does_not_light_the_whole_walk() -> None:
    assert len(lit(walk(*[10] * 30), POLLING)) == 3


@pytest.mark.parametrize("capability", [INSTANT, POLLING], ids=["quick", "asleep"])
@pytest.mark.parametrize("policy", [POLICY, AimPolicy(), AimPolicy(handling_s=5.0, spread_s=20.0)])
def test_stops_beyond_the_most_are_never_wished_for(capability: Capability, policy: AimPolicy) -> None:
    most = policy.stops_max([capability])
    together = [0.0] * 60  # all at one place: nowhere else are more of them lit at once
    wishes = aim_at(walk(*together), lambda location: [LabelAddress("gw", location)], {"gw": capability}, START, policy)
    assert len(wishes["gw"]) <= most <= STOPS_LIT_MAX
    assert lit(walk(*together)[:most], capability, policy) == lit(walk(*together), capability, policy)


def test_every_stop_is_asked_for_in_time_when_the_walk_goes_as_expected() -> None:
    """Aiming again after each pick, no stop is first wanted later than what the labels need."""
    distances = [8.0, 15, 3, 30, 2, 2, 25, 9]
    arrivals, first_wanted, now_s = [], {}, 0.0
    for n, distance in enumerate(distances):
        arrivals.append(now_s + distance)
        for label, light_s in lit([replace(stop) for stop in walk(*distances)[n:]], POLLING).items():
            first_wanted.setdefault(label, now_s + light_s)
        now_s = arrivals[-1] + POLICY.handling_s
    for n, arrival_s in enumerate(arrivals):
        if arrival_s > POLLING.latency_p95_s + POLICY.margin_s:
            assert first_wanted[f"loc{n}"] <= arrival_s - POLLING.latency_p95_s - POLICY.margin_s + 1e-6


def test_a_location_without_a_label_is_left_out_and_one_with_two_lights_both() -> None:
    labels = {"loc0": [], "loc1": [LabelAddress("gw", "A"), LabelAddress("other", "B")]}
    wishes = aim_at(walk(0, 1), lambda location: labels[location], {"gw": INSTANT, "other": INSTANT}, START, POLICY)
    assert {gateway: [wish.label_external_id for wish in each] for gateway, each in wishes.items()} == {
        "gw": ["A"],
        "other": ["B"],
    }


def test_a_substitute_that_is_looked_for_blinks_beside_what_was_ordered() -> None:
    first, second = walk(5, 40)
    stops = [replace(first, sought_location_id="loc9"), second]
    assert lit(stops, INSTANT) == {"loc0": 0, "loc9": 0}


def test_the_wish_carries_the_pickers_look_and_the_expected_arrival() -> None:
    wishes = aim_at(walk(7), lambda location: [LabelAddress("gw", location)], {"gw": INSTANT}, START, POLICY)
    (wish,) = wishes["gw"]
    assert (wish.look.colour, wish.look.pattern, wish.expected_at) == (LightColour.BLUE, BlinkPattern.SLOW, at(7))
