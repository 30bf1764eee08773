"""What was found, as tables for docs/price-change.md: one line for each kind of gateway and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.simulation.labels_hour.floor import ACCESS_POINTS
from tests.simulation.labels_hour.hour import share_of
from tests.simulation.prices_hour.aims import ANSWER_S, CALLS_PER_S, SETTINGS
from tests.simulation.prices_hour.experiment import HOUR, Outcomes, Task
from tests.simulation.prices_hour.hour import BEGINS_AT_S, DEAD_SHARE, PLANNED_AT_S, Accounts, Lived
from tests.simulation.prices_hour.models import LOSSES, MODELS


def all_tables(outcomes: Outcomes, seeds: Sequence[int]) -> Mapping[str, str]:
    """By the name of their place on the page."""
    return {
        "parameters": parameters(seeds),
        "lights": lights(outcomes),
        "accounts": accounts(outcomes),
    }


def parameters(seeds: Sequence[int]) -> str:
    rows = [
        ("orders", HOUR.caption, "an assumption; picked until the last is ready"),
        ("the file", f"every product, sent {PLANNED_AT_S:g} s after the opening", "`prices_hour/floor.py`"),
        ("the instant it is planned for", f"{BEGINS_AT_S:g} s after the opening", "when everybody picks"),
        ("access points", f"{ACCESS_POINTS}; one AIMS server", "an assumption: two or three aisles each"),
        ("labels that answer nothing", f"{DEAD_SHARE:.1%}", "an assumption: empty batteries"),
        ("packets, wake-ups and answers lost", f"{LOSSES:.0%}", "an assumption"),
        ("AIMS answers a call after", f"{ANSWER_S * 1000:g} ms", "an assumption"),
        ("AIMS bears", f"{CALLS_PER_S:g} calls a second, more are answered 429", "an assumption"),
        ("AIMS's labels answer after", f"0.5 to {SETTINGS.latency_p95_s:g} s, evenly", "the driver's default p95"),
        *(
            (f"radio's limit, {model.caption}", f"{model.limit_s:.2f} s a label", model.limit_caption)
            for model in MODELS
        ),
        ("seeds", ", ".join(map(str, seeds)), "each is another hour"),
    ]
    return "\n".join(["| what | figure | source |", "|---|---:|---|", *(f"| {' | '.join(row)} |" for row in rows)])


def lights(outcomes: Outcomes) -> str:
    rows = [
        "| gateways | seed | lights | p50, s | while prices change | | p95, s | while prices change | |"
        " lit on arrival | while prices change |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for model, seed in _lines(outcomes):
        idle, busy = (outcomes[Task(model, changes, seed)] for changes in (False, True))
        until = until_s(busy)
        before, then = idle.lights_s(until), busy.lights_s(until)
        shares = [f"{idle.share_lit:.1%}", f"{busy.share_lit:.1%}"]
        rows.append(_light_row(model, f"{seed}", len(busy.lights), before, then, shares))
        rows += _of_all_seeds(outcomes, model, seed)
    return "\n".join(rows)


def _of_all_seeds(outcomes: Outcomes, model: int, seed: int) -> list[str]:
    """After the last of several seeds: all their lights together, which chance moves less than those of one."""
    seeds = [each for one, each in _lines(outcomes) if one == model]
    if len(seeds) < 2 or seed != seeds[-1]:
        return []
    pairs = [(outcomes[Task(model, False, each)], outcomes[Task(model, True, each)]) for each in seeds]
    before = [took_s for idle, busy in pairs for took_s in idle.lights_s(until_s(busy))]
    then = [took_s for _, busy in pairs for took_s in busy.lights_s(until_s(busy))]
    return [_light_row(model, "all", sum(len(busy.lights) for _, busy in pairs), before, then, ["", ""])]


def _light_row(
    model: int, seed: str, lights: int, before_s: Sequence[float], then_s: Sequence[float], shares: Sequence[str]
) -> str:
    cells = [MODELS[model].caption, seed, f"{lights}"]
    for percent in (50, 95):
        before, then = share_of(before_s, percent), share_of(then_s, percent)
        cells += [f"{before:.2f}", f"{then:.2f}", f"{then / before - 1:+.1%}"]
    return f"| {' | '.join([*cells, *shares])} |"


def accounts(outcomes: Outcomes) -> str:
    rows = [
        "| gateways | seed | labels | show the new price | told not to | neither, at any look |"
        " on the differences screen | min | of the limit |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for model, seed in _changes(outcomes):
        of = _accounts(outcomes[Task(model, True, seed)])
        cells = [f"{of.labels:,}", f"{of.show_it:,}", f"{of.listed:,}", f"{of.unaccounted:,}", f"{of.differences:,}"]
        cells += [f"{of.took_s / 60:.0f}", f"{of.took_s / of.limit_s:.2f}"]
        rows.append(f"| {MODELS[model].caption} | {seed} | {' | '.join(cells)} |")
    return "\n".join(rows)


def until_s(busy: Lived) -> float:
    """As long as both go on: the picking and the change."""
    return min(busy.ended_s, BEGINS_AT_S + _accounts(busy).took_s)


def _accounts(lived: Lived) -> Accounts:
    assert lived.accounts is not None, "prices change in this hour"
    return lived.accounts


def _changes(outcomes: Outcomes) -> list[tuple[int, int]]:
    return sorted((task.model, task.seed) for task in outcomes if task.prices_change)


def _lines(outcomes: Outcomes) -> list[tuple[int, int]]:
    """Model and seed of every pair of hours that was lived through."""
    return [(model, seed) for model, seed in _changes(outcomes) if Task(model, False, seed) in outcomes]
