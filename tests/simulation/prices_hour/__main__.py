"""`python -m tests.simulation.prices_hour`: all prices change while all pick; tables for docs/price-change.md."""

from __future__ import annotations

import sys

from tests.simulation.command import experiment
from tests.simulation.prices_hour.experiment import run
from tests.simulation.prices_hour.tables import all_tables

SEEDS = 2

if __name__ == "__main__":
    sys.exit(experiment("prices_hour", __doc__, "price-change.md", seeds=SEEDS, run=run, tables=all_tables))
