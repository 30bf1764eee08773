"""General solvers on the same walks, in a process of their own: `python -m tests.benchmarks.route_peers <peer>`.

Reads `seconds` and `questions` as JSON, each question a table of millimetres whose first place is the start and whose
last is the end; writes the length each walk got. Fails where the peer is not installed.
"""

from __future__ import annotations

import json
import sys

Table = list[list[int]]


def ortools(table: Table, seconds: float) -> int:
    """OR-Tools routing: one vehicle, guided local search."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    indices = pywrapcp.RoutingIndexManager(len(table), 1, [0], [len(table) - 1])
    model = pywrapcp.RoutingModel(indices)
    arc = model.RegisterTransitCallback(lambda a, b: table[indices.IndexToNode(a)][indices.IndexToNode(b)])
    model.SetArcCostEvaluatorOfAllVehicles(arc)
    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    settings.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    settings.time_limit.FromMilliseconds(round(seconds * 1000))
    return int(model.SolveWithParameters(settings).ObjectiveValue())


def pyvrp(table: Table, seconds: float) -> int:
    """PyVRP: one vehicle from a depot to another."""
    import pyvrp as solver
    from pyvrp.stop import MaxRuntime

    model = solver.Model()
    places = [model.add_location(0, 0) for _ in table]
    start, end = model.add_depot(places[0]), model.add_depot(places[-1])
    for place in places[1:-1]:
        model.add_client(place)
    model.add_vehicle_type(1, start_depot=start, end_depot=end)
    for a, row in zip(places, table, strict=True):
        for b, mm in zip(places, row, strict=True):
            if a is not b:
                model.add_edge(a, b, mm)
    result = model.solve(stop=MaxRuntime(seconds), seed=1, display=False)
    return int(result.cost())


def checked(table: Table, length_mm: int) -> int:
    """No walk is shorter than the way from the start over its farthest place to the end."""
    assert length_mm >= max(table[0][place] + table[place][-1] for place in range(len(table))), "not a walk past all"
    return length_mm


def main() -> int:
    solve = {"ortools": ortools, "pyvrp": pyvrp}[sys.argv[1]]
    asked = json.load(sys.stdin)
    print(json.dumps([checked(table, solve(table, asked["seconds"])) for table in asked["questions"]]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
