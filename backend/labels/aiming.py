"""Which labels a walk wants lit, and from when: the stop the picker goes to, and ahead what the radio needs. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.labels.dispatcher import LabelAddress
from backend.labels.port import Capability
from backend.labels.port_picks import KeptWalk, OpenStop
from backend.labels.wishes import NEVER, LightWish
from shared.labels import Look

STOPS_LIT_MAX = 50  # of one walk


@dataclass(frozen=True, slots=True)
class AimPolicy:
    """How fast a picker is of whom nothing is known yet (`Paces` knows more), and how much sooner a label is lit.

    That is so much before the gateway must have it. `spread_s` is how much sooner than expected one of a hundred stops
    is done: 2.3 standard deviations of a stop, about 3.5 s where the product is found by its light. Over n stops it
    grows with the root of n. `taking_s`: the least from being free to the first step with a trolley. `kept_for_s`: how
    long after the expected arrival the stops of a trolley that nobody took stay lit.
    """

    walking_m_per_s: float = 1.0
    handling_s: float = 12.0
    margin_s: float = 3.0
    spread_s: float = 8.0
    taking_s: float = 15.0
    kept_for_s: float = 90.0

    def at_pace(self, pace: float) -> AimPolicy:
        """For somebody who needs `pace` times as long to walk and to take.

        Nobody is lit later than here: stops differ by more the slower one is, and the slow are quick at times. Measured
        in a small hour of labels that wake every 40 s, lighting the slow by their mean left 1 and 4 of 100 stops dark.
        """
        if pace >= 1.0:
            return self
        return replace(self, walking_m_per_s=self.walking_m_per_s / pace, handling_s=self.handling_s * pace)

    def legs(self, stops: Sequence[OpenStop]) -> list[tuple[str, float]]:
        """Each stop's pick, and how long it takes from the one before until it is done, seconds."""
        return [(stop.pick_id, stop.distance_m / self.walking_m_per_s + self.handling_s) for stop in stops]

    def ahead(self, latency_p95_s: float, stops_before: int) -> timedelta:
        """How long before the expected arrival the light is asked for, so that a quick picker finds it lit."""
        return timedelta(seconds=self.ahead_s(latency_p95_s, stops_before))

    def ahead_s(self, latency_p95_s: float, stops_before: int) -> float:
        return latency_p95_s + self.margin_s + self.spread_s * math.sqrt(stops_before)

    def stops_max(self, capabilities: Iterable[Capability]) -> int:
        """How many stops can be wished for at once, at most: where all of them stand at one place."""
        slowest_s, stops = _slowest_s(capabilities), 1
        while stops < STOPS_LIT_MAX and (stops - 1) * self.handling_s <= self.ahead_s(slowest_s, stops) + slowest_s:
            stops += 1
        return stops

    def arrivals(self, stops: Sequence[OpenStop], begins_at: datetime) -> list[datetime]:
        """When the picker is expected at each stop."""
        at, arrivals = begins_at, []
        for stop in stops:
            at += timedelta(seconds=stop.distance_m / self.walking_m_per_s)
            arrivals.append(at)
            at += timedelta(seconds=self.handling_s)
        return arrivals


LabelsAt = Callable[[str], Sequence[LabelAddress]]
Wishes = Mapping[str, list[LightWish]]


def aim_at(
    stops: Sequence[OpenStop],
    labels_at: LabelsAt,
    capabilities: Mapping[str, Capability],
    now: datetime,
    policy: AimPolicy,
) -> Wishes:
    """The wishes of one walk, per gateway.

    The first stop is wanted now. A later one is wanted when the expected arrival is no further off than the gateway's
    p95 and what a quick picker gains; it is a wish already if that instant comes before the first stop should be done,
    because then nobody will ask again in time. Those that come so soon after that a flash for somebody else would be
    in their way are wishes that light nothing, and join in. Stops beyond are left out: a picker who stands still does
    not light the whole walk.
    """
    wishes: dict[str, list[LightWish]] = {}
    slowest_s = _slowest_s(capabilities.values())
    first_done_at = now
    for index, (stop, arrival_at) in enumerate(zip(stops, policy.arrivals(stops, now), strict=True)):
        if index == 0:
            first_done_at = arrival_at + timedelta(seconds=policy.handling_s)
        known_until = first_done_at + timedelta(seconds=slowest_s)
        if index > 0 and arrival_at - policy.ahead(slowest_s, index) > known_until:
            continue
        for address in _labels_of(stop, labels_at):
            latency_s = capabilities[address.gateway_id].latency_p95_s
            light_at = now if index == 0 else max(now, arrival_at - policy.ahead(latency_s, index))
            joins_at = light_at
            if index > 0 and light_at > first_done_at:
                light_at = NEVER
            if joins_at <= first_done_at + timedelta(seconds=latency_s):
                _add(wishes, address, stop, arrival_at, light_at, joins_at=joins_at)
    return wishes


def aim_at_kept(
    kept: KeptWalk,
    labels_at: LabelsAt,
    capabilities: Mapping[str, Capability],
    now: datetime,
    policy: AimPolicy,
) -> Wishes:
    """The wishes of a trolley that is kept for somebody who will set out with it soon.

    Nothing while they have more than one stop of another walk before them: when they are back is told then. Wanted are
    the stops that must be asked for before the first one is done; once the walk begins one asks anew.
    """
    if kept.picks_left > 1:
        return {}
    wishes: dict[str, list[LightWish]] = {}
    left_s = kept.walk_left_m / policy.walking_m_per_s + kept.picks_left * policy.handling_s
    begins_at = now + timedelta(seconds=left_s + policy.taking_s)
    arrivals = policy.arrivals(kept.stops, begins_at)
    for index, (stop, arrival_at) in enumerate(zip(kept.stops, arrivals, strict=True)):
        for address in _labels_of(stop, labels_at):
            ahead = policy.ahead(capabilities[address.gateway_id].latency_p95_s, index + kept.picks_left)
            light_at = max(now, arrival_at - ahead)
            if light_at <= arrivals[0]:
                ends_at = arrival_at + timedelta(seconds=policy.kept_for_s)
                _add(wishes, address, stop, arrival_at, light_at, ends_at=ends_at)
    return wishes


def _slowest_s(capabilities: Iterable[Capability]) -> float:
    return max((capability.latency_p95_s for capability in capabilities), default=0.0)


def _labels_of(stop: OpenStop, labels_at: LabelsAt) -> Sequence[LabelAddress]:
    """A substitute blinks beside what was ordered: it may be on the shelf after all."""
    sought = labels_at(stop.sought_location_id) if stop.sought_location_id else ()
    return (*labels_at(stop.location_id), *sought)


def _add(
    wishes: dict[str, list[LightWish]],
    address: LabelAddress,
    stop: OpenStop,
    arrival_at: datetime,
    light_at: datetime,
    *,
    joins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    look = Look(stop.colour, stop.pattern)
    wish = LightWish(stop.pick_id, address.external_id, look, arrival_at, light_at, ends_at, joins_at)
    wishes.setdefault(address.gateway_id, []).append(wish)
