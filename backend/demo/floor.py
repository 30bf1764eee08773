"""The demo store's building: 64 x 27 m, twenty long aisles, three cross aisles, a market area and a cold wall."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

WIDTH_M, HEIGHT_M = 64.0, 27.0
BACK_M, MIDDLE_M, FRONT_M = 3.25, 13.5, 23.75  # the three cross aisles, metres from the back wall
DOOR_M = 26.0
ROW_M = 1.0
ROWS_PER_BLOCK = 8
FIRST_ROW_BACK_M, FIRST_ROW_FRONT_M = 4.75, 15.25
SHELF_EDGE_M = 0.95  # from the middle of the aisle to the shelf
SHELF_DEPTH_M = 0.4
MARKET_X_M = (2.4, 5.1, 7.8)
FIRST_AISLE_X_M, AISLE_PITCH_M = 10.8, 2.7
AISLES = 20
COLD_PITCH_M = 0.9
ENTRANCE_X_M, DESK_X_M = 5.1, FIRST_AISLE_X_M + 14 * AISLE_PITCH_M


@dataclass(frozen=True, slots=True)
class Aisle:
    """One aisle: its name, where it runs, which blocks have shelves, and how many shelves are above each other."""

    name: str
    x_m: float
    blocks: tuple[str, ...]  # "front", "back"
    shelves: int
    department: int


@dataclass(frozen=True, slots=True)
class Place:
    """A location before it has an id."""

    aisle: str
    bay: int
    shelf: int
    node: int
    x_m: float
    y_m: float

    @property
    def address(self) -> str:
        return f"{self.aisle}-{self.bay}-{self.shelf}"


def aisles() -> list[Aisle]:
    """Every aisle with the number of the department that stands in it."""
    fresh = [
        Aisle("P1", MARKET_X_M[0], ("front",), 2, 21),
        Aisle("P2", MARKET_X_M[1], ("front",), 2, 21),
        Aisle("P3", MARKET_X_M[2], ("front",), 2, 21),
        Aisle("B1", MARKET_X_M[0], ("back",), 6, 22),
        Aisle("M1", MARKET_X_M[1], ("back",), 5, 23),
        Aisle("D1", MARKET_X_M[2], ("back",), 6, 24),
    ]
    long = []
    for index in range(AISLES):
        is_frozen = index >= AISLES - 2
        name = f"F{index - AISLES + 3}" if is_frozen else f"A{index + 1}"
        x_m = round(FIRST_AISLE_X_M + index * AISLE_PITCH_M, 2)
        long.append(Aisle(name, x_m, ("front", "back"), 4 if is_frozen else 5, 25 if is_frozen else index + 1))
    return fresh + long


class Building:
    """Nodes, edges, furniture and places. `places` lists each department's places in the order one walks by."""

    def __init__(self, department_names: dict[int, str]) -> None:
        self._names = department_names
        self.nodes: list[tuple[float, float]] = []
        self.edges: list[tuple[int, int, float]] = []
        self.fixtures: list[dict[str, Any]] = []
        self.places: dict[int, list[Place]] = {}
        columns = sorted({aisle.x_m for aisle in aisles()})
        crossings = {x_m: {y_m: self._node(x_m, y_m) for y_m in (BACK_M, MIDDLE_M, FRONT_M)} for x_m in columns}
        for aisle in aisles():
            self._build_aisle(aisle, crossings[aisle.x_m])
        for before, after in pairwise(columns):
            for y_m in (MIDDLE_M, FRONT_M):
                self._join(crossings[before][y_m], crossings[after][y_m])
            if after <= FIRST_AISLE_X_M:
                self._join(crossings[before][BACK_M], crossings[after][BACK_M])
        self._build_cold_wall({x_m: crossings[x_m][BACK_M] for x_m in columns if x_m >= FIRST_AISLE_X_M})
        self.entrance = self._door(ENTRANCE_X_M, crossings[ENTRANCE_X_M][FRONT_M])
        desk_x_m = round(DESK_X_M, 2)
        self.desk = self._door(desk_x_m, crossings[desk_x_m][FRONT_M])
        self._fixture(ENTRANCE_X_M - 1.2, 26.5, 2.4, 0.4, "Entrance")
        self._fixture(desk_x_m - 2.0, 26.3, 4.0, 0.6, "Packing desk")
        for index in range(6):
            self._fixture(15.0 + index * 4.5, 25.4, 2.2, 0.7, f"Checkout {index + 1}")

    def as_map(self) -> dict[str, Any]:
        """The `map` of store.json."""
        return {
            "width_m": WIDTH_M,
            "height_m": HEIGHT_M,
            "entrance": self.entrance,
            "desk": self.desk,
            "nodes": [{"id": index, "x_m": x_m, "y_m": y_m} for index, (x_m, y_m) in enumerate(self.nodes)],
            "edges": [{"a": a, "b": b, "length_m": length_m} for a, b, length_m in self.edges],
            "fixtures": self.fixtures,
        }

    def _build_aisle(self, aisle: Aisle, crossings: dict[float, int]) -> None:
        """Rows are numbered from the front: bay 1 is the first on the left, bay 2 the first on the right."""
        front = [round(FIRST_ROW_FRONT_M + row * ROW_M, 2) for row in range(ROWS_PER_BLOCK)]
        back = [round(FIRST_ROW_BACK_M + row * ROW_M, 2) for row in range(ROWS_PER_BLOCK)]
        rows = (front[::-1] if "front" in aisle.blocks else []) + (back[::-1] if "back" in aisle.blocks else [])
        nodes = [self._node(aisle.x_m, y_m) for y_m in rows]
        for block, near, far in ((front, FRONT_M, MIDDLE_M), (back, MIDDLE_M, BACK_M)):
            own = [node for node, y_m in zip(nodes, rows, strict=True) if y_m in block]
            chain = [crossings[near], *own, crossings[far]]
            for a, b in pairwise(chain):
                if own:
                    self._join(a, b)
        bays = [(2 * row + 1, row, -1) for row in range(len(rows))]
        bays += [(2 * row + 2, row, 1) for row in reversed(range(len(rows)))]
        for bay, row, side in bays:
            x_m = round(aisle.x_m + side * SHELF_EDGE_M, 2)
            self._add_bay(aisle, bay, nodes[row], x_m, rows[row])
        self._furnish(aisle, front, back)

    def _furnish(self, aisle: Aisle, front: list[float], back: list[float]) -> None:
        """A run of shelves on each side of each block."""
        for name, rows in (("front", front), ("back", back)):
            if name in aisle.blocks:
                for side in (-1, 1):
                    left = aisle.x_m + side * SHELF_EDGE_M - (SHELF_DEPTH_M if side < 0 else 0)
                    caption = aisle.name if side < 0 else ""
                    department = self._names[aisle.department]
                    self._fixture(left, rows[0] - ROW_M / 2, SHELF_DEPTH_M, len(rows) * ROW_M, caption, department)

    def _build_cold_wall(self, crossings: dict[float, int]) -> None:
        """Fridges along the back wall, three to each aisle; one walks past them on the back cross aisle."""
        wall = Aisle("C1", 0.0, ("back",), 5, 20)
        columns = sorted(crossings)
        chain: list[int] = []
        for index in range(3 * (len(columns) - 1) + 1):
            x_m = round(columns[0] + index * COLD_PITCH_M, 2)
            node = crossings[x_m] if x_m in crossings else self._node(x_m, BACK_M)
            chain.append(node)
            self._add_bay(wall, index + 1, node, x_m, 1.9)
        for a, b in pairwise(chain):
            self._join(a, b)
        width_m = columns[-1] - columns[0] + COLD_PITCH_M
        self._fixture(columns[0] - COLD_PITCH_M / 2, 0.6, width_m, 1.3, "C1", self._names[20])

    def _add_bay(self, aisle: Aisle, bay: int, node: int, x_m: float, y_m: float) -> None:
        """Places of one bay, the highest shelf first."""
        listed = self.places.setdefault(aisle.department, [])
        listed += [Place(aisle.name, bay, shelf, node, x_m, y_m) for shelf in range(aisle.shelves, 0, -1)]

    def _door(self, x_m: float, crossing: int) -> int:
        node = self._node(x_m, DOOR_M)
        self._join(node, crossing)
        return node

    def _node(self, x_m: float, y_m: float) -> int:
        self.nodes.append((x_m, y_m))
        return len(self.nodes) - 1

    def _join(self, a: int, b: int) -> None:
        (a_x, a_y), (b_x, b_y) = self.nodes[a], self.nodes[b]
        self.edges.append((a, b, round(abs(a_x - b_x) + abs(a_y - b_y), 2)))

    def _fixture(
        self, x_m: float, y_m: float, width_m: float, height_m: float, caption: str, department: str = ""
    ) -> None:
        self.fixtures.append(
            {
                "x_m": round(x_m, 2),
                "y_m": round(y_m, 2),
                "width_m": round(width_m, 2),
                "height_m": round(height_m, 2),
                "caption": caption,
                "department": department,
            }
        )
