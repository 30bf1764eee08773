"""The command of an experiment: so many seeds, tables on the screen and into their page."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from tests.simulation.regimes.page import fill_in

T = TypeVar("T")
DOCS = Path(__file__).parents[2] / "docs"


def experiment(
    name: str,
    description: str | None,
    page: str,
    *,
    seeds: int,
    run: Callable[[Sequence[int], int], T],
    tables: Callable[[T, Sequence[int]], Mapping[str, str]],
) -> int:
    """`run` takes the seeds and how many processes; `tables` gives what stands at which place of docs/`page`."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.simulation.{name}", description=description)
    parser.add_argument("--seeds", type=int, default=seeds, help=f"how many seeds, from 1 on (default {seeds})")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (2); the figures are the same")
    parser.add_argument("--print", action="store_true", dest="is_printed_only", help="tables only; the page stays")
    chosen = parser.parse_args()
    if chosen.seeds < 1 or chosen.processes < 1:
        parser.error("at least one seed and one process")
    began_s = time.monotonic()
    numbers = list(range(1, chosen.seeds + 1))
    found = tables(run(numbers, chosen.processes), numbers)
    print("\n\n".join(found.values()))
    if not chosen.is_printed_only:
        path = DOCS / page
        path.write_text(fill_in(path.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(f"took {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0
