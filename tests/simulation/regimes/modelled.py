"""The regimes a store has without us, modelled: one order per walk, on paper, on a handheld, or with a light.

The store, the orders, the pickers' pace and every draw of chance are those of the real regime; the first free picker
takes the most pressing order.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from backend.routing.problem import RouteProblem
from backend.routing.route import solve_route
from tests.simulation.gateways import RadioModel
from tests.simulation.pace import Pace
from tests.simulation.regimes.demand import Chance, Floor, Line, Order, Period, demo_floor, orders_of
from tests.simulation.regimes.walks import Outcome, Stop, Walk

NODES_OF_AN_AISLE_MIN = 3  # places in one column of the map; fewer belong to a wall one walks past


class PickOrder(Enum):
    """In which order the lines of an order are picked."""

    AS_ORDERED = "as the shopper put them in"
    SERPENTINE = "aisle by aisle, up the one and down the next"
    SHORTEST = "the shortest walk"


@dataclass(frozen=True, slots=True)
class Method:
    """How one order is picked on its own walk. With a radio, the label of the current stop is asked to blink."""

    sequence: PickOrder
    radio: RadioModel | None = None


def pick_by_model(period: Period, seed: int, pace: Pace, method: Method) -> Outcome:
    """All orders of the period, picked one by one."""
    orders = orders_of(period, seed)
    floor, chance = demo_floor(), Chance(seed, pace)
    free = [(0.0, number) for number in range(period.pickers)]
    has_walked: set[int] = set()
    coming, walks = deque(orders), list[Walk]()
    waiting: list[tuple[float, str, Order]] = []
    while coming or waiting:
        free_s, picker = heapq.heappop(free)
        now_s = free_s if waiting else max(free_s, coming[0].placed_s)
        while coming and coming[0].placed_s <= now_s:
            order = coming.popleft()
            heapq.heappush(waiting, (order.due_s, order.code, order))
        order = heapq.heappop(waiting)[2]
        way_back_m = floor.way_back_m if picker in has_walked else 0.0
        has_walked.add(picker)
        walks.append(walk_alone(order, picker, now_s, way_back_m, floor, chance, method))
        heapq.heappush(free, (walks[-1].ended_s, picker))
    return Outcome(orders, walks).check()


def walk_alone(
    order: Order, picker: int, taken_s: float, way_back_m: float, floor: Floor, chance: Chance, method: Method
) -> Walk:
    """One order's walk. Each light is asked for when the stop before is done."""
    pace = chance.pace
    started_s = now_s = taken_s + pace.walk_s(way_back_m) + pace.start_s
    here, stops = floor.entrance, []
    for line in sequence(order.lines, floor, method.sequence):
        walked_m = floor.graph.distance_m(here, line.node)
        lit_s = now_s + _latency_s(line, chance, method.radio)
        now_s, here = now_s + pace.walk_s(walked_m), line.node
        search_s = search_until_lit_s(line, now_s, lit_s, chance)
        handle_s = chance.handle_s(line.order, line.sku, line.units)
        stops.append(Stop(line.order, line.sku, lit_s <= now_s, False, walked_m, search_s, handle_s))
        now_s += search_s + handle_s
    to_desk_m = floor.graph.distance_m(here, floor.desk)
    ended_s = now_s + pace.walk_s(to_desk_m) + pace.finish_s
    return Walk(picker, (order.code,), taken_s, started_s, ended_s, tuple(stops), to_desk_m)


def search_until_lit_s(line: Line, arrived_s: float, lit_s: float, chance: Chance) -> float:
    """In the dark until the label blinks, if it does before the product is found."""
    in_the_dark_s = chance.search_s(line.order, line.sku, is_lit=False)
    in_the_light_s = chance.search_s(line.order, line.sku, is_lit=True)
    return min(in_the_dark_s, max(0.0, lit_s - arrived_s) + in_the_light_s)


def sequence(lines: Sequence[Line], floor: Floor, wanted: PickOrder) -> list[Line]:
    """The lines in the order in which they are picked."""
    if wanted is PickOrder.AS_ORDERED:
        return list(lines)
    if wanted is PickOrder.SERPENTINE:
        return _serpentine(lines, floor)
    problem = RouteProblem(floor.graph, floor.entrance, floor.desk, [line.node for line in lines])
    return [lines[index] for index in solve_route(problem).order]


def _serpentine(lines: Sequence[Line], floor: Floor) -> list[Line]:
    """Aisles from left to right; what stands on the back wall belongs to the nearest aisle."""
    points = floor.graph.points
    per_column = Counter(x_m for x_m, _ in points.values())
    columns_m = sorted(x_m for x_m, count in per_column.items() if count > NODES_OF_AN_AISLE_MIN)
    in_column: dict[float, list[Line]] = {}
    for line in lines:
        x_m = points[line.node][0]
        column_m = min(columns_m, key=lambda each: (abs(each - x_m), each))
        in_column.setdefault(column_m, []).append(line)
    walked: list[Line] = []
    for turn, column_m in enumerate(sorted(in_column)):
        towards_back = turn % 2 == 0  # the entrance is at the front, where y is greatest
        walked += sorted(
            in_column[column_m], key=lambda line: (points[line.node][1] * (-1 if towards_back else 1), line.location)
        )
    return walked


def _latency_s(line: Line, chance: Chance, radio: RadioModel | None) -> float:
    """From asking to blinking; a command that is lost never blinks."""
    if radio is None:
        return float("inf")
    draw = chance.latency(line.order, line.sku)
    latency_s = draw.uniform(radio.latency_min_s, radio.latency_max_s)
    return float("inf") if draw.random() < radio.loss_rate else latency_s
