"""What a part measured, against its aim, and how it is printed."""

from __future__ import annotations

import math
import platform
import sqlite3
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `aim` is a floor where more is better, else a ceiling; None: only told."""

    part: str
    what: str
    value: float
    unit: str = ""
    aim: float | None = None
    is_floor: bool = False

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return ""
        is_reached = self.value >= self.aim if self.is_floor else self.value <= self.aim
        return "reached" if is_reached else "missed"

    @property
    def aim_text(self) -> str:
        return "" if self.aim is None else f"{'≥' if self.is_floor else '≤'} {self.aim:g} {self.unit}".strip()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all are at or below: the nearest rank, never one in between."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def table(figures: Sequence[Figure]) -> str:
    """As Markdown, the way docs/benchmark.md shows it."""
    rows = ["| part | what | median | aim | |", "|---|---|---:|---:|---|"]
    for figure in figures:
        value = f"{_short(figure.value)} {figure.unit}".strip()
        rows.append(f"| {figure.part} | {figure.what} | {value} | {figure.aim_text} | {figure.verdict} |")
    return "\n".join(rows)


def machine() -> str:
    """What was measured on, in one line."""
    cpu_lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":", 1)[1].strip() for line in cpu_lines if line.startswith("model name")]
    load = Path("/proc/loadavg").read_text().split()[0] if Path("/proc/loadavg").exists() else "?"
    return (
        f"{len(models) or '?'} x {models[0] if models else platform.processor()}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"load before the run {load}"
    )


def say(text: str) -> None:
    """A line of progress: not on standard output, which holds the table alone."""
    print(text, file=sys.stderr, flush=True)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
