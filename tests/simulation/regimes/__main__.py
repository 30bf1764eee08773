"""`python -m tests.simulation.regimes`: every regime on the same orders; tables and pictures for docs/pick-times.md."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.simulation.regimes.experiment import FULL, QUICK, SEEDS, SEEDS_OF_VARIANTS_MAX, run, small_experiment
from tests.simulation.regimes.page import fill_in
from tests.simulation.regimes.plots import draw
from tests.simulation.regimes.tables import all_tables, small

DOCS = Path(__file__).parents[3] / "docs"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.regimes", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many seeds, from 1 on (default {SEEDS})")
    parser.add_argument("--processes", type=int, default=1, help="how many at a time; the figures are the same")
    parser.add_argument("--quick", action="store_true", help="one seed of a short period, tables only; the page stays")
    chosen = parser.parse_args()
    if chosen.seeds < 1 or chosen.processes < 1:
        parser.error("at least one seed and one process")
    began_s = time.monotonic()
    period, seeds = (QUICK, [1]) if chosen.quick else (FULL, list(range(1, chosen.seeds + 1)))
    experiment = run(
        period,
        seeds,
        processes=chosen.processes,
        variants_max=0 if chosen.quick else SEEDS_OF_VARIANTS_MAX,
        say=lambda text: print(text, file=sys.stderr),
    )
    tables = all_tables(experiment)
    print("\n\n".join(tables.values()))
    if not chosen.quick:
        page = DOCS / "pick-times.md"
        tables["small"] = small(small_experiment())
        page.write_text(fill_in(page.read_text(encoding="utf-8"), tables), encoding="utf-8")
        draw(experiment, DOCS / "pictures")
    print(f"took {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
