"""`python -m tests.simulation.labels_hour`: labels lit in time or not; tables for docs/labels.md."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.simulation.labels_hour.experiment import run
from tests.simulation.labels_hour.tables import all_tables
from tests.simulation.regimes.page import fill_in

PAGE = Path(__file__).parents[3] / "docs" / "labels.md"
SEEDS = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.labels_hour", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many seeds, from 1 on (default {SEEDS})")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (2); the figures are the same")
    parser.add_argument("--print", action="store_true", dest="is_printed_only", help="tables only; the page stays")
    chosen = parser.parse_args()
    if chosen.seeds < 1 or chosen.processes < 1:
        parser.error("at least one seed and one process")
    began_s = time.monotonic()
    seeds = list(range(1, chosen.seeds + 1))
    tables = all_tables(run(seeds, chosen.processes), seeds)
    print("\n\n".join(tables.values()))
    if not chosen.is_printed_only:
        PAGE.write_text(fill_in(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")
    print(f"took {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
