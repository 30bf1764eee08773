"""`python -m tests.simulation`: a busy day and its table; or many faulty hours; or one of them again, up to a step."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation import day, hour
from tests.simulation.invariants import InvariantBroken
from tests.simulation.virtual_loop import WorldStandsStill

BAR_CHARACTERS = 40
LAST_NOTES = 40


def main() -> int:
    """Returns the exit status: 1 where an invariant was broken."""
    asked = _parse()
    if asked.steps is not None:
        return _again(asked.seed, asked.steps)
    if asked.seeds:
        return _many(asked.first, asked.seeds, asked.jobs)
    if asked.hour:
        return _many(asked.seed, 1, 1)
    return _one_day(asked.seed, day.Day(orders=asked.orders, pickers=asked.pickers))


def _one_day(seed: int, how: day.Day) -> int:
    def show(share: float, placed: int, done: int) -> None:
        filled = round(share * BAR_CHARACTERS)
        bar = "#" * filled + "." * (BAR_CHARACTERS - filled)
        _say(f"\r[{bar}] {share:4.0%}  {placed} orders, {done} done ")

    try:
        report = day.live(seed, how, on_progress=show)
    except InvariantBroken as broken:
        print(f"\n{broken}")
        return 1
    print(f"\n\n{report.table()}")
    return 0


def _many(first: int, count: int, jobs: int) -> int:
    began_s, broken, steps, starts = time.monotonic(), 0, 0, 0
    for number, (seed, outcome) in enumerate(_outcomes(range(first, first + count), jobs), start=1):
        if isinstance(outcome, str):
            broken += 1
            print(f"\nseed {seed}: {outcome}\n")
        else:
            steps, starts = steps + outcome.steps, starts + outcome.server_starts
        _say(f"\r{number} of {count} faulty hours, {broken} broken ")
    print(f"\n{steps} steps, {starts} starts of the server, {time.monotonic() - began_s:.0f} s")
    return 1 if broken else 0


def _outcomes(seeds: range, jobs: int) -> Iterator[tuple[int, hour.Lived | str]]:
    if jobs == 1:
        yield from map(_hour, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_hour, seeds)


def _hour(seed: int) -> tuple[int, hour.Lived | str]:
    try:
        return seed, hour.live(seed)
    except InvariantBroken as broken:
        return seed, str(broken)


def _again(seed: int, steps: int) -> int:
    """Live through one seed up to a step, and say what happened last."""
    notes: list[str] = []
    try:
        hour.live(seed, steps_max=steps, notes=notes)
    except (InvariantBroken, WorldStandsStill) as end:
        print("\n".join(notes[-LAST_NOTES:]))
        print(end if isinstance(end, InvariantBroken) else f"nothing was broken up to step {steps}")
        return 1 if isinstance(end, InvariantBroken) else 0
    print(f"seed {seed} ended before step {steps}, and nothing was broken")
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which world")
    parser.add_argument("--steps", type=int, help="live through a faulty hour up to this step, and show the end")
    parser.add_argument("--hour", action="store_true", help="one faulty hour instead of a day")
    parser.add_argument("--seeds", type=int, default=0, help="that many faulty hours")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--orders", type=int, default=1_000, help="of the busy day")
    parser.add_argument("--pickers", type=int, default=20, help="of the busy day, 24 at most")
    return parser.parse_args()


def _say(text: str) -> None:
    if sys.stdout.isatty():
        print(text, end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
