"""The map is complete and true: every command has its handler, every event its entry, and docs/flow.md agrees."""

from __future__ import annotations

import importlib
import inspect
import re
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from backend import flow
from backend.core.outbox import Job
from backend.core.writer import Transaction
from backend.main.house import House, build_house
from backend.picking.commands import Asked
from backend.settings import Settings
from shared.clock import ManualClock
from shared.commands import PICKER_COMMANDS
from shared.events import EVENTS, Event
from shared.ids import SeededIdSource

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/flow.md"

# Classes in a room's commands.py that are asked of nobody: parts and answers of commands.
PARTS = {
    "AcceptLine",
    "Asked",
    "Asker",
    "BoundLabel",
    "ImportedLabels",
    "ImportedProducts",
    "ImportedStore",
    "KeptPicture",
    "PersonEntry",
    "PlannedPrices",
    "Sender",
}


@pytest.fixture
def house(tmp_path: Path, clock: ManualClock, ids: SeededIdSource) -> Iterator[House]:
    settings = Settings(_env_file=None, DATABASE_URL=f"sqlite:///{tmp_path}/flow.db")  # type: ignore[call-arg]
    house = build_house(settings, clock, ids, secrets={})
    yield house
    house.database.close()


@pytest.fixture
def rooms(house: House) -> flow.Rooms:
    return flow.Rooms(**{name: getattr(house, name) for name in flow.Rooms.__dataclass_fields__})


def first_parameter(handler: Callable[..., Any]) -> Any:
    """The annotation of what a handler takes."""
    name = next(iter(inspect.signature(handler).parameters))
    return get_type_hints(handler)[name]


def takes_a_transaction(handler: Callable[..., Any]) -> bool:
    hints = [hint for name, hint in get_type_hints(handler).items() if name != "return"]
    return len(inspect.signature(handler).parameters) == 2 and hints[1] is Transaction


def members(annotation: Any) -> tuple[Any, ...]:
    """The classes of a union, or the class itself."""
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def name_of(handler: Callable[..., Any]) -> str:
    """Room and verb: `picking.start`."""
    return f"{handler.__module__.split('.')[1]}.{handler.__name__}"


def commands_of_the_rooms() -> set[type]:
    """Every class declared in some room's commands.py that is no part of another."""
    found: set[type] = set()
    for path in sorted((ROOT / "backend").glob("*/commands.py")):
        module = importlib.import_module(f"backend.{path.parent.name}.commands")
        found |= {
            member
            for member in vars(module).values()
            if isinstance(member, type) and member.__module__ == module.__name__
        }
    return {command for command in found if command.__name__ not in PARTS}


class TestCommands:
    def test_each_of_the_house_has_its_handler(self, rooms: flow.Rooms) -> None:
        assert set(flow.commands(rooms)) == commands_of_the_rooms()

    def test_each_of_a_picker_has_its_handler(self, rooms: flow.Rooms) -> None:
        assert set(flow.picker_commands(rooms)) == set(PICKER_COMMANDS.values())

    def test_a_handler_takes_just_its_command(self, rooms: flow.Rooms) -> None:
        wrong = {c.__name__: name_of(h) for c, h in flow.commands(rooms).items() if first_parameter(h) is not c}
        assert wrong == {}

    def test_a_pickers_handler_takes_it_with_who_asks(self, rooms: flow.Rooms) -> None:
        for command, handler in flow.picker_commands(rooms).items():
            annotation = first_parameter(handler)
            assert (get_origin(annotation), get_args(annotation)) == (Asked, (command,))

    def test_handlers_run_inside_the_transaction(self, rooms: flow.Rooms) -> None:
        for handler in [*flow.commands(rooms).values(), *flow.picker_commands(rooms).values()]:
            assert takes_a_transaction(handler), name_of(handler)
            assert not inspect.iscoroutinefunction(handler), name_of(handler)


