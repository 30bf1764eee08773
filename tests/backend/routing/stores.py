"""Named small stores: easy to draw on paper, or grown from a seed."""

from __future__ import annotations

import random

from backend.routing.errors import PlaceUnreachable
from backend.routing.problem import StoreGraph


def corridor() -> StoreGraph:
    """0 - 1 - 2 - 3 - 4 in a line, 10 m apart."""
    return StoreGraph(range(5), [(node, node + 1, 10.0) for node in range(4)])


def aisles(count: int, *, cross: int = 3, bays: int = 3) -> StoreGraph:
    """Aisles 3 m apart with bays of 1 m, joined by cross aisles; node 0 is the front corner."""
    rows = (bays + 1) * (cross - 1) + 1
    points = {aisle * rows + row: (aisle * 3.0, float(row)) for aisle in range(count) for row in range(rows)}
    along = [(node, node + 1, 1.0) for node in points if (node + 1) % rows]
    across = [(node, node + rows, 3.0) for node in points if node % rows % (bays + 1) == 0 and node + rows in points]
    return StoreGraph(points, along + across, points=points, captions={node: f"bay {node}" for node in points})


def tangle(seed: int, *, nodes: int, extra: int) -> StoreGraph:
    """Any connected shape: a random tree and `extra` more stretches, lengths in millimetres, no coordinates."""
    chance = random.Random(seed)
    edges = {(chance.randrange(node), node) for node in range(1, nodes)}
    edges |= {(a, b) for a, b in (sorted(chance.sample(range(nodes), 2)) for _ in range(extra))}
    return StoreGraph(range(nodes), [(a, b, chance.randint(1, 9_000) / 1000) for a, b in sorted(edges)])


def irregular(seed: int, *, count: int, cross: int, bays: int = 3) -> StoreGraph:
    """Aisles with walls in them: a quarter of the cross aisles' pieces and a tenth of the others are gone.

    Dead ends, islands and ways around come of themselves; no two stretches need be of one length.
    """
    chance = random.Random(seed)
    whole = aisles(count, cross=cross, bays=bays)
    edges = [
        (a, b, chance.randint(500, 4_000) / 1000)
        for a, b, _ in whole.edges_mm
        if chance.random() > (0.1 if b == a + 1 else 0.25)
    ]
    return StoreGraph(whole.nodes, edges, points=whole.points)


def questions(graph: StoreGraph, seed: int, stops_max: int) -> tuple[int, int, list[int]]:
    """Start, end and stops, all of them where one can walk from the start; often several in one aisle."""
    chance = random.Random(seed)
    start = chance.choice([node for node in graph.nodes if graph.neighbours_mm(node)])
    near = [node for node in graph.nodes if _is_way(graph, start, node)]
    end = start if chance.random() < 0.2 else chance.choice(near)
    return start, end, [chance.choice(near) for _ in range(chance.randint(0, stops_max))]


def _is_way(graph: StoreGraph, a: int, b: int) -> bool:
    try:
        graph.check_way(a, b)
    except PlaceUnreachable:
        return False
    return True
