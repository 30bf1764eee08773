"""Which regimes are compared, on how many seeds, and at which other paces they are measured again. Runs them all."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from enum import Enum

from tests.simulation.gateways import BLUETOOTH, WAKES_EVERY_40_S, RadioModel
from tests.simulation.pace import Pace
from tests.simulation.regimes.demand import Period
from tests.simulation.regimes.modelled import Method, PickOrder, pick_by_model
from tests.simulation.regimes.real import Rules, pick_for_real
from tests.simulation.regimes.replay import replay
from tests.simulation.regimes.walks import Outcome

FULL = Period(hours=2.0, orders_per_hour=18.0, pickers=6)
QUICK = Period(hours=0.4, orders_per_hour=18.0, pickers=3)
SMALL, SMALL_SEED = Period(hours=0.2, orders_per_hour=20.0, pickers=2), 3  # what a test lives through and compares
SEEDS = 6
SEEDS_OF_VARIANTS_MAX = 3
SCARCER_BY = 3
AS_DELIVERED = Rules()

WALK_M_PER_S = (0.7, 0.85, 1.0, 1.2)
SEARCH_DARK_S = (8.0, 12.0, 20.0, 40.0)
SEARCH_LIT_S = (2.0, 4.0, 6.0, 10.0)


@dataclass(frozen=True, slots=True)
class Real:
    """The backend's settings and the shop's radio."""

    rules: Rules
    radio: RadioModel


class Regime(Enum):
    """What is compared. The first is what all others are measured against."""

    PAPER = "paper list, lines as the shopper put them in"
    SERPENTINE = "handheld, aisle by aisle"
    LIGHT_BLUETOOTH = "the same, light on the current stop, Bluetooth labels"
    LIGHT_40_S = "the same, light on the current stop, labels that wake every 40 s"
    LIGHT_SHORTEST = "shortest walk, light on the current stop, Bluetooth labels"
    OURS_HURRIED = "Blinkpick, an order waits 20 s for company, Bluetooth labels"
    OURS = "Blinkpick, as delivered: an order waits up to 20 min for company, Bluetooth labels"
    OURS_40_S = "the same, labels that wake every 40 s"


MODELLED: Mapping[Regime, Method] = {
    Regime.PAPER: Method(PickOrder.AS_ORDERED),
    Regime.SERPENTINE: Method(PickOrder.SERPENTINE),
    Regime.LIGHT_BLUETOOTH: Method(PickOrder.SERPENTINE, BLUETOOTH),
    Regime.LIGHT_40_S: Method(PickOrder.SERPENTINE, WAKES_EVERY_40_S),
    Regime.LIGHT_SHORTEST: Method(PickOrder.SHORTEST, BLUETOOTH),
}
REAL: Mapping[Regime, Real] = {
    Regime.OURS_HURRIED: Real(Rules(wait_for_company_s=20.0), BLUETOOTH),
    Regime.OURS: Real(AS_DELIVERED, BLUETOOTH),
    Regime.OURS_40_S: Real(AS_DELIVERED, WAKES_EVERY_40_S),
}
VARIANTS = (Regime.OURS_HURRIED, Regime.OURS_40_S)
SWEPT = (Regime.PAPER, Regime.SERPENTINE, Regime.LIGHT_BLUETOOTH, Regime.OURS)

Outcomes = Sequence[Outcome]
"""One per seed, in the order of the seeds."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything that was run. Variants run on fewer seeds, or on none: each costs a minute of processor time.

    `scarce`: the same orders with a third of the pickers.
    """

    period: Period
    seeds: Sequence[int]
    outcomes: Mapping[Regime, Outcomes]
    scarce: Mapping[Regime, Outcomes]

    def at(self, regime: Regime, pace: Pace) -> Outcomes:
        """The same at another pace: modelled again, or the real walks replayed."""
        if regime in MODELLED:
            return [pick_by_model(self.period, seed, pace, MODELLED[regime]) for seed in self.seeds]
        outcomes = self.outcomes[regime]
        return [replay(outcome, seed, pace) for seed, outcome in zip(self.seeds, outcomes, strict=False)]


def run(
    period: Period,
    seeds: Sequence[int],
    *,
    processes: int,
    variants_max: int = SEEDS_OF_VARIANTS_MAX,
    say: Callable[[str], None] = print,
) -> Experiment:
    """Every regime on its seeds; the same for the same seeds, whatever the number of processes."""
    few, scarcer = seeds[:variants_max], replace(period, pickers=max(1, period.pickers // SCARCER_BY))
    tasks = [(regime, period, seed) for regime in Regime for seed in (few if regime in VARIANTS else seeds)]
    tasks += [(regime, scarcer, seed) for regime in SWEPT for seed in few]
    outcomes: dict[tuple[Period, Regime], list[Outcome]] = {}
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for (regime, of_period, seed), outcome in zip(tasks, pool.map(_run_one, tasks), strict=True):
            outcomes.setdefault((of_period, regime), []).append(outcome)
            say(f"{regime.value}, seed {seed}: {outcome.labour_min_per_order:.2f} min an order")
    return Experiment(
        period,
        tuple(seeds),
        {regime: outcomes[period, regime] for regime in Regime if (period, regime) in outcomes},
        {regime: outcomes[scarcer, regime] for regime in Regime if (scarcer, regime) in outcomes},
    )


def small_experiment() -> Experiment:
    """What is modelled, and the real thing once: seconds, not minutes."""
    tasks = [*MODELLED, Regime.OURS]
    outcomes = {regime: [_run_one((regime, SMALL, SMALL_SEED))] for regime in tasks}
    return Experiment(SMALL, (SMALL_SEED,), outcomes, {Regime.PAPER: outcomes[Regime.PAPER]})


def slower_or_quicker(**changes: float) -> Pace:
    """The pace with some figures replaced."""
    return replace(Pace(), **changes)


def _run_one(task: tuple[Regime, Period, int]) -> Outcome:
    regime, period, seed = task
    if regime in MODELLED:
        return pick_by_model(period, seed, Pace(), MODELLED[regime])
    return pick_for_real(period, seed, Pace(), REAL[regime].radio, REAL[regime].rules)
