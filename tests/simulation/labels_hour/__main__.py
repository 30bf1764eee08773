"""`python -m tests.simulation.labels_hour`: labels lit in time or not; tables for docs/labels.md."""

from __future__ import annotations

import sys

from tests.simulation.command import experiment
from tests.simulation.labels_hour.experiment import run
from tests.simulation.labels_hour.tables import all_tables

SEEDS = 3

if __name__ == "__main__":
    sys.exit(experiment("labels_hour", __doc__, "labels.md", seeds=SEEDS, run=run, tables=all_tables))