class TestEvents:
    def test_each_has_an_entry(self, rooms: flow.Rooms) -> None:
        assert set(flow.listeners(rooms)) == set(EVENTS.values())

    def test_none_is_forgotten_in_the_table_of_names(self) -> None:
        waiting, leaves = [Event], set()
        while waiting:
            event = waiting.pop()
            waiting += event.__subclasses__()
            if "name" in vars(event):
                leaves.add(event)
        assert {event for event in leaves if event.__module__ == "shared.events"} == set(EVENTS.values())

    def test_a_listener_understands_its_event(self, rooms: flow.Rooms) -> None:
        for event, listeners in flow.listeners(rooms).items():
            for listener in listeners:
                understood = members(first_parameter(listener))
                assert any(issubclass(event, each) for each in understood), (
                    f"{name_of(listener)} hears {event.__name__}"
                )

    def test_listeners_run_inside_the_transaction(self, rooms: flow.Rooms) -> None:
        for listeners in flow.listeners(rooms).values():
            for listener in listeners:
                assert takes_a_transaction(listener), name_of(listener)
                assert not inspect.iscoroutinefunction(listener), name_of(listener)

    def test_none_is_told_twice(self, rooms: flow.Rooms) -> None:
        for event, listeners in flow.listeners(rooms).items():
            assert len(listeners) == len({name_of(listener) for listener in listeners}), event.__name__


class TestDeliveries:
    def test_each_topic_that_some_room_writes_is_delivered(self, rooms: flow.Rooms) -> None:
        written = set()
        for path in sorted((ROOT / "backend").rglob("*.py")):
            for topic in re.findall(r"tx\.enqueue\(\s*(\w+|\"[\w.]+\")", path.read_text(encoding="utf-8")):
                module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
                written.add(topic.strip('"') if topic.startswith('"') else getattr(module, topic))
        assert written == set(flow.deliveries(rooms))

    def test_deliveries_run_beside_the_writer(self, rooms: flow.Rooms) -> None:
        for deliver in flow.deliveries(rooms).values():
            assert inspect.iscoroutinefunction(deliver), name_of(deliver)
            assert first_parameter(deliver) is Job


class TestTheHouse:
    def test_works_by_the_map(self, house: House, rooms: flow.Rooms) -> None:
        assert house.bus.handlers == flow.commands(rooms)
        assert house.writer.listeners == flow.listeners(rooms)


class TestThePage:
    """docs/flow.md: three tables whose first two columns are flow.py's."""

    def table(self, title: str) -> dict[str, tuple[str, str]]:
        """First column -> second and third, of the table below a heading."""
        section = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \| (.*?) \|$", section, re.MULTILINE)
        assert len(rows) == len({row[0] for row in rows}), "a row stands twice"
        return {first: (second, third) for first, second, third in rows}

    def test_commands(self, rooms: flow.Rooms) -> None:
        handlers = {**flow.commands(rooms), **flow.picker_commands(rooms)}
        expected = {command.__name__: f"`{name_of(handler)}`" for command, handler in handlers.items()}
        assert {command: handler for command, (handler, _) in self.table("Commands").items()} == expected

    def test_events(self, rooms: flow.Rooms) -> None:
        expected = {
            event.__name__: ", ".join(f"`{name_of(listener)}`" for listener in listeners) or "nobody"
            for event, listeners in flow.listeners(rooms).items()
        }
        assert {event: heard for event, (heard, _) in self.table("Events").items()} == expected

    def test_deliveries(self, rooms: flow.Rooms) -> None:
        expected = {topic: f"`{name_of(deliver)}`" for topic, deliver in flow.deliveries(rooms).items()}
        assert {topic: deliver for topic, (deliver, _) in self.table("Deliveries").items()} == expected

    def test_every_row_says_what_for(self) -> None:
        rows = [row for title in ("Commands", "Events", "Deliveries") for row in self.table(title).items()]
        assert [first for first, (_, meaning) in rows if len(meaning.split()) < 3] == []
