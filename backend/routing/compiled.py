"""A store compiled for exact routes: once per store, then every shortest walk in well under a millisecond.

A walk from start to end past all stops is a choice, for every sub-aisle, of how it is walked: not, once, twice, from
one end, from the other, or from both with a gap left out. The sweep passes the sub-aisles one after the other; of the
part behind it only the crossings at the frontier matter: untouched, even or odd, and which of them hang together.
A store has few of them (as many as cross aisles, and one more), so the best choice of all is found, and proven.

Sources: Ratliff and Rosenthal 1983 (one block), Cambazard and Catusse 2018 (any number of cross aisles); here for any
graph of small width, from any place to any place.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from backend.routing.distances import PlaceDistances
from backend.routing.errors import PlaceUnreachable
from backend.routing.euler import Stretch, euler_walk, stretches
from backend.routing.options import FORBIDDEN_MM
from backend.routing.problem import StoreGraph
from backend.routing.subaisles import sub_aisles
from backend.routing.sweep_arrays import SweepArrays, packed
from backend.routing.sweep_order import sweep_steps
from backend.routing.tables import Integers, TooWide, work_out
from backend.routing.vector import VectorSweep


class CompiledStore:
    """Exact lengths and walks of one store. `of` gives the same one again as long as the graph lives."""

    _known: weakref.WeakKeyDictionary[StoreGraph, CompiledStore | None] = weakref.WeakKeyDictionary()

    def __init__(self, graph: StoreGraph, *, in_machine_code: bool | None = None) -> None:
        """In machine code where it is to be had, unless said. Raises TooWide where there are too many cross aisles."""
        from backend.routing import kernel  # and with it numba: half a second, which only whoever asks for routes waits

        steps = sweep_steps(graph, sub_aisles(graph))
        tables = work_out(steps)
        crossings = list(dict.fromkeys(end for step in steps for end in step.fresh))
        self._steps = steps
        self._crossings = crossings
        self._captions = dict(graph.captions)
        isolated = [node for node in graph.nodes if not graph.neighbours_mm(node)]
        self._positions = {
            node: (index, position)
            for index, step in enumerate(steps)
            for position, node in enumerate(step.sub_aisle.places, 1)
        }
        self._isolated = len(isolated)
        self._nodes = [*self._positions, *crossings, *isolated]
        self._numbers = {node: number for number, node in enumerate(self._nodes)}
        self.arrays = packed(steps, tables, crossings, isolated)
        self._kernel = kernel
        is_plain = not kernel.IS_COMPILED if in_machine_code is None else not in_machine_code
        self._vector = VectorSweep(self.arrays, tables, kernel.plain_option_costs) if is_plain else None

    @classmethod
    def of(cls, graph: StoreGraph) -> CompiledStore | None:
        """The graph compiled, or None where it is too wide."""
        if graph not in cls._known:
            try:
                cls._known[graph] = cls(graph)
            except TooWide:
                cls._known[graph] = None
        return cls._known[graph]

    @cached_property
    def distances(self) -> PlaceDistances:
        """From any place to any other; worked out when first asked for."""
        return PlaceDistances(self._steps, self._crossings, self._isolated)

    @property
    def oracle(self) -> SweepArrays | VectorSweep:
        """What compiled code of your own asks for lengths: numbers, or without machine code what answers itself."""
        return self.arrays if self._vector is None else self._vector

    def place_numbers(self, nodes: Iterable[int]) -> Integers:
        """The numbers under which the sweep knows the places; an order's can be kept. KeyError where one is unknown."""
        return np.array([self._numbers[node] for node in nodes], dtype=np.int64)

    def node(self, number: int) -> int:
        """The node of a place number."""
        return self._nodes[number]

    def length_mm(self, stops: Sequence[int], start: int, end: int) -> int:
        """How long the shortest walk from `start` to `end` past `stops` is (nodes). Raises PlaceUnreachable."""
        numbers = self._numbers
        length_mm = self.length_between(self.place_numbers(stops), numbers[start], numbers[end])
        if length_mm >= FORBIDDEN_MM:
            raise PlaceUnreachable(f"no walk leads from {self._caption(start)} past all stops to {self._caption(end)}")
        return length_mm

    def length_between(self, stops: Integers, start: int, end: int) -> int:
        """`length_mm` of place numbers, the quickest way to ask for one; FORBIDDEN_MM where there is no walk."""
        if self._vector is not None:
            return self._vector.length_mm(stops, start, end)
        return int(self._kernel.length_mm(self.arrays, stops, start, end))

    def lengths_between(self, stops: Integers, bounds: Integers, starts: Integers, ends: Integers) -> Integers:
        """Many lengths at once: that of walk `i` is past `stops[bounds[i]:bounds[i + 1]]`. All are place numbers."""
        if self._vector is None:
            return self._kernel.lengths_mm(self.arrays, stops, bounds, starts, ends)
        walks = zip(pairwise(bounds), starts, ends, strict=True)
        lengths = [self._vector.length_mm(stops[first:beyond], int(a), int(b)) for (first, beyond), a, b in walks]
        return np.array(lengths, dtype=np.int64)

    def shortest_walk(self, stops: Sequence[int], start: int, end: int) -> tuple[list[int], int]:
        """The nodes of a shortest walk and its length; the same every time. Raises PlaceUnreachable."""
        wanted = self.place_numbers(stops)
        first, last = self._numbers[start], self._numbers[end]
        if self._vector is not None:
            length_mm, options = self._vector.chosen_options(wanted, first, last)
        else:
            length_mm, options = self._kernel.chosen_options(self.arrays, wanted, first, last)
        if length_mm >= FORBIDDEN_MM:
            raise PlaceUnreachable(f"no walk leads from {self._caption(start)} past all stops to {self._caption(end)}")
        paths = self._paths(options.tolist(), {*stops, start, end}, {start, end}) if length_mm else []
        return euler_walk(paths, start, end), int(length_mm)

    def warm_up(self) -> None:
        """Ask for one of each, so that machine code is made (some seconds, once) or loaded (a fraction of one)."""
        place = np.zeros(1, dtype=np.int64)
        self.length_between(place, 0, 0)
        self.lengths_between(place, np.array([0, 1]), place, place)
        self.shortest_walk(self._nodes[:1], self._nodes[0], self._nodes[0])

    def _paths(self, options: list[int], wanted: set[int], ends: set[int]) -> list[Sequence[int]]:
        """The pieces to walk, with the ends of the walk at ends of pieces."""
        ends_in, wanted_in = self._by_step(ends), self._by_step(wanted)
        if not options:  # the walk stays in one sub-aisle
            ((step, positions),) = wanted_in.items()
            low, high = ends_in[step][0], ends_in[step][-1]
            pieces = [(positions[0], low, 2), (low, high, 1), (high, positions[-1], 2)]
            return list(_cut(self._steps[step].sub_aisle.nodes, pieces, ()))
        paths: list[Sequence[int]] = []
        for step, option in enumerate(options):
            chain = self._steps[step].sub_aisle
            if step not in wanted_in:
                paths += [chain.nodes] * option  # not, once or twice
                continue
            here = ends_in.get(step, [])
            beyond = len(chain.nodes) - 1
            pieces = stretches(option, beyond, wanted_in[step], chain.offsets_mm, here if len(ends) > 1 else ())
            paths += _cut(chain.nodes, pieces, here)
        return paths

    def _by_step(self, nodes: Iterable[int]) -> dict[int, list[int]]:
        """Step -> the positions of those of `nodes` that are inside its sub-aisle, ascending."""
        by_step: dict[int, list[int]] = {}
        for step, position in sorted(self._positions[node] for node in nodes if node in self._positions):
            by_step.setdefault(step, []).append(position)
        return by_step

    def _caption(self, node: int) -> str:
        return self._captions.get(node, f"node {node}")


def _cut(nodes: Sequence[int], pieces: Iterable[Stretch], cuts: Sequence[int]) -> Iterator[Sequence[int]]:
    """The nodes of each piece as often as it is walked; a piece is cut in two where the walk begins or ends."""
    for first, last, times in pieces:
        marks = [first, *(cut for cut in cuts if first < cut < last), last]
        for a, b in pairwise(marks):
            if a < b:
                yield from [nodes[a : b + 1]] * times
