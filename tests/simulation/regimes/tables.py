"""The figures as tables in Markdown: medians over the seeds, with the least and the most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from tests.simulation.pace import Pace
from tests.simulation.regimes.experiment import (
    SCARCER_BY,
    SEARCH_DARK_S,
    SEARCH_LIT_S,
    SWEPT,
    WALK_M_PER_S,
    Experiment,
    Outcomes,
    Regime,
    slower_or_quicker,
)
from tests.simulation.regimes.walks import Outcome, Part

Measure = Callable[[Outcome], float]


def all_tables(experiment: Experiment) -> dict[str, str]:
    """Name -> table; the page has a place for each."""
    return {
        "demand": demand(experiment),
        "regimes": regimes(experiment),
        "parts": parts(experiment),
        "scarce": scarce(experiment),
        "search": search_sweep(experiment),
        "speed": speed_sweep(experiment),
        "trolley": trolley_per_order(experiment),
        "replay": replay_error(experiment),
    }


def demand(experiment: Experiment) -> str:
    outcomes = experiment.outcomes[Regime.PAPER]
    orders, lines = sum(len(each.orders) for each in outcomes), sum(each.lines for each in outcomes)
    seeds = ", ".join(map(str, experiment.seeds))
    return f"{experiment.period.caption}; seeds {seeds}; {orders} orders with {lines} lines in all."


def regimes(experiment: Experiment) -> str:
    """The main table."""
    header = ("regime", "labour, min an order", "of paper", "walk, min", "m a line", "units an hour", "late",
              "lit on arrival", "orders a walk", "seeds")  # fmt: skip
    rows = []
    for regime, outcomes in experiment.outcomes.items():
        rows.append(
            (
                regime.value,
                spread([each.labour_min_per_order for each in outcomes]),
                spread(shares(outcomes, experiment.outcomes[Regime.PAPER]), "{:.0%}"),
                spread([each.walk_min_per_order for each in outcomes], "{:.1f}"),
                spread([each.metres_per_line for each in outcomes], "{:.1f}"),
                spread([each.units_per_hour for each in outcomes], "{:.0f}"),
                spread([each.late_share for each in outcomes], "{:.1%}"),
                f"{median(each.lit_share for each in outcomes):.0%}",
                f"{median(each.orders_per_walk for each in outcomes):.1f}",
                str(len(outcomes)),
            )
        )
    return table(header, rows)


def parts(experiment: Experiment) -> str:
    """Where the minutes go."""
    rows = [
        (regime.value, *(f"{median(each.minutes_of(part) for each in outcomes):.2f}" for part in Part))
        for regime, outcomes in experiment.outcomes.items()
    ]
    return table(("picker-minutes an order", *(part.value for part in Part)), rows)


def scarce(experiment: Experiment) -> str:
    """The same orders with fewer pickers: who still keeps the promises."""
    closed_s = experiment.period.hours * 3600
    rows = []
    for regime, outcomes in experiment.scarce.items():
        after_min = [(max(walk.ended_s for walk in each.walks) - closed_s) / 60 for each in outcomes]
        late = spread([each.late_share for each in outcomes], "{:.0%}")
        rows.append((regime.value, late, spread(after_min, "{:.0f}"), str(len(outcomes))))
    pickers = max(1, experiment.period.pickers // SCARCER_BY)
    return table((f"with {pickers} pickers", "late", "all picked after the last order may come, min", "seeds"), rows)


def search_sweep(experiment: Experiment) -> str:
    """Ours against paper for every pair of search times."""
    rows = []
    for dark_s in SEARCH_DARK_S:
        paper = experiment.at(Regime.PAPER, slower_or_quicker(search_dark_s=dark_s))
        cells = []
        for lit_s in SEARCH_LIT_S:
            ours = experiment.at(Regime.OURS, slower_or_quicker(search_dark_s=dark_s, search_lit_s=lit_s))
            minutes = median(each.labour_min_per_order for each in ours)
            cells.append(f"{minutes:.1f} min, {median(shares(ours, paper)):.0%}")
        minutes = median(each.labour_min_per_order for each in paper)
        rows.append((f"{dark_s:g} s", f"{minutes:.1f} min", *cells))
    return table(
        ("search in the dark", "paper", *(f"ours, {lit_s:g} s where it blinks" for lit_s in SEARCH_LIT_S)), rows
    )


def speed_sweep(experiment: Experiment) -> str:
    rows = []
    for speed in WALK_M_PER_S:
        pace = slower_or_quicker(walk_m_per_s=speed)
        outcomes = {regime: experiment.at(regime, pace) for regime in SWEPT}
        minutes = [f"{median(each.labour_min_per_order for each in outcomes[regime]):.1f}" for regime in SWEPT]
        share = median(shares(outcomes[Regime.OURS], outcomes[Regime.PAPER]))
        rows.append((f"{speed:g} m/s", *minutes, f"{share:.0%}"))
    return table(("walking", *(regime.value for regime in SWEPT), "ours of paper"), rows)


def trolley_per_order(experiment: Experiment) -> str:
    """The assumption most in our favour, turned round: beginning and end of a walk for each order on the trolley."""
    pace = Pace()
    paper, ours = experiment.outcomes[Regime.PAPER], experiment.outcomes[Regime.OURS]
    more_min = [(pace.start_s + pace.finish_s) / 60 * (1 - 1 / each.orders_per_walk) for each in ours]
    minutes = [each.labour_min_per_order + more for each, more in zip(ours, more_min, strict=True)]
    against = [mine / theirs.labour_min_per_order for mine, theirs in zip(minutes, paper, strict=False)]
    return (
        f"If the {pace.start_s + pace.finish_s:g} s of a walk's beginning and end were needed for each order on the "
        f"trolley instead of once, ours would take {median(minutes):.1f} min an order, {median(against):.0%} of paper."
    )


def replay_error(experiment: Experiment) -> str:
    """How well the replayed walks fit the real ones at the pace they were walked at."""
    real = [each.labour_min_per_order for each in experiment.outcomes[Regime.OURS]]
    replayed = [each.labour_min_per_order for each in experiment.at(Regime.OURS, Pace())]
    worst = max(abs(b / a - 1) for a, b in zip(real, replayed, strict=True))
    return f"At the pace they were walked at, replayed walks differ from the real ones by at most {worst:.1%}."


def small(experiment: Experiment) -> str:
    """What a test holds the page to."""
    header = ("regime", "labour, min an order", "walk, min", "m a line", "lit on arrival")
    rows = [
        (
            regime.value,
            f"{outcome.labour_min_per_order:.5f}",
            f"{outcome.walk_min_per_order:.5f}",
            f"{outcome.metres_per_line:.5f}",
            f"{outcome.lit_share:.5f}",
        )
        for regime, (outcome,) in experiment.outcomes.items()
    ]
    return table(header, rows)


def shares(outcomes: Outcomes, paper: Outcomes) -> list[float]:
    """Labour against the paper list's on the same orders, seed by seed."""
    return [
        each.labour_min_per_order / other.labour_min_per_order for each, other in zip(outcomes, paper, strict=False)
    ]


def spread(figures: Sequence[float], form: str = "{:.2f}") -> str:
    """`median (least to most)`."""
    least, most = form.format(min(figures)), form.format(max(figures))
    middle = form.format(median(figures))
    return middle if least == most else f"{middle} ({least} to {most})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    aligned = "|---|" + "---:|" * (len(header) - 1)
    return "\n".join(["| " + " | ".join(header) + " |", aligned, *("| " + " | ".join(row) + " |" for row in rows)])
