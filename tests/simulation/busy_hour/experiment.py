"""Every way at every rate on every seed, some at a time."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.busy_hour.hour import RATES, Outcome, busy_hour
from tests.simulation.busy_hour.tables import Outcomes
from tests.simulation.busy_hour.ways import Way, pick

Task = tuple[Way, float, int]


def run(seeds: Sequence[int], processes: int) -> Outcomes:
    """The long ones first; the same whatever the number of processes."""
    tasks: list[Task] = [(way, rate, seed) for rate in reversed(RATES) for way in Way for seed in seeds]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        outcomes: dict[Task, Outcome] = {}
        for task, outcome in zip(tasks, pool.map(_run_one, tasks), strict=True):
            outcomes[task] = outcome
            way, rate, seed = task
            print(f"{rate:g} orders an hour, seed {seed}, {way.value}: {outcome.late} late", file=sys.stderr)
    return outcomes


def _run_one(task: Task) -> Outcome:
    way, rate, seed = task
    return pick(way, busy_hour(rate), seed)
