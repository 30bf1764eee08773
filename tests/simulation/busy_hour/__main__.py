"""`python -m tests.simulation.busy_hour`: a busy hour of the demo store three ways; tables for docs/busy-hour.md."""

from __future__ import annotations

import sys

from tests.simulation.busy_hour.experiment import run
from tests.simulation.busy_hour.tables import all_tables
from tests.simulation.command import experiment

SEEDS = 6

if __name__ == "__main__":
    sys.exit(experiment("busy_hour", __doc__, "busy-hour.md", seeds=SEEDS, run=run, tables=all_tables))
