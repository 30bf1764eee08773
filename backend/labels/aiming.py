"""Which labels a walk wants lit, and from when: the stop the picker goes to, and ahead what the radio needs. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.labels.dispatcher import LabelAddress
from backend.labels.port import Capability
from backend.labels.port_picks import OpenStop
from backend.labels.wishes import LightWish, Look

STOPS_LIT_MAX = 50  # of one walk


@dataclass(frozen=True, slots=True)
class AimPolicy:
    """How fast a picker is, and how much earlier than the gateway needs a label is lit.

    `spread_s` is how much sooner than expected one of a hundred stops is done: 2.3 standard deviations of a stop, about
    3.5 s where the product is found by its light. Over n stops it grows with the root of n.
    """

    walking_m_per_s: float = 1.0
    handling_s: float = 12.0
    margin_s: float = 3.0
    spread_s: float = 8.0

    def ahead(self, latency_p95_s: float, stops_before: int) -> timedelta:
        """How long before the expected arrival the light is asked for, so that a quick picker finds it lit."""
        return timedelta(seconds=self.ahead_s(latency_p95_s, stops_before))

    def ahead_s(self, latency_p95_s: float, stops_before: int) -> float:
        return latency_p95_s + self.margin_s + self.spread_s * math.sqrt(stops_before)

    def stops_max(self, capabilities: Iterable[Capability]) -> int:
        """How many stops can be wished for at once, at most: where all of them stand at one place."""
        slowest_s = max((capability.latency_p95_s for capability in capabilities), default=0.0)
        stops = 1
        while stops < STOPS_LIT_MAX and stops * self.handling_s <= self.ahead_s(slowest_s, stops) + self.handling_s:
            stops += 1
        return stops


def aim_at(
    stops: Sequence[OpenStop],
    labels_at: Callable[[str], Sequence[LabelAddress]],
    capabilities: Mapping[str, Capability],
    now: datetime,
    policy: AimPolicy,
) -> Mapping[str, list[LightWish]]:
    """The wishes of one walk, per gateway.

    The first stop is wanted now. A later one is wanted when the expected arrival is no further off than the gateway's
    p95 and what a quick picker gains; it is a wish already if that instant comes before the first stop should be done,
    because then nobody will ask again in time. Stops beyond are left out: a picker who stands still does not light the
    whole walk.
    """
    wishes: dict[str, list[LightWish]] = {}
    slowest_s = max((capability.latency_p95_s for capability in capabilities.values()), default=0.0)
    arrival_at, first_done_at = now, now
    for index, stop in enumerate(stops):
        arrival_at += timedelta(seconds=stop.distance_m / policy.walking_m_per_s)
        if index == 0:
            first_done_at = arrival_at + timedelta(seconds=policy.handling_s)
        if index == 0 or arrival_at - policy.ahead(slowest_s, index) <= first_done_at:
            # A substitute blinks beside what was ordered: it may be on the shelf after all.
            sought = labels_at(stop.sought_location_id) if stop.sought_location_id else ()
            for address in (*labels_at(stop.location_id), *sought):
                ahead = policy.ahead(capabilities[address.gateway_id].latency_p95_s, index)
                light_at = now if index == 0 else max(now, arrival_at - ahead)
                if index == 0 or light_at <= first_done_at:
                    look = Look(stop.colour, stop.pattern)
                    wish = LightWish(stop.pick_id, address.external_id, look, arrival_at, light_at)
                    wishes.setdefault(address.gateway_id, []).append(wish)
        arrival_at += timedelta(seconds=policy.handling_s)
    return wishes
