"""The real walks again at another pace: which orders share a trolley does not depend on how fast pickers are."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.pace import Pace
from tests.simulation.regimes.demand import Chance, demo_floor
from tests.simulation.regimes.walks import Outcome, Stop, Walk


def replay(outcome: Outcome, seed: int, pace: Pace) -> Outcome:
    """The same trolleys and stops, each label lit or dark as it was. When a walk begins is not replayed."""
    units = {(line.order, line.sku): line.units for order in outcome.orders for line in order.lines}
    chance = Chance(seed, pace)
    has_walked: set[int] = set()
    walks = []
    for walk in sorted(outcome.walks, key=lambda each: each.taken_s):
        stops = tuple(_again(stop, units[stop.order, stop.sku], chance) for stop in walk.stops)
        walks.append(_timed(walk, stops, pace, has_walked_before=walk.picker in has_walked))
        has_walked.add(walk.picker)
    return Outcome(outcome.orders, walks)


def _again(stop: Stop, units: int, chance: Chance) -> Stop:
    search_s = 0.0 if stop.is_in_hand else chance.search_s(stop.order, stop.sku, is_lit=False)
    if stop.was_lit:
        search_s = min(search_s, chance.search_s(stop.order, stop.sku, is_lit=True))
    return replace(stop, search_s=search_s, handle_s=chance.handle_s(stop.order, stop.sku, units))


def _timed(walk: Walk, stops: tuple[Stop, ...], pace: Pace, *, has_walked_before: bool) -> Walk:
    way_back_s = pace.walk_s(demo_floor().way_back_m) if has_walked_before else 0.0
    started_s = walk.taken_s + way_back_s + pace.start_s
    at_stops_s = sum(pace.walk_s(stop.walked_m) + stop.search_s + stop.handle_s for stop in stops)
    ended_s = started_s + at_stops_s + pace.walk_s(walk.to_desk_m) + pace.finish_s
    return replace(walk, stops=stops, started_s=started_s, ended_s=ended_s)
