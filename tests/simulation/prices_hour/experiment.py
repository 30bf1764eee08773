"""Every kind of gateway, with new prices and without, the same shoppers and pickers in both."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.simulation.prices_hour.floor import COPIES, priced_shop, with_one_gateway
from tests.simulation.prices_hour.hour import Lived, live
from tests.simulation.prices_hour.models import MODELS, GatewayModel
from tests.simulation.regimes.demand import Period

HOUR = Period(0.15, 240.0, 20)


@dataclass(frozen=True, slots=True)
class Task:
    """One hour to live through. `model` is its place in MODELS."""

    model: int
    prices_change: bool
    seed: int

    @property
    def gateways(self) -> GatewayModel:
        return MODELS[self.model]


Outcomes = dict[Task, Lived]


def run(seeds: Sequence[int], processes: int) -> Outcomes:
    """The same whatever the number of processes. The store is filled once, and each process has it from there."""
    priced_shop(COPIES)
    with_one_gateway(COPIES)
    tasks = [Task(model, changes, seed) for seed in seeds for model in range(len(MODELS)) for changes in (True, False)]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
        outcomes: Outcomes = {}
        for task, lived in zip(tasks, pool.map(run_one, tasks), strict=True):
            outcomes[task] = lived
            what = "prices change" if task.prices_change else "no prices change"
            words = f"seed {task.seed}, {task.gateways.caption}, {what}: {len(lived.lights)} lights, {lived.accounts}"
            print(words, file=sys.stderr, flush=True)
    return outcomes


def run_one(task: Task, period: Period = HOUR, copies: int = COPIES) -> Lived:
    shop = with_one_gateway(copies) if task.gateways.has_one_server else priced_shop(copies)
    return live(task.gateways, task.seed, period, shop, prices_change=task.prices_change)
