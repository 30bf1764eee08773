"""How a light test waits for its turn: its share of the gateway's places, how long it takes, when it gives up. Pure."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from backend.labels.port import Capability
from backend.labels.wishes import LightTest, LightWish
from shared.labels import BlinkPattern, LightColour, Look

LIGHT_TEST_S = 15
TEST_LOOK = Look(LightColour.CYAN, BlinkPattern.DOUBLE)
LEFT_FOR_PICKS = 4  # every fourth of the gateway's places
CALL_S = 0.5  # one call to a gateway takes no longer, as a rule


def places_for_tests(capability: Capability) -> int:
    """At so many lights under way no test is sent: the other places are for picks, which come at any time."""
    return capability.pending_max - capability.pending_max // LEFT_FOR_PICKS


def takes_s(capability: Capability, labels: int) -> float:
    """How long until nearly all of so many labels of one gateway have begun to blink; 0 for none.

    The first ones are sent at once, each of the others as soon as a label before it has what it waited for.
    """
    if labels == 0:
        return 0.0
    places = places_for_tests(capability)
    return capability.latency_p95_s + max(0, labels - places) / places * capability.latency_p50_s


def wish_for_test(external_id: str, capability: Capability, place: int, now: datetime) -> LightWish:
    """The wish of the label that is `place`th in its gateway's line, from 1.

    Sent, it has the time in which a label that works answers. It gives up after the time in which everything before it
    was answered or called silent.
    """
    lasts_s = capability.silent_after_s + LIGHT_TEST_S
    rounds = math.ceil(place / places_for_tests(capability))
    calls_s = place / capability.commands_in_parallel * CALL_S
    latest_at = now + timedelta(seconds=rounds * capability.silent_after_s + calls_s + lasts_s)
    test = LightTest(lasts_s, LIGHT_TEST_S, latest_at)
    return LightWish("test", external_id, TEST_LOOK, now, now, latest_at, test=test)
