"""What was found, as tables for docs/labels.md: medians over the seeds, with the least and the most."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from backend.labels.aiming import AimPolicy
from backend.labels.deciding import SLOW_MARGIN_S
from backend.labels.lights import DispatchPolicy
from shared.labels import BlinkPattern
from tests.simulation.labels_hour.experiment import GONE_FOR_S, Case, Outcomes, Task, run_one
from tests.simulation.labels_hour.floor import ACCESS_POINTS
from tests.simulation.labels_hour.hour import BUSY, ORDINARY, Lived
from tests.simulation.labels_hour.radios import (
    BLUETOOTH_LABELS,
    BYTES_A_SECOND,
    EVERY_KIND,
    EXPIRES_AFTER_S,
    LIGHT_MA,
    PICTURE_BYTES,
    WAKING_LABELS,
)
from tests.simulation.pace import Pace
from tests.simulation.picture_air import PATIENCE_S
from tests.simulation.recognising import How
from tests.simulation.regimes.demand import Period

Figure = Callable[[Lived], float]


def all_tables(outcomes: Outcomes, seeds: Sequence[int]) -> Mapping[str, str]:
    """By the name of their place on the page."""
    return {
        "parameters": parameters(seeds),
        "lit": lit(outcomes, seeds),
        "how": how(outcomes, seeds),
        "why": why(outcomes, seeds),
        "gone": gone(outcomes, seeds),
        "pictures": pictures(outcomes, seeds[0]),
        "small": "\n".join([SMALL_HEAD, small_row(*(run_one(Task(kind, Case.AHEAD, 1), SMALL) for kind in (0, 1)))]),
        "seeds": "\n".join([SEED_HEAD, *(seed_row(outcomes, seed) for seed in seeds)]),
    }


def parameters(seeds: Sequence[int]) -> str:
    pace, aim, lights = Pace(), AimPolicy(), DispatchPolicy()
    rows = [
        ("orders", f"{BUSY.caption}", "an assumption; picked until the last is ready, about an hour"),
        ("baskets", "the demo shoppers'", "`backend/demo/orders.py`"),
        ("walking", f"{pace.walk_m_per_s:g} m/s", "`tests/simulation/pace.py`, as all that hands and feet need"),
        ("searching where it blinks, handling", f"{pace.search_lit_s:g} s and {pace.handling_s:g} s", "the same"),
        ("stops left for another, of all", f"{ORDINARY.skips:.1%}", "an assumption"),
        ("access points", f"{ACCESS_POINTS}", "an assumption: two or three aisles each"),
        ("Bluetooth labels answer after", "0.2 to 1.8 s, evenly", "`tests/simulation/gateways.py`"),
        ("other labels wake every", "40 s, each by its own clock", "`docs/adding-a-driver.md`, openepaperlink"),
        ("wake-ups that are missed", f"{WAKING_LABELS.radio.loss_rate:.0%}", "an assumption"),
        ("labels that refuse", "34 s a flash, no stop, one call at a time", "what the openepaperlink driver declares"),
        ("lit ahead by", f"p95 as measured, {aim.margin_s:g} s and {aim.spread_s:g} s a root of stops", "`AimPolicy`"),
        ("a flash", _flash_s(lights), "`DispatchPolicy`, `Reconciler`"),
        ("colours that one flash shows in turn", _in_turn(), "three groups in a pattern; one colour in an LED command"),
        ("a light takes", f"{LIGHT_MA:g} mA", "an assumption"),
        ("it is on, while it blinks slowly", _duties(), "`ble_esl/led.py`; two flashes of 2.1 ms in 2 s"),
        ("one picture, waking labels", f"{PICTURE_BYTES / BYTES_A_SECOND:.2f} s", "4,736 bytes at about 5 kB/s"),
        ("a label that waits for its picture", f"stays awake {PATIENCE_S:g} s", "an assumption"),
        (
            "a command expires after",
            f"{EXPIRES_AFTER_S:g} s",
            "an assumption: a full queue of pictures is through before",
        ),
        ("seeds", ", ".join(map(str, seeds)), "each is another hour"),
    ]
    return "\n".join(["| what | figure | source |", "|---|---:|---|", *(f"| {' | '.join(row)} |" for row in rows)])


def _flash_s(lights: DispatchPolicy) -> str:
    slow_s = math.ceil(3 * 0.95 * WAKING_LABELS.radio.latency_max_s + SLOW_MARGIN_S)
    return (
        f"{lights.flash_s} s; about {min(slow_s, lights.flash_max_s)} s where labels wake every 40 s and can be stopped"
    )


def _in_turn() -> str:
    return ", ".join(f"{labels.radio.colours_in_turn} ({labels.caption})" for labels in EVERY_KIND[:2])


def _duties() -> str:
    bluetooth, others = (labels.duty[BlinkPattern.SLOW] for labels in (BLUETOOTH_LABELS, WAKING_LABELS))
    return f"{bluetooth:.0%} Bluetooth, {others:.2%} the others"


def lit(outcomes: Outcomes, seeds: Sequence[int]) -> str:
    rows = ["| labels | lighting | lit on arrival | first of a walk lit | light a pick, s | charge a pick, uAh |"]
    rows.append("|---|---|---:|---:|---:|---:|")
    for kind, labels in enumerate(EVERY_KIND):
        for case in (Case.AHEAD, Case.ONE_BY_ONE):
            lived = [outcomes[Task(kind, case, seed)] for seed in seeds]
            rows.append(
                f"| {labels.caption} | {case.value} | {_share(lived, lambda one: one.share_lit)}"
                f" | {_share(lived, lambda one: one.share_lit_first)}"
                f" | {_number(lived, lambda one: one.lit_s_per_pick)}"
                f" | {median(labels.charge_uah(one.lit_s_per_pick) for one in lived):.2f} |"
            )
    return "\n".join(rows)


def how(outcomes: Outcomes, seeds: Sequence[int]) -> str:
    """How pickers knew a light for theirs, of all stops but the first of each walk."""
    rows = [f"| labels, lit ahead | {' | '.join(How)} |", f"|---|{'---:|' * len(How)}"]
    for kind, labels in enumerate(EVERY_KIND):
        lived = [outcomes[Task(kind, Case.AHEAD, seed)] for seed in seeds]
        cells = [
            _share(lived, lambda one, each=each: one.share_of_later(lambda stop: stop.how is each)) for each in How
        ]
        rows.append(f"| {labels.caption} | {' | '.join(cells)} |")
    return "\n".join(rows)


def why(outcomes: Outcomes, seeds: Sequence[int]) -> str:
    rows = [
        "| labels, lit ahead | dark | for another picker | the walk had just begun | other |",
        "|---|---:|---:|---:|---:|",
    ]
    for kind, labels in enumerate(EVERY_KIND):
        lived = [outcomes[Task(kind, Case.AHEAD, seed)] for seed in seeds]
        rows.append(
            f"| {labels.caption} | {_share(lived, lambda one: 1 - one.share_lit)}"
            f" | {_share(lived, lambda one: one.share_of_later(lambda each: each.is_shared and not each.is_early))}"
            f" | {_share(lived, lambda one: one.share_of_later(lambda each: each.is_early))}"
            f" | {_share(lived, _other)} |"
        )
    return "\n".join(rows)


def _other(lived: Lived) -> float:
    return lived.share_of_later(lambda each: not (each.is_lit or each.is_shared or each.is_early))


def gone(outcomes: Outcomes, seeds: Sequence[int]) -> str:
    minutes = GONE_FOR_S / 60
    rows = [f"| labels | lit, all is well | two access points gone for {minutes:g} min |", "|---|---:|---:|"]
    for kind, labels in enumerate(EVERY_KIND):
        well, bad = ([outcomes[Task(kind, case, seed)] for seed in seeds] for case in (Case.AHEAD, Case.POINTS_GONE))
        shares = [_share(lived, lambda one: one.share_lit) for lived in (well, bad)]
        rows.append(f"| {labels.caption} | {' | '.join(shares)} |")
    return "\n".join(rows)


def pictures(outcomes: Outcomes, seed: int) -> str:
    rows = [
        "| labels | lit | lit, with pictures | light p50, s | with pictures | p95, s | with pictures"
        " | labels right, of all | min | of the radio's limit |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in sorted({task.kind for task in outcomes if task.case is Case.PICTURES}):
        labels = EVERY_KIND[kind]
        idle, busy = ([outcomes[Task(kind, case, seed)]] for case in (Case.NO_PICTURES, Case.PICTURES))
        became = [one.pictures for one in busy if one.pictures is not None]
        cells = [labels.caption, _share(idle, lambda one: one.share_lit), _share(busy, lambda one: one.share_lit)]
        for percent in (50, 95):
            cells += [
                f"{median(one.light_within_s(percent) for one in idle):.1f}",
                f"{median(one.light_within_s(percent) for one in busy):.1f}",
            ]
        cells += [
            f"{sum(each.shown for each in became):,} ({sum(each.with_a_reason for each in became)} with a reason)"
            f" of {sum(each.labels for each in became):,}",
            f"{median(each.ready_s for each in became) / 60:.0f}",
            f"{median(each.ready_s / each.limit_s for each in became):.2f}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


SMALL = Period(0.1, 70.0, 3)
SMALL_HEAD = "| Bluetooth: stops, lit, p95, light a pick | wake every 40 s: the same |\n|---:|---:|"
SEED_HEAD = "| seed | stops | first of a walk | lit ahead, by kind | one by one |\n|---|---:|---:|---:|---:|"


def seed_row(outcomes: Outcomes, seed: int) -> str:
    by_case = [
        ", ".join(f"{outcomes[Task(kind, case, seed)].share_lit:.4f}" for kind in range(len(EVERY_KIND)))
        for case in (Case.AHEAD, Case.ONE_BY_ONE)
    ]
    one = outcomes[Task(0, Case.AHEAD, seed)]
    return f"| {seed} | {len(one.arrivals)} | {one.share_first:.1%} | {' | '.join(by_case)} |"


def small_row(bluetooth: Lived, waking: Lived) -> str:
    """What the test's small hour must come to."""
    cells = [
        f"{len(one.later)}, {one.share_lit:.4f}, {one.light_within_s(95):.3f}, {one.lit_s_per_pick:.3f}"
        for one in (bluetooth, waking)
    ]
    return f"| {' | '.join(cells)} |"


def _share(lived: Sequence[Lived], figure: Figure) -> str:
    return _spread([figure(one) for one in lived], lambda value: f"{value:.1%}")


def _number(lived: Sequence[Lived], figure: Figure) -> str:
    return _spread([figure(one) for one in lived], lambda value: f"{value:.0f}")


def _spread(values: Sequence[float], say: Callable[[float], str]) -> str:
    least, most = say(min(values)), say(max(values))
    return say(median(values)) + ("" if least == most else f" ({least} to {most})")
