"""`python -m tests.simulation.busy_hour.picture`: one trolley on the demo store, our walk beside the serpentine."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import patches, patheffects, pyplot

from backend.demo.loading import FILES
from backend.routing.batch import BatchOrder, BatchPlan, BatchProblem, Trolley, plan_batches
from backend.routing.problem import Route, RouteProblem
from backend.routing.route import lengths_m
from backend.routing.serpentine import serpentine_walk
from backend.stores.importing import read_store_file
from backend.stores.stages import DEFAULT_STAGES, StageKind, Stages, rank_of
from shared.places import StoreMap
from tests.simulation.busy_hour.floor import demo_places, stocked_products
from tests.simulation.busy_hour.hour import BUSY, TOTES_MAX, busy_hour
from tests.simulation.regimes.demand import Order, orders_of
from tests.simulation.regimes.page import fill_in
from tests.simulation.regimes.tables import table

PAGE = Path(__file__).parents[3] / "docs" / "plan.md"
PICTURE = PAGE.parent / "pictures" / "plan.png"
SEED, ORDERS = 5, 24
ITERATIONS = 200
LINES_MAX = 12  # top-up orders: a walk past 150 stops shows nothing to the eye
TOTE_COLOURS = ("#d32f2f", "#1565c0", "#2e7d32", "#f9a825", "#6a1b9a", "#00838f")
TOTES = "ABCDEF"
_COLD = frozenset({StageKind.CHILLED, StageKind.FROZEN})
STAGES: dict[str, Stages] = {
    "everything together": (),
    "frozen last (what a store has by itself)": DEFAULT_STAGES,
    "chilled and frozen last": (frozenset(StageKind) - _COLD, _COLD),
    "chilled, then frozen last": (frozenset(StageKind) - _COLD, *(frozenset({kind}) for kind in sorted(_COLD))),
}
SHELF, FLOOR, WALKED = "#cfd8dc", "#fafafa", "#455a64"
ASIDE_M = 0.32  # a stretch walked twice is drawn as two lines side by side
ARROW_M = 2.0  # a shorter stretch has none

Point = tuple[float, float]
Run = tuple[Point, Point]


@dataclass(frozen=True)
class Example:
    """A plan for some orders, and the trolley that is drawn."""

    plan: BatchPlan
    trolley: Trolley
    orders: dict[str, Order]
    serpentine: Route


def example() -> Example:
    """The first two dozen small orders of a busy hour; the first trolley that is full. The same every time."""
    places = demo_places()
    small = (order for order in orders_of(busy_hour(BUSY * 2), SEED) if len(order.lines) <= LINES_MAX)
    orders = {order.code: order for order in itertools.islice(small, ORDERS)}
    plan = plan_batches(_problem(orders.values(), ()), seconds=600.0, iterations=ITERATIONS)
    trolley = next(each for each in plan.trolleys if len(each.order_ids) == TOTES_MAX)
    question = RouteProblem(places.graph, places.entrance, places.desk, trolley.stops)
    return Example(plan, trolley, orders, serpentine_walk(question))


def _problem(orders: Iterable[Order], stages: Stages) -> BatchProblem:
    places, products = demo_places(), stocked_products()
    batch = [
        BatchOrder(
            order.code,
            [line.node for line in order.lines],
            ranks=[rank_of(products[line.sku].card, stages) for line in order.lines],
        )
        for order in orders
    ]
    return BatchProblem(places.graph, places.entrance, places.desk, batch, totes_max=TOTES_MAX)


def draw(path: Path, shown: Example) -> None:
    """Two floors, one above the other, and which colour is whose."""
    store_map = read_store_file((FILES / "store.json").read_text(encoding="utf-8")).map
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(11.0, 10.4))
    ours = shown.trolley.route
    longer = shown.serpentine.length_m / ours.length_m - 1
    _floor(above, store_map, f"Ours: {ours.length_m:.0f} m, the shortest there is")
    _floor(below, store_map, f"Aisle by aisle: {shown.serpentine.length_m:.0f} m, {longer:.0%} longer")
    for axes, route in ((above, ours), (below, shown.serpentine)):
        _walk(axes, store_map, route.walk)
        _stops(axes, store_map, shown)
    handles = [
        patches.Patch(color=TOTE_COLOURS[at], label=f"tote {TOTES[at]}: {len(shown.orders[code].lines)} lines")
        for at, code in enumerate(shown.trolley.order_ids)
    ]
    figure.legend(handles=handles, loc="lower center", ncol=len(handles), fontsize=9, frameon=False)
    figure.tight_layout(rect=(0, 0.035, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def _floor(axes: Any, store_map: StoreMap, title: str) -> None:
    axes.set_title(title, fontsize=13, loc="left")
    axes.set_xlim(-0.5, store_map.width_m + 0.5)
    axes.set_ylim(store_map.height_m + 0.9, -0.5)  # the back wall is at the top, as on the phone
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.add_patch(patches.Rectangle((0, 0), store_map.width_m, store_map.height_m, facecolor=FLOOR, edgecolor=SHELF))
    for fixture in store_map.fixtures:
        corner = (fixture.x_m, fixture.y_m)
        axes.add_patch(patches.Rectangle(corner, fixture.width_m, fixture.height_m, color=SHELF, linewidth=0))
    at = {node.id: node for node in store_map.nodes}
    for node, name in ((store_map.entrance, "entrance"), (store_map.desk, "packing desk")):
        axes.plot(at[node].x_m, at[node].y_m, marker="s", color="black", markersize=7, zorder=5)
        axes.annotate(name, (at[node].x_m, at[node].y_m), (9, -4), textcoords="offset points", fontsize=9, zorder=6)


def _walk(axes: Any, store_map: StoreMap, walk: Sequence[int]) -> None:
    """One line, on the right of whoever walks it, with an arrow on each stretch of some length."""
    at = {node.id: (node.x_m, node.y_m) for node in store_map.nodes}
    runs = _straight_runs([at[node] for node in walk])
    aside = [_aside(run) for run in runs]
    corners = [_moved(runs[0][0], aside[0])]
    for (_, corner), before, after in zip(runs[:-1], aside[:-1], aside[1:], strict=True):
        if before[0] == -after[0] and before[1] == -after[1]:  # turns round
            corners += [_moved(corner, before), _moved(corner, after)]
        else:
            corners.append(_moved(corner, before, after))
    corners.append(_moved(runs[-1][1], aside[-1]))
    axes.plot(*zip(*corners, strict=True), color=WALKED, linewidth=1.6, zorder=2, solid_joinstyle="round")
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        length_m = max(abs(bx - ax), abs(by - ay))
        if length_m > ARROW_M:
            dx, dy = (bx - ax) / length_m / 2, (by - ay) / length_m / 2
            middle = ((ax + bx) / 2, (ay + by) / 2)
            arrow = {"arrowstyle": "-|>", "color": WALKED, "mutation_scale": 11}
            axes.annotate("", (middle[0] + dx, middle[1] + dy), middle, arrowprops=arrow, zorder=3)


def _aside(run: Run) -> Point:
    """How far a stretch is drawn to the right of where it lies; y grows downwards."""
    across, down = _direction(*run)
    return -down * ASIDE_M, across * ASIDE_M


def _moved(point: Point, *by: Point) -> Point:
    return point[0] + sum(x for x, _ in by), point[1] + sum(y for _, y in by)


def _straight_runs(points: Sequence[Point]) -> list[Run]:
    """Corner to corner: steps in the same direction are one line."""
    runs: list[Run] = []
    for a, b in itertools.pairwise(points):
        if runs and _direction(*runs[-1]) == _direction(a, b):
            runs[-1] = (runs[-1][0], b)
        else:
            runs.append((a, b))
    return runs


def _direction(a: Point, b: Point) -> tuple[int, int]:
    return (b[0] > a[0]) - (b[0] < a[0]), (b[1] > a[1]) - (b[1] < a[1])


def _stops(axes: Any, store_map: StoreMap, shown: Example) -> None:
    """A dot per line in the colour of its tote, beside each other where several stand at one place."""
    at = {node.id: (node.x_m, node.y_m) for node in store_map.nodes}
    there: Counter[int] = Counter()
    ring = [patheffects.withStroke(linewidth=2.2, foreground="white")]
    for tote, code in enumerate(shown.trolley.order_ids):
        for line in shown.orders[code].lines:
            x_m, y_m = at[line.node]
            offset_m = (there[line.node] + 1) // 2 * (1 if there[line.node] % 2 else -1) * 0.75
            there[line.node] += 1
            colour = TOTE_COLOURS[tote]
            axes.plot(x_m + offset_m, y_m, marker="o", color=colour, markersize=7.5, zorder=4, path_effects=ring)


def tables(shown: Example) -> dict[str, str]:
    """Name -> table; docs/plan.md has a place for each."""
    plan, trolley = shown.plan, shown.trolley
    proof = "proven: no plan is shorter" if plan.proven_optimal else f"at most {plan.gap:.1%} above the best"
    aisle_by_aisle = (f"{plan.serpentine_m:.1f} m", f"{shown.serpentine.length_m:.1f} m")
    figures = table(
        (f"{len(shown.orders)} orders on {len(plan.trolleys)} trolleys", "all trolleys", "the one that is drawn"),
        (
            ("length: what is walked", f"{plan.length_m:.1f} m", f"{trolley.route.length_m:.1f} m"),
            ("bound: nothing is shorter than", f"{plan.lower_bound_m:.1f} m", f"{trolley.route.lower_bound_m:.1f} m"),
            ("gap between the two", proof, "proven" if trolley.route.proven_optimal else "not proven"),
            ("serpentine: the same trolleys, aisle by aisle", *aisle_by_aisle),
            ("one order per walk", f"{plan.one_order_per_walk_m:.1f} m", f"{trolley.one_order_per_walk_m:.1f} m"),
        ),
    )  # fmt: skip
    rows = [_why(shown, tote, code) for tote, code in enumerate(trolley.order_ids)]
    orders = table(("tote", "lines", "alone", "adds to this trolley", "would add to another, at least"), rows)
    return {"figures": figures, "orders": orders, "stages": _stages(shown)}


def _stages(shown: Example) -> str:
    """The same orders planned under other sequences of kinds, and what each costs."""
    rows = []
    for name, stages in STAGES.items():
        plan = plan_batches(_problem(shown.orders.values(), stages), seconds=600.0, iterations=ITERATIONS)
        more = plan.length_m / shown.plan.length_m - 1
        same = plan.length_m / plan.unstaged_m - 1
        rows.append((name, f"{plan.length_m:.1f} m", f"{more:+.1%}", f"{same:+.1%}"))
    heads = (
        "picked in this sequence",
        "walked",
        "against no stages",
        "against the shortest walks of the same trolleys",
    )
    return table(heads, rows)


def _why(shown: Example, tote: int, code: str) -> tuple[str, ...]:
    """An order's own walk, what it adds where it is, and what it would add elsewhere if there were room."""
    places, trolley = demo_places(), shown.trolley
    own = [line.node for line in shown.orders[code].lines]
    without = [line.node for each in trolley.order_ids if each != code for line in shown.orders[each].lines]
    others = [each for each in shown.plan.trolleys if each is not trolley]
    walks = [own, without, *(each.stops + own for each in others)]
    alone_m, without_m, *with_m = lengths_m(places.graph, places.entrance, places.desk, walks)
    adds_m = trolley.route.length_m - without_m
    elsewhere_m = min(longer - each.route.length_m for longer, each in zip(with_m, others, strict=True))
    return TOTES[tote], str(len(own)), f"{alone_m:.1f} m", f"{adds_m:.1f} m", f"{elsewhere_m:.1f} m"


def main() -> int:
    shown = example()
    draw(PICTURE, shown)
    filled = tables(shown)
    PAGE.write_text(fill_in(PAGE.read_text(encoding="utf-8"), filled), encoding="utf-8")
    print("\n\n".join(filled.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
