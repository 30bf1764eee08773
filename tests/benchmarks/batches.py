"""Orders to trolleys: ours beside savings and one order per walk; with INSTANCES=folder beside published bounds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.routing.answering import warm_up
from backend.routing.batch import BatchOrder, BatchProblem, improving_plans, plan_batches
from tests.benchmarks.figures import Figure, median, say
from tests.benchmarks.published_batches import ROUNDED_BY, Published, published_bounds, published_problems
from tests.benchmarks.routes import store

STORE = (20, 3, 10)  # aisles, cross aisles, places between two cross aisles
FIRST_AIM_MS, GAP_AIM_PERCENT, WORST_AIM_PERCENT, OPTIMA_AIM = 10.0, 0.05, 0.7, 34 / 36
INSTANCES = "INSTANCES"


@dataclass(frozen=True, slots=True)
class Size:
    """`seconds` for each problem; `orders` in each generated one; every `step`-th published open instance."""

    seconds: float
    orders: tuple[int, ...]
    problems: int
    step: int


FULL, QUICK = Size(5.0, (20, 40, 60), 3, 10), Size(1.0, (20,), 1, 90)


def batches(size: Size) -> list[Figure]:
    warm_up()
    folder = os.environ.get(INSTANCES)
    return beside_published(Path(folder), size) if folder else generated(size)


def generated(size: Size) -> list[Figure]:
    """Orders of some lines in a store of parallel aisles, six to a trolley."""
    graph = store(*STORE)
    figures = []
    for count in size.orders:
        firsts_ms, savings, ours, few, alone, serpentine, gaps = ([] for _ in range(7))  # type: ignore[var-annotated]
        for seed in range(size.problems):
            chance = random.Random(f"{count} {seed}")
            orders = [BatchOrder(f"o{at}", chance.sample(graph.nodes, chance.randint(3, 12))) for at in range(count)]
            problem = BatchProblem(graph, 0, graph.nodes[-11], orders)
            began_s = time.process_time()
            plans = improving_plans(problem, seconds=size.seconds)
            first = next(plans)
            firsts_ms.append((time.process_time() - began_s) * 1000)
            last = first
            for plan in plans:
                last = plan
            ours.append(last.length_m)
            savings.append(first.length_m)
            few.append(plan_batches(problem, seconds=size.seconds).length_m)
            alone.append(last.one_order_per_walk_m)
            serpentine.append(last.serpentine_m)
            gaps.append(last.gap)
        name = f"{count} orders"
        figures += [
            Figure("batches", f"{name}, first plan (savings)", median(firsts_ms), "ms", FIRST_AIM_MS),
            Figure("batches", f"{name}, savings: way above ours", _above(savings, ours), "%"),
            Figure("batches", f"{name}, as picking plans: way above ours", _above(few, ours), "%"),
            Figure(
                "batches", f"{name}, serpentine walks of our trolleys: way above ours", _above(serpentine, ours), "%"
            ),
            Figure("batches", f"{name}, one order per walk: way above ours", _above(alone, ours), "%"),
            Figure("batches", f"{name}, at most above the optimum", max(gaps) * 100, "%"),
        ]
    return figures


def beside_published(folder: Path, size: Size) -> list[Figure]:
    """The command on each proven instance and some open ones; a line for each goes to standard error."""
    bounds = published_bounds(folder)
    problems = [(name, problem) for name, problem in published_problems(folder) if name in bounds]
    proven = [(name, problem) for name, problem in problems if bounds[name].is_proven]
    open_ones = [(name, problem) for name, problem in problems if not bounds[name].is_proven][:: size.step]
    gaps = [_gap(name, problem, bounds[name], size.seconds) for name, problem in proven]
    open_gaps = [_gap(name, problem, bounds[name], size.seconds) for name, problem in open_ones]
    reached = sum(gap <= 0 for gap in gaps)
    return [
        Figure("batches", f"published optima reached, of {len(gaps)}", reached, "", OPTIMA_AIM * len(gaps), True),
        Figure("batches", "proven instances, mean gap", sum(gaps) / max(1, len(gaps)), "%", GAP_AIM_PERCENT),
        Figure("batches", "proven instances, greatest gap", max(gaps, default=0), "%", WORST_AIM_PERCENT),
        Figure(
            "batches",
            f"{len(open_gaps)} open instances, mean above the published best",
            sum(open_gaps) / max(1, len(open_gaps)),
            "%",
            0.0,
        ),
    ]


def _gap(name: str, problem: dict[str, Any], bounds: Published, seconds: float) -> float:
    """Per cent above the published upper bound; none where only its rounding lies between."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.json"
        path.write_text(json.dumps(problem))
        began_s = time.perf_counter()
        command = [sys.executable, "-m", "backend.routing", "solve", str(path), "--seconds", str(seconds)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        took_s = time.perf_counter() - began_s
    answer = json.loads(run.stdout)
    length = answer["length"]
    assert length >= bounds.lower - ROUNDED_BY, f"{name}: {length} is below the published lower bound"
    gap = 0.0 if abs(length - bounds.upper) <= ROUNDED_BY else (length / bounds.upper - 1) * 100
    proof = "proven" if answer["proven_optimal"] else f"at least {answer['lower_bound']:.1f}"
    say(f"{name}: {length:.1f} ({proof}), published {bounds.lower:g} to {bounds.upper:g}, {gap:+.2f} %, {took_s:.1f} s")
    return gap


def _above(others: list[float], ours: list[float]) -> float:
    return (sum(others) / sum(ours) - 1) * 100
