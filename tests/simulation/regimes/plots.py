"""The figures as pictures: where the minutes go, and what the search times decide."""

from __future__ import annotations

import textwrap
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

from tests.simulation.regimes.experiment import SEARCH_DARK_S, SEARCH_LIT_S, Experiment, Regime, slower_or_quicker
from tests.simulation.regimes.tables import shares
from tests.simulation.regimes.walks import Part

COLOURS = {Part.WALKING: "#90a4ae", Part.SEARCHING: "#f9a825", Part.HANDLING: "#1565c0"}
LIT_COLOURS = ("#0d47a1", "#1976d2", "#64b5f6", "#b0bec5")
AIM = 0.25
CAPTION_CHARACTERS = 38


def draw(experiment: Experiment, folder: Path) -> list[Path]:
    """Write the pictures; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _save(_parts(experiment), folder / "pick-minutes.png"),
        _save(_search(experiment), folder / "pick-search.png"),
    ]


def _parts(experiment: Experiment) -> Any:
    """One bar per regime, stacked; the thin line is the least and the most over the seeds."""
    figure, axes = pyplot.subplots(figsize=(9, 5))
    regimes = list(experiment.outcomes)
    names = [textwrap.fill(regime.value, CAPTION_CHARACTERS) for regime in regimes]
    left = [0.0] * len(regimes)
    for part in Part:
        widths = [median(each.minutes_of(part) for each in experiment.outcomes[regime]) for regime in regimes]
        axes.barh(names, widths, left=left, color=COLOURS[part], label=part.value)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    for name, regime in zip(names, regimes, strict=True):
        totals = [each.labour_min_per_order for each in experiment.outcomes[regime]]
        axes.plot([min(totals), max(totals)], [name, name], color="black", linewidth=1.5)
    paper = median(each.labour_min_per_order for each in experiment.outcomes[Regime.PAPER])
    axes.axvline(AIM * paper, color="#c62828", linestyle="--", linewidth=1, label="a quarter of the paper list")
    axes.invert_yaxis()
    axes.set_xlabel("picker-minutes an order")
    axes.legend(loc="lower right", fontsize=8)
    return figure


def _search(experiment: Experiment) -> Any:
    """Our share of the paper list's labour against the search time in the dark, a line per search time in the light."""
    figure, axes = pyplot.subplots(figsize=(7, 4.2))
    for lit_s, colour in zip(SEARCH_LIT_S, LIT_COLOURS, strict=True):
        against = []
        for dark_s in SEARCH_DARK_S:
            pace = slower_or_quicker(search_dark_s=dark_s, search_lit_s=lit_s)
            ours, paper = experiment.at(Regime.OURS, pace), experiment.at(Regime.PAPER, pace)
            against.append(100 * median(shares(ours, paper)))
        axes.plot(SEARCH_DARK_S, against, marker="o", color=colour, label=f"{lit_s:g} s where it blinks")
    axes.axhline(100 * AIM, color="#c62828", linestyle="--", linewidth=1, label="a quarter of the paper list")
    axes.set_xlabel("seconds to find a product in the dark")
    axes.set_ylabel("labour of ours, % of the paper list's")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)
    return figure


def _save(figure: Any, path: Path) -> Path:
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
    return path
