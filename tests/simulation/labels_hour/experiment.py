"""Every kind of label, lit ahead and one by one, with all access points and with two of them gone for a while."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import Enum

from tests.simulation.labels_hour.floor import price_shop
from tests.simulation.labels_hour.hour import BUSY, Lighting, Lived, live
from tests.simulation.labels_hour.radios import EVERY_KIND, WAKING_LABELS, Labels
from tests.simulation.regimes.demand import Period
from tests.simulation.world import World

GONE = ("ap3", "ap6")
GONE_AFTER_S = 900.0
GONE_FOR_S = 300.0


class Case(Enum):
    """What an hour is about."""

    AHEAD = "lit ahead"
    ONE_BY_ONE = "only the stop one goes to"
    POINTS_GONE = "lit ahead, two access points gone for five minutes"
    PICTURES = "twenty pickers, 30,000 labels get a new picture"
    NO_PICTURES = "twenty pickers, 30,000 labels, no pictures"


PRICES = (Case.PICTURES, Case.NO_PICTURES)
PRICED_KIND = EVERY_KIND.index(WAKING_LABELS)
PRICE_HOUR = Period(0.25, 200.0, 20)


@dataclass(frozen=True, slots=True)
class Task:
    """One hour to live through. `kind` is its place in EVERY_KIND."""

    kind: int
    case: Case
    seed: int

    @property
    def labels(self) -> Labels:
        return EVERY_KIND[self.kind]


Outcomes = dict[Task, Lived]


def run(seeds: Sequence[int], processes: int, cases: Sequence[Case] = tuple(Case)) -> Outcomes:
    """The same whatever the number of processes."""
    tasks = [
        Task(kind, case, seed)
        for case in cases
        for kind in ([PRICED_KIND] if case in PRICES else range(len(EVERY_KIND)))
        for seed in (seeds[:1] if case in PRICES else seeds)  # minutes each
    ]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        outcomes: Outcomes = {}
        for task, lived in zip(tasks, pool.map(run_one, tasks), strict=True):
            outcomes[task] = lived
            words = f"seed {task.seed}, {task.labels.caption}, {task.case.value}: {lived.share_lit:.2%} lit"
            print(words, file=sys.stderr, flush=True)
    return outcomes


def run_one(task: Task, period: Period | None = None) -> Lived:
    labels, is_of_prices = task.labels, task.case in PRICES
    return live(
        labels.radio if task.case is Case.PICTURES else labels.without_display,
        task.seed,
        period or (PRICE_HOUR if is_of_prices else BUSY),
        lighting=Lighting.ONE_BY_ONE if task.case is Case.ONE_BY_ONE else Lighting.AHEAD,
        happening=points_go if task.case is Case.POINTS_GONE else None,
        shop=price_shop() if is_of_prices else None,
    )


async def points_go(world: World) -> None:
    """Two access points lose their power, and have it again after some minutes; what they had queued is forgotten."""
    await asyncio.sleep(GONE_AFTER_S)
    points = [world.gateways[name] for name in GONE]
    for point in points:
        point.reboot()
        point.is_reachable = False
    await asyncio.sleep(GONE_FOR_S)
    for point in points:
        point.reboot()
        point.is_reachable = True
