"""store.json: a store, its floor and its locations, read and checked before anything is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from backend.core.errors import Rejected
from backend.core.http import refuse_ambiguous_json
from backend.stores.errors import StoreFileRejected
from backend.stores.stages import StageKind, stages_problem
from shared.barcode import WeighedRule
from shared.places import StoreMap
from shared.store_rules import StoreRules

FILE_NAME = "store.json"
FORMAT = "blinkpick-store/1"
PROBLEMS_MAX = 100
NODES_MAX = 20_000
LOCATIONS_MAX = 100_000


class _FilePart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class RulesOfFile(StoreRules):
    """A rule nobody knows is a slip of the pen, and must not pass for one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoreDescription(_FilePart):
    """What a store is, apart from its floor."""

    name: str = Field(min_length=1, max_length=80)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    languages: list[str] = Field(min_length=1, max_length=10)
    time_zone: str = Field(min_length=1, max_length=60)
    weighed_rules: list[WeighedRule] = Field(default=[], max_length=20)
    rules: RulesOfFile = RulesOfFile()
    stages: list[list[StageKind]] | None = Field(default=None, max_length=len(StageKind))
    """The order in which kinds of products are picked. None: the default; empty: no stages."""
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def a_place_has_both_degrees(self) -> StoreDescription:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude come together")
        return self

    @field_validator("stages", mode="before")
    @classmethod
    def a_word_is_a_stage_of_its_own(cls, value: Any) -> Any:
        """`"heavy"` for `["heavy"]`."""
        return [[each] if isinstance(each, str) else each for each in value] if isinstance(value, list) else value

    @field_validator("stages")
    @classmethod
    def each_kind_is_in_one_stage(cls, value: list[list[StageKind]] | None) -> list[list[StageKind]] | None:
        if value and (problem := stages_problem(value)):
            raise ValueError(problem)
        return value


class NewLocation(_FilePart):
    """A location that has no id yet."""

    aisle: str = Field(pattern=r"^[A-Z0-9]{1,4}$")
    bay: int = Field(ge=1, le=999)
    shelf: int = Field(ge=1, le=99)
    node: int = Field(ge=0)
    x_m: float
    y_m: float

    @property
    def address(self) -> str:
        return f"{self.aisle}-{self.bay}-{self.shelf}"


class StoreFile(_FilePart):
    """The whole file."""

    format: Literal["blinkpick-store/1"]
    store: StoreDescription
    map: StoreMap
    locations: list[NewLocation] = Field(min_length=1, max_length=LOCATIONS_MAX)


def read_store_file(text: str | bytes) -> StoreFile:
    """Parse and check store.json. Raises StoreFileRejected listing every problem (at most 100)."""
    raw = text.encode() if isinstance(text, str) else text
    try:
        refuse_ambiguous_json(raw)
        file = StoreFile.model_validate_json(raw.removeprefix(b"\xef\xbb\xbf"), strict=True)
    except ValidationError as error:
        raise _rejected([_problem(entry) for entry in error.errors()]) from None
    except Rejected as error:
        raise _rejected(error.facts["problems"]) from None
    problems = [{"at": at, "problem": problem} for at, problem in _floor_problems(file)]
    if problems:
        raise _rejected(problems)
    return file


def _floor_problems(file: StoreFile) -> Iterator[tuple[str, str]]:
    """Everything wrong that single values do not show."""
    if len(file.map.nodes) > NODES_MAX:
        yield "map.nodes", f"at most {NODES_MAX} nodes are taken"
        return
    nodes = {node.id for node in file.map.nodes}
    yield from _map_problems(file.map, nodes)
    first_at: dict[str, int] = {}
    for index, location in enumerate(file.locations):
        at = f"locations.{index}"
        if first_at.setdefault(location.address, index) != index:
            yield at, f"the address {location.address} stands at locations.{first_at[location.address]} already"
        if location.node not in nodes:
            yield at, f"{location.address} is reached from node {location.node}, which is not on the map"
        elif not _is_on_floor(file.map, location.x_m, location.y_m):
            yield at, f"{location.address} lies outside the floor"


def _map_problems(store_map: StoreMap, nodes: set[int]) -> Iterator[tuple[str, str]]:
    if len(nodes) != len(store_map.nodes):
        yield "map.nodes", "two nodes have the same id"
    for index, node in enumerate(store_map.nodes):
        if not _is_on_floor(store_map, node.x_m, node.y_m):
            yield f"map.nodes.{index}", f"node {node.id} lies outside the floor"
    near: dict[int, set[int]] = {node: set() for node in nodes}
    for index, edge in enumerate(store_map.edges):
        unknown = sorted({edge.a, edge.b} - nodes)
        if unknown:
            yield f"map.edges.{index}", f"node {unknown[0]} is not on the map"
        elif edge.a == edge.b:
            yield f"map.edges.{index}", f"an edge joins node {edge.a} with itself"
        else:
            near[edge.a].add(edge.b)
            near[edge.b].add(edge.a)
    for name, node_id in (("entrance", store_map.entrance), ("desk", store_map.desk)):
        if node_id not in nodes:
            yield f"map.{name}", f"node {node_id} is not on the map"
    if store_map.entrance in nodes:
        cut_off = sorted(nodes - _reached(near, store_map.entrance))
        if cut_off:
            named = ", ".join(map(str, cut_off[:5])) + (" ..." if len(cut_off) > 5 else "")
            yield "map.edges", f"{len(cut_off)} nodes cannot be reached from the entrance: {named}"


def _reached(near: dict[int, set[int]], start: int) -> set[int]:
    reached, waiting = {start}, [start]
    while waiting:
        fresh = near[waiting.pop()] - reached
        reached |= fresh
        waiting += fresh
    return reached


def _is_on_floor(store_map: StoreMap, x_m: float, y_m: float) -> bool:
    return 0 <= x_m <= store_map.width_m and 0 <= y_m <= store_map.height_m


def _problem(entry: Any) -> dict[str, str]:
    return {"at": ".".join(str(part) for part in entry["loc"]) or "file", "problem": str(entry["msg"])}


def _rejected(problems: list[dict[str, str]]) -> StoreFileRejected:
    listed = [{"file": FILE_NAME, **problem} for problem in problems[:PROBLEMS_MAX]]
    first = listed[0]
    return StoreFileRejected(
        f"{FILE_NAME}, {first['at']}: {first['problem']}", problems=listed, problems_total=len(problems)
    )
