"""The commands the backend refused, kept until somebody has read why. In memory at once, on the device with a write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from mobile.services.outbox_file import command_of
from shared.errors import Problem
from shared.sync.envelope import Command


class RefusedCommand(BaseModel):
    """A command the backend did not accept, and why."""

    model_config = ConfigDict(frozen=True)

    command: Command
    problem: Problem


class KeptProblems:
    """Reads them at the start. Afterwards `all` is the truth, and `write` brings the device up to date."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._behind: list[RefusedCommand] = []
        self._forgotten: list[str] = []
        self._refused = {refused.command.id: refused for refused in self._read()}

    @property
    def all(self) -> list[RefusedCommand]:
        """Oldest first."""
        return list(self._refused.values())

    @property
    def is_behind(self) -> bool:
        return bool(self._behind)

    def add(self, command: Command, problem: Problem) -> None:
        self._refused.pop(command.id, None)
        self._refused[command.id] = RefusedCommand(command=command, problem=problem)
        self._behind.append(self._refused[command.id])

    def forget(self, command_id: str) -> None:
        self._refused.pop(command_id, None)
        self._forgotten.append(command_id)

    def write(self) -> None:
        """In a transaction of the caller, who says `written` when it is done."""
        for refused in self._behind:
            command = refused.command
            made_at, body = command.made_at.isoformat(), json.dumps(command.body)
            self._connection.execute(
                "INSERT OR REPLACE INTO problem (command_id, name, made_at, body, problem) VALUES (?, ?, ?, ?, ?)",
                (command.id, command.name, made_at, body, refused.problem.model_dump_json()),
            )
        for command_id in self._forgotten:
            self._connection.execute("DELETE FROM problem WHERE command_id = ?", (command_id,))

    def written(self) -> None:
        self._behind.clear()
        self._forgotten.clear()

    def _read(self) -> Iterator[RefusedCommand]:
        query = "SELECT command_id, name, made_at, body, problem FROM problem ORDER BY rowid"
        for *row, problem in self._connection.execute(query):
            command = command_of(tuple(row))
            if command is not None:
                yield RefusedCommand(command=command, problem=Problem.model_validate_json(problem))
