"""Named small stores: easy to draw on paper, or grown from a seed."""

from __future__ import annotations

import random

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
