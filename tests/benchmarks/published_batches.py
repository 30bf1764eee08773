"""Reads published joint batching and routing instances (Muter and Oncan's form) and their bounds from a folder.

The folder holds `*.zip` archives of instances, or the instances as `*.txt`, and `published.csv` with the columns
`instance`, `UB`, `LB` and `proven_optimal`. CELL 0 is nearest the top cross aisle; the depot is on the bottom one, at
DEPOT_AISLE; crossing the width of an aisle costs nothing; files are latin-1; bounds are rounded to whole numbers.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROUNDED_BY = 0.5


@dataclass(frozen=True, slots=True)
class Published:
    """A bound pair; `is_proven` where the upper one is the optimum."""

    upper: float
    lower: float
    is_proven: bool


@dataclass
class _Instance:
    head: dict[str, str] = field(default_factory=dict)
    cells: dict[int, tuple[int, int]] = field(default_factory=dict)
    orders: list[list[tuple[int, int]]] = field(default_factory=list)

    def number(self, name: str) -> float:
        return float(self.head.get(name, 0))


def published_bounds(folder: Path) -> dict[str, Published]:
    """By the instance's name without its ending."""
    with (folder / "published.csv").open(newline="") as rows:
        return {
            Path(row["instance"]).stem: Published(
                float(row["UB"]), float(row["LB"]), row["proven_optimal"].strip().lower() == "true"
            )
            for row in csv.DictReader(rows)
        }


def published_problems(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each instance's name and the problem as `python -m backend.routing solve` reads it."""
    for path in sorted(folder.glob("*.txt")):
        yield path.stem, problem_of(path.read_text(encoding="latin-1"))
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".txt"):
                    yield Path(name).stem, problem_of(archive.read(name).decode("latin-1"))


def problem_of(text: str) -> dict[str, Any]:
    """One node for each cell and for both ends of each aisle; a node of its own for a depot that stands apart."""
    instance = _read(text)
    number = instance.number
    aisles, cells, column = int(number("NUM_AISLES")), int(number("NUM_CELLS")), int(number("NUM_CELLS")) + 2
    edges: list[list[float]] = []
    for aisle in range(aisles):
        bottom, top = aisle * column, aisle * column + cells + 1
        edges.append([bottom, bottom + 1, number("DISTANCE_BOTTOM_TO_CELL")])
        edges += [[bottom + at, bottom + at + 1, number("DISTANCE_CELL_TO_CELL")] for at in range(1, cells)]
        edges.append([top - 1, top, number("DISTANCE_TOP_TO_CELL")])
        if aisle:
            edges += [[end - column, end, number("DISTANCE_AISLE_TO_AISLE")] for end in (bottom, top)]
    nodes, depot = aisles * column, int(number("DEPOT_AISLE")) * column
    if apart_m := number("DISTANCE_TOP_OR_BOTTOM_TO_DEPOT"):
        edges.append([depot, nodes, apart_m])
        nodes, depot = nodes + 1, nodes
    orders = []
    for at, articles in enumerate(instance.orders):
        stops = {aisle * column + cells - cell for aisle, cell in (instance.cells[article] for article, _ in articles)}
        orders.append({"id": f"o{at}", "size": sum(many for _, many in articles), "stops": sorted(stops)})
    capacity = number("PICKER_CAPACITY")
    return {"nodes": nodes, "edges": edges, "start": depot, "end": depot, "capacity": capacity, "orders": orders}


def _read(text: str) -> _Instance:
    instance, section = _Instance(), ""
    for line in map(str.strip, text.splitlines()):
        if line.endswith("_SECTION"):
            section = line
        elif ":" in line:
            name, value = (part.strip() for part in line.split(":", 1))
            if name.startswith("NUM_ARTICLES") and section == "ORDER_SECTION":
                instance.orders.append([])
            else:
                instance.head.setdefault(name, value)
        elif line and not line.startswith("EOF"):
            words = line.split()
            if section == "SKU_SECTION":
                instance.cells[int(words[1])] = (int(words[3]), int(words[5]))
            elif section == "ORDER_SECTION":
                instance.orders[-1].append((int(words[1]), int(words[3])))
    return instance
