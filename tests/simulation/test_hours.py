"""Many hours in a row: each is told as it comes, what breaks is listed with its command, and the status says so."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.simulation import hours
from tests.simulation.hour import Lived
from tests.simulation.invariants import InvariantBroken


def live(seed: int) -> Lived:
    """Seed 3 breaks, seed 5 finds a mistake of the world's own."""
    if seed == 3:
        raise InvariantBroken(
            "two orders, one id\nseed 3, step 77\nagain: make simulate SEED=3 STEPS=77\nthe last events:"
        )
    if seed == 5:
        raise ZeroDivisionError("nobody walks")
    return Lived(seed=seed, digest=f"d{seed}", steps=100, orders=4, picks=9, looks=5, server_starts=2, stops_lit=3)


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_seed_is_lived_whatever_became_of_the_others(jobs: int, said: io.StringIO, tmp_path: Path) -> None:
    table = tmp_path / "kept" / "hours.csv"
    assert hours.run(range(1, 8), jobs=jobs, table=table, say=said, live=live) == 1
    with table.open(encoding="utf-8") as file:
        rows = {int(row["seed"]): row for row in csv.DictReader(file)}
    assert sorted(rows) == [1, 2, 3, 4, 5, 6, 7]
    assert rows[3]["result"] == "two orders; one id"
    assert rows[5]["result"] == "ZeroDivisionError: nobody walks"
    assert (rows[7]["result"], rows[7]["steps"], rows[7]["digest"]) == ("held", "100", "d7")


def test_what_broke_stands_at_the_end_with_its_command(said: io.StringIO) -> None:
    hours.run(range(1, 8), say=said, live=live)
    end = said.getvalue().partition("2 broken:\n")[2].splitlines()
    assert end == [
        "  make simulate SEED=3 STEPS=77  # two orders, one id",
        "  python -m tests.simulation --hour --seed 5  # ZeroDivisionError: nobody walks",
    ]


def test_where_nothing_breaks_the_status_is_0(said: io.StringIO) -> None:
    assert hours.run(range(1, 3), say=said, live=live) == 0
    assert "2 of 2 faulty hours, 0 broken, 0 s left" in said.getvalue()
    assert "2 hours, 200 steps, 4 starts of the server" in said.getvalue()


def test_a_row_is_written_before_the_next_hour_begins(said: io.StringIO, tmp_path: Path) -> None:
    table = tmp_path / "hours.csv"
    seen: list[int] = []

    def look(seed: int) -> Lived:
        seen.append(len(table.read_text(encoding="utf-8").splitlines()))
        return live(seed)

    hours.run(range(6, 9), table=table, say=said, live=look)
    assert seen == [1, 2, 3]


def test_who_stops_it_is_told_what_broke_so_far(said: io.StringIO) -> None:
    def stopped(seed: int) -> Lived:
        if seed == 4:
            raise KeyboardInterrupt
        return live(seed)

    assert hours.run(range(1, 8), say=said, live=stopped) == hours.INTERRUPTED
    assert "1 broken:\n  make simulate SEED=3 STEPS=77" in said.getvalue()
