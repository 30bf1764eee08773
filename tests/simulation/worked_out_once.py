"""What many would work out alike is worked out once: a floor's routes, a server's doors, statements, what a text says.

A shop's server does this work once in weeks; a world begins a server every few minutes of its time. Each phone of a
shop reads with a processor of its own; here one processor reads for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import cache
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.engine import Dialect
from starlette.routing import BaseRoute

from backend.core.database import Database
from backend.main.app import create_app
from backend.routing.problem import StoreGraph
from backend.settings import Settings
from shared.picking import PickList
from shared.places import StoreMap
from shared.sync.envelope import BackendMessage, Update, read_backend_message

CHEAP_PINS = {
    "pin_memory_kib": 8,
    "pin_passes": 1,
}  # nobody steals these; by the real price sign-ins cost a tenth of all

TEXTS_KNOWN_MAX = 4  # an update reaches all phones within a moment
LISTS_WRITTEN_MAX = 8  # a phone writes down what it heard with its next own command, or its next acknowledgement
WORTH_KNOWING_CHARACTERS = 2_000  # shorter ones are read as quickly as they are found

_graphs: dict[str, dict[str, StoreGraph]] = {}  # by the floor, and by what its places are called
_statements: dict[Any, Any] = {}


class KnownGraphs:
    """Stands where the backend makes a graph of a floor. A graph never changes, and keeps what was compiled for it.

    Graphs of one floor that call its places by other names share the ways that were found on it.
    """

    @staticmethod
    def from_map(store_map: StoreMap, captions: Mapping[int, str] | None = None) -> StoreGraph:
        floor, names = store_map.model_dump_json(), repr(sorted((captions or {}).items()))
        named = _graphs.setdefault(floor, {})
        if names not in named:
            named[names] = copy(next(iter(named.values()))) if named else StoreGraph.from_map(store_map)
            named[names].captions = captions or {}
        return named[names]


class KnownTexts:
    """Reads what the backend tells many phones in one text: a pick list that is free to take. Neither the message nor
    the list can change, so that all phones may hold the same.

    Stands where a phone's session reads a message (`read`), and where its lists read a pick list (`model_validate`) and
    write it down (`written`).
    """

    def __init__(self) -> None:
        self._messages: dict[str, Update] = {}
        self._lists: dict[int, tuple[dict[str, Any], PickList]] = {}  # by the body, which is held as long
        self._written: dict[int, tuple[PickList, str]] = {}  # by the list, which is held as long

    def read(self, text: str) -> BackendMessage:
        known = self._messages.get(text)
        if known is not None:
            return known
        message = read_backend_message(text)
        if isinstance(message, Update) and len(text) >= WORTH_KNOWING_CHARACTERS:
            _keep(self._messages, text, message, TEXTS_KNOWN_MAX)
        return message

    def model_validate(self, body: dict[str, Any]) -> PickList:
        known = self._lists.get(id(body))
        if known is not None:
            return known[1]
        pick_list = PickList.model_validate(body)
        _keep(self._lists, id(body), (body, pick_list), TEXTS_KNOWN_MAX)
        return pick_list

    def written(self, pick_list: PickList) -> str:
        known = self._written.get(id(pick_list))
        if known is not None:
            return known[1]
        text = pick_list.model_dump_json()
        _keep(self._written, id(pick_list), (pick_list, text), LISTS_WRITTEN_MAX)
        return text


def _keep(known: dict[Any, Any], key: object, value: object, most: int) -> None:
    """And forget the oldest."""
    while len(known) >= most:
        del known[next(iter(known))]
    known[key] = value


def share_statements(database: Database) -> None:
    """What SQLAlchemy compiled for one database serves for all: it tells them apart by their dialects."""
    for engine in (database.write_engine, database.read_engine):
        engine.dialect = _dialect()
        engine.update_execution_options(compiled_cache=_statements)


def share_doors(app: FastAPI) -> None:
    """What FastAPI made of a router for one application serves for all: an endpoint finds its house in the request.

    It is made by the first requests after each start, and cost a fifth of a short hour.
    """
    for at, door in enumerate(app.router.routes):
        router = getattr(door, "original_router", None)
        if router is not None:
            app.router.routes[at] = _doors().get(id(router), door)


@cache
def _doors() -> dict[int, BaseRoute]:
    """By the router, which lives as long as its module. Of an application that has no house and so keeps none alive."""
    house: Any = SimpleNamespace(settings=Settings(_env_file=None), ids=None)
    doors = create_app(house).router.routes
    return {id(door.original_router): door for door in doors if hasattr(door, "original_router")}


@cache
def _dialect() -> Dialect:
    """Of a SQLite that was asked once what it can do."""
    engine = sa.create_engine("sqlite://")
    engine.connect().close()
    engine.dispose()
    return engine.dialect
