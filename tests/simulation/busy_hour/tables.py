"""The hour as tables in Markdown: medians over the seeds, with the least and the most, and each seed by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tests.simulation.busy_hour.hour import (
    BUSY,
    CALM,
    OVERLOADED,
    PACE,
    RATES,
    TOTES_MAX,
    WAIT_FOR_COMPANY_S,
    Outcome,
    busy_hour,
)
from tests.simulation.busy_hour.ways import LOOK_EVERY_S, RULES, Way
from tests.simulation.regimes.tables import spread, table

Outcomes = Mapping[tuple[Way, float, int], Outcome]
"""By way, orders an hour and seed."""

_NAMES = {CALM: "calm", BUSY: "busy", OVERLOADED: "overloaded"}


def all_tables(outcomes: Outcomes, seeds: Sequence[int]) -> dict[str, str]:
    """Name -> table; the page has a place for each."""
    return {
        "parameters": parameters(seeds),
        "busy": of_rate(outcomes, BUSY, seeds),
        "calm": of_rate(outcomes, CALM, seeds),
        "overloaded": of_rate(outcomes, OVERLOADED, seeds),
        "sweep": sweep(outcomes, seeds),
        "seeds": "\n".join([SEEDS_HEADER, *(seed_row(outcomes, seed) for seed in seeds)]),
    }


def parameters(seeds: Sequence[int]) -> str:
    """Every figure that decides something, and where it comes from."""
    rows = (
        ("pickers", f"{busy_hour(BUSY).pickers}", "a large supermarket's busy hour"),
        ("orders come in for", f"{busy_hour(BUSY).hours * 60:g} min, by chance (Poisson)", "then the tail is picked"),
        ("orders an hour", ", ".join(f"{_named(rate)}" for rate in RATES), "swept"),
        ("baskets, due times", "the demo shoppers'", "`backend/demo/orders.py`; see docs/pick-times.md"),
        ("totes on a trolley", f"{TOTES_MAX}", "`PickingSettings.totes_max`"),
        ("walking", f"{PACE.walking_m_per_s:g} m/s", "design pedestrian 1.07 m/s (US FHWA), less for a trolley"),
        (
            "a line, besides walking",
            f"{PACE.handling_s:g} s",
            "`PickingSettings.handling_s`; three touches of 3 s, a look",
        ),
        (
            "beginning and end of a walk",
            f"{PACE.begin_and_end_s:g} s",
            "`PickingSettings.begin_and_end_s`; assumption, the same for all",
        ),
        ("longest wait for company", f"{WAIT_FOR_COMPANY_S / 60:g} min", "`PickingSettings.wait_for_company_s`"),
        ("slack kept before a promise", f"{RULES.slack_margin_s / 60:g} min", "`PickingSettings.slack_margin_s`"),
        ("ours looks every", f"{LOOK_EVERY_S:g} s", "`PickingSettings.release_every_s`"),
        ("seeds", ", ".join(map(str, seeds)), "each is another hour"),
    )
    return table(("what", "figure", "source"), rows)


def of_rate(outcomes: Outcomes, rate: float, seeds: Sequence[int]) -> str:
    """The main table, for one rate of orders."""
    header = ("way", "metres a line", "orders late", "orders a picker-hour, under way", "of the clock",
              "median min to ready", "orders a walk")  # fmt: skip
    rows = []
    for way in Way:
        each = [outcomes[way, rate, seed] for seed in seeds]
        rows.append(
            (
                way.value,
                spread([one.metres_per_line for one in each], "{:.2f}"),
                spread([one.late for one in each], "{:g}"),
                spread([one.orders_per_busy_hour for one in each], "{:.1f}"),
                spread([one.orders_per_clock_hour for one in each], "{:.1f}"),
                spread([one.median_ready_min for one in each], "{:.1f}"),
                spread([one.orders_per_walk for one in each], "{:.1f}"),
            )
        )
    return table(header, rows)


def sweep(outcomes: Outcomes, seeds: Sequence[int]) -> str:
    """Where each way tips: late orders and the wait, as more orders come in an hour."""
    header = ["orders an hour"]
    for way in Way:
        header += [f"{way.value}: late", "min to ready", "last one ready after, min"]
    rows = []
    for rate in RATES:
        row = [_named(rate)]
        for way in Way:
            each = [outcomes[way, rate, seed] for seed in seeds]
            row += [
                spread([one.late_share for one in each], "{:.0%}"),
                f"{median(one.median_ready_min for one in each):.0f}",
                f"{median(one.tail_min for one in each):.0f}",
            ]
        rows.append(row)
    return table(header, rows)


SEEDS_HEADER = table(
    ("seed, busy", "orders", "lines", *(f"{way.value}: m a line, late, min to ready" for way in Way)), ()
)


def seed_row(outcomes: Outcomes, seed: int, rate: float = BUSY) -> str:
    """One seed's hour, to the digit."""
    first = outcomes[Way.ALONE, rate, seed]
    cells = [
        f"{one.metres_per_line:.3f}, {one.late}, {one.median_ready_min:.2f}"
        for one in (outcomes[way, rate, seed] for way in Way)
    ]
    lines = sum(len(order.lines) for order in first.orders)
    return "| " + " | ".join([str(seed), str(len(first.orders)), str(lines), *cells]) + " |"


def _named(rate: float) -> str:
    return f"{rate:g} ({_NAMES[rate]})" if rate in _NAMES else f"{rate:g}"
