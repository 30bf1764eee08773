"""The table of lights says each seed, and all of them together."""

from __future__ import annotations

from tests.simulation.labels_hour.hour import share_of
from tests.simulation.prices_hour.experiment import Task
from tests.simulation.prices_hour.hour import BEGINS_AT_S, Accounts, Lived
from tests.simulation.prices_hour.tables import lights

AIMS = 2


def lived(*took_s: float, prices_change: bool) -> Lived:
    accounts = Accounts(4, 4, 0, 0, 0, 600.0, 500.0) if prices_change else None
    wanted = tuple((BEGINS_AT_S + number, each) for number, each in enumerate(took_s))
    return Lived(1, "digest", ((0.0, 99.0), *wanted), (), BEGINS_AT_S + 600.0, accounts)


def test_so_many_per_cent_did_not_exceed_it() -> None:
    assert [share_of([4.0, 1.0, 3.0, 2.0], percent) for percent in (50, 75, 95)] == [2.0, 3.0, 4.0]


def test_one_seed_has_a_line_of_its_own_and_no_other() -> None:
    outcomes = {
        Task(AIMS, False, 1): lived(2.0, 4.0, prices_change=False),
        Task(AIMS, True, 1): lived(3.0, 5.0, prices_change=True),
    }
    [line] = lights(outcomes).splitlines()[2:]
    assert line.startswith("| SoluM AIMS | 1 | 3 | 2.00 | 3.00 | +50.0% | 4.00 | 5.00 | +25.0% |")


def test_lights_of_all_seeds_stand_together_after_the_last() -> None:
    outcomes = {
        Task(AIMS, False, 1): lived(2.0, 4.0, prices_change=False),
        Task(AIMS, True, 1): lived(3.0, 5.0, prices_change=True),
        Task(AIMS, False, 2): lived(6.0, 8.0, prices_change=False),
        Task(AIMS, True, 2): lived(4.0, 6.0, prices_change=True),
    }
    seeds = [line.split(" | ")[1] for line in lights(outcomes).splitlines()[2:]]
    assert seeds == ["1", "2", "all"]
    assert (
        lights(outcomes)
        .splitlines()[-1]
        .startswith("| SoluM AIMS | all | 6 | 4.00 | 4.00 | +0.0% | 8.00 | 6.00 | -25.0% |")
    )
