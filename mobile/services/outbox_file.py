"""The database file on the phone: opened, checked, and rebuilt from whatever can still be read when it is damaged."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mobile.web.browser import IS_BROWSER
from shared.sync.envelope import Command

SCHEMA_VERSION = 1
_BESIDE = ("-journal", "-wal", "-shm")  # what SQLite keeps next to the file: it belongs to that file and to no other
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)  # the second: SQLite quotes the damaged schema in its complaint
_SCHEMA = """
CREATE TABLE command (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
                      made_at TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE problem (command_id TEXT PRIMARY KEY, name TEXT NOT NULL, made_at TEXT NOT NULL, body TEXT NOT NULL,
                      problem TEXT NOT NULL);
CREATE TABLE document (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE known (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass
class Salvage:
    """What an unreadable or older file still told. Synced documents are not worth saving: the backend resends them."""

    commands: list[Command] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)


def open_file(path: Path) -> tuple[sqlite3.Connection, Salvage | None]:
    """A sound connection. With a Salvage if the old file had to be put aside: its commands must be written again."""
    is_new = not path.exists() or path.stat().st_size == 0
    if not is_new:
        connection = _sound(path)
        if connection is not None:
            return _write_ahead(connection), None
    salvage = None if is_new else _salvage(path)
    if not is_new:
        _put_aside(path)
    for ending in _BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)
    connection = _connect(path)
    connection.executescript(_SCHEMA + f"PRAGMA user_version = {SCHEMA_VERSION};")
    return _write_ahead(connection), salvage


def command_of(row: tuple[Any, ...]) -> Command | None:
    """A command from `id, name, made_at, body`, or None if the row is not one."""
    try:
        identity, name, made_at, body = row
        return Command(id=identity, name=name, made_at=datetime.fromisoformat(made_at), body=json.loads(body))
    except (ValidationError, ValueError, TypeError):
        return None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _write_ahead(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A commit costs a quarter. Not in a browser: the file lies in memory there, its folder is kept in one piece."""
    if not IS_BROWSER:
        with contextlib.suppress(sqlite3.Error):  # then it goes on as it was
            connection.execute("PRAGMA journal_mode = WAL")
    return connection


def _sound(path: Path) -> sqlite3.Connection | None:
    connection = None
    try:
        connection = _connect(path)
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
        version = connection.execute("PRAGMA user_version").fetchone()
        readable = all(command_of(row) for row in connection.execute("SELECT id, name, made_at, body FROM command"))
        for table in ("problem", "document", "known"):
            connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names from the line above
        if verdict == ("ok",) and version == (SCHEMA_VERSION,) and readable:
            return connection
    except UNREADABLE:
        pass
    if connection is not None:
        connection.close()
    return None


def _salvage(path: Path) -> Salvage:
    salvage = Salvage()
    try:
        connection = _connect(path)
    except UNREADABLE:
        return salvage
    found: dict[int, Command] = {}
    for direction in ("ASC", "DESC"):  # from both ends: one bad page in the middle then hides only itself
        query = f"SELECT position, id, name, made_at, body FROM command ORDER BY position {direction}"  # noqa: S608
        for position, *rest in _rows(connection, query):
            command = command_of(tuple(rest))
            if command is not None and isinstance(position, int):
                found[position] = command
    salvage.commands = [found[position] for position in sorted(found)]
    for name, value in _rows(connection, "SELECT name, value FROM known"):
        if isinstance(name, str) and isinstance(value, str):
            salvage.known[name] = value
    connection.close()
    return salvage


def _rows(connection: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    with contextlib.suppress(*UNREADABLE):
        yield from connection.execute(query)


def _put_aside(path: Path) -> None:
    number = 1
    while path.with_name(f"{path.name}.damaged-{number}").exists():
        number += 1
    for ending in ("", *_BESIDE):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(path.with_name(f"{path.name}.damaged-{number}{ending}"))
