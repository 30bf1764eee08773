"""`python -m tests.simulation`: a busy day and its table; or many faulty hours; or one of them again, up to a step."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.simulation import day, hour, hours
from tests.simulation.invariants import InvariantBroken
from tests.simulation.virtual_loop import WorldStandsStill

BAR_CHARACTERS = 40
LAST_NOTES = 40
TABLE = Path("var/faulty-hours.csv")


def main() -> int:
    """Returns the exit status: 1 where an invariant was broken."""
    asked = _parse()
    if asked.steps is not None:
        return _again(asked.seed, asked.steps)
    if asked.seeds:
        return hours.run(range(asked.first, asked.first + asked.seeds), jobs=asked.jobs, table=asked.table)
    if asked.hour:
        return hours.run(range(asked.seed, asked.seed + 1))
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
    parser.add_argument("--table", type=Path, default=TABLE, help=f"where each of them gets a line: {TABLE}")
    parser.add_argument("--orders", type=int, default=1_000, help="of the busy day")
    parser.add_argument("--pickers", type=int, default=20, help="of the busy day, 24 at most")
    return parser.parse_args()


def _say(text: str) -> None:
    if sys.stdout.isatty():
        print(text, end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
