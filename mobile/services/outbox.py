"""What the phone must not forget: commands not yet answered, synced pick lists, who is signed in. Survives anything."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from mobile.services.command_journal import CommandJournal
from mobile.services.outbox_file import command_of, open_file
from mobile.services.synced import PICK_LIST, Picker, PickLists, apply_command, fold_update
from shared.errors import BlinkpickError, Problem
from shared.picking import PickList
from shared.sync.envelope import Command, Result, Update

SESSION_TOKEN = "session_token"  # noqa: S105 - the name it is kept under
DEVICE_TOKEN = "device_token"  # noqa: S105 - the name it is kept under
PROFILE = "profile"
LANGUAGE = "language"
COUNTING = "counting"
STORE_MAP = "store_map"
LOCATIONS = "locations"
_LAST_SEQUENCE = "last_sequence"
_READ_BY = "read_by"  # the version of the app that read the documents
_PICKER = "picker"


class NotStoredOnPhone(BlinkpickError):
    """The phone could not write it down, so it did not happen: it must be done again."""


class RefusedCommand(BaseModel):
    """A command the backend did not accept, kept until somebody has read why."""

    model_config = ConfigDict(frozen=True)

    command: Command
    problem: Problem


class Outbox:
    """One SQLite file and its journal. Every method that writes has been flushed to the device when it returns."""

    def __init__(self, path: Path, flush: Callable[[], Awaitable[None]]) -> None:
        self._flush = flush
        self._journal = CommandJournal(path.with_name(path.name + ".journal"))
        self._connection, salvage = open_file(path)
        self.was_damaged = salvage is not None
        self._waiting: dict[str, Command] = {}
        self._known: dict[str, str] = dict(self._connection.execute("SELECT name, value FROM known"))
        for row in self._connection.execute("SELECT id, name, made_at, body FROM command ORDER BY position"):
            command = command_of(row)
            assert command is not None, "open_file has checked every row"
            self._waiting[command.id] = command
        self._restore(salvage.commands if salvage else [], salvage.known if salvage else {})
        self._pick_lists: PickLists = dict(self._read_pick_lists())
        self._read_picker = "{}", Picker()
        self._problems: list[RefusedCommand] | None = None

    # Commands

    def waiting(self) -> list[Command]:
        """Commands without an answer, in the order they were made."""
        return list(self._waiting.values())

    async def add(self, command: Command) -> None:
        """Write a command down. Raises NotStoredOnPhone; then nothing of it remains."""
        if command.id in self._waiting:
            raise NotStoredOnPhone("a command of this id waits already", command_id=command.id)
        try:
            with self._transaction():
                self._journal.add(command)
                self._insert(command)
            await self._keep()
        except NotStoredOnPhone:
            self._take_back(command)
            raise
        self._waiting[command.id] = command  # only now may it be sent: what was taken back must never have left

    async def answer(self, results: Iterable[Result]) -> list[tuple[Command, Result]]:
        """Forget commands the backend has answered; keep the refused ones as problems. Returns those that waited."""
        answered = [(self._waiting[one.command_id], one) for one in results if one.command_id in self._waiting]
        with self._transaction():
            for command, result in answered:
                self._connection.execute("DELETE FROM command WHERE id = ?", (command.id,))
                if result.is_applied:
                    self._settle(command)
                else:
                    self._keep_problem(command, result.problem or Problem(code="refused", detail=""))
        for command, _ in answered:
            self._waiting.pop(command.id, None)
            self._journal.gone(command.id)
        await self._keep()
        return answered

    def problems(self) -> list[RefusedCommand]:
        """What the backend refused, oldest first."""
        if self._problems is None:  # read anew only after a change: it is asked for with every command
            self._problems = self._read_problems()
        return list(self._problems)

    def _read_problems(self) -> list[RefusedCommand]:
        query = "SELECT command_id, name, made_at, body, problem FROM problem ORDER BY rowid"
        kept = []
        for *row, problem in self._connection.execute(query):
            command = command_of(tuple(row))
            if command is not None:
                kept.append(RefusedCommand(command=command, problem=Problem.model_validate_json(problem)))
        return kept

    async def forget_problem(self, command_id: str) -> None:
        self._problems = None
        with self._transaction():
            self._connection.execute("DELETE FROM problem WHERE command_id = ?", (command_id,))
        await self._keep()

    # What the backend said

    @property
    def last_sequence(self) -> int:
        return int(self._known.get(_LAST_SEQUENCE, "0"))

    def sequence_for(self, app_version: str) -> int:
        """How far this version of the app has read; 0 where another one did, for that one may have passed over what
        this one understands.
        """
        return self.last_sequence if self._known.get(_READ_BY) == app_version else 0

    def pick_lists(self) -> PickLists:
        """The lists as the backend last described them."""
        return dict(self._pick_lists)

    async def store_updates(
        self, updates: list[Update], *, is_reset: bool = False, app_version: str | None = None
    ) -> None:
        """Fold updates into the documents and move `last_sequence`, together. A reset forgets the documents first;
        `app_version` says who has read everything anew.
        """
        before = {} if is_reset else self._pick_lists
        after = before
        for update in updates:
            after = fold_update(after, update)
        sequence = max((update.sequence for update in updates), default=0 if is_reset else self.last_sequence)
        with self._transaction():
            if is_reset:
                self._connection.execute("DELETE FROM document WHERE kind = ?", (PICK_LIST,))
            for gone in before.keys() - after.keys():
                self._connection.execute("DELETE FROM document WHERE kind = ? AND id = ?", (PICK_LIST, gone))
            for key, pick_list in after.items():
                if before.get(key) is not pick_list:
                    self._put_document(PICK_LIST, key, pick_list.model_dump_json())
            self._put_known(_LAST_SEQUENCE, str(sequence))
            if app_version is not None:
                self._put_known(_READ_BY, app_version)
        self._pick_lists = after
        self._known[_LAST_SEQUENCE] = str(sequence)
        if app_version is not None:
            self._known[_READ_BY] = app_version
        await self._keep()

    # Documents and small things to know

    def document(self, kind: str, identity: str) -> str | None:
        query = "SELECT body FROM document WHERE kind = ? AND id = ?"
        row = self._connection.execute(query, (kind, identity)).fetchone()
        return None if row is None else str(row[0])

    async def keep_document(self, kind: str, identity: str, body: str) -> None:
        with self._transaction():
            self._put_document(kind, identity, body)
        await self._keep()

    def recall(self, name: str) -> str | None:
        return self._known.get(name)

    async def remember(self, name: str, value: str | None) -> None:
        """Keep a small value under a name; None forgets it. Raises NotStoredOnPhone."""
        with self._transaction():
            self._journal.know(name, value)
            self._connection.execute("DELETE FROM known WHERE name = ?", (name,))
            if value is not None:
                self._put_known(name, value)
        await self._keep()
        if value is None:
            self._known.pop(name, None)
        else:
            self._known[name] = value

    def picker(self) -> Picker:
        kept = self._known.get(_PICKER, "{}")
        if kept != self._read_picker[0]:  # asked for with every look at the screen
            self._read_picker = kept, Picker.model_validate_json(kept)
        return self._read_picker[1]

    async def remember_picker(self, picker: Picker | None) -> None:
        """Who walks with this phone. Somebody else's lists are not theirs: the phone asks for everything anew."""
        if picker is not None and picker.person_id != self.picker().person_id:
            await self.store_updates([], is_reset=True)
        await self.remember(_PICKER, None if picker is None else picker.model_dump_json())

    def close(self) -> None:
        self._connection.close()

    # Helpers

    def _restore(self, commands: list[Command], known: dict[str, str]) -> None:
        """Bring back what only a damaged file or only the journal knew; a command too many is applied once anyway."""
        known_elsewhere = {one.id: one for one in [*commands, *self._journal.waiting.values()]}
        missing = [one for one in known_elsewhere.values() if one.id not in self._waiting]
        missing.sort(key=lambda one: (one.made_at, one.id))
        lost = {} if self._known else {**known, **self._journal.known}
        lost.pop(_LAST_SEQUENCE, None)  # the documents are gone with the file: ask for everything
        with self._transaction():
            for command in missing:
                self._waiting[command.id] = command
                self._insert(command)
            for name, value in lost.items():
                self._put_known(name, value)
        self._known.update(lost)
        self._journal.waiting = dict(self._waiting)
        self._journal.known = {name: value for name, value in self._known.items() if name != _LAST_SEQUENCE}
        self._journal.rewrite()

    def _take_back(self, command: Command) -> None:
        try:
            self._connection.execute("DELETE FROM command WHERE id = ?", (command.id,))
            self._journal.gone(command.id)
        except (sqlite3.Error, OSError):
            self._journal.waiting.pop(command.id, None)

    def _insert(self, command: Command) -> None:
        self._connection.execute(
            "INSERT INTO command (id, name, made_at, body) VALUES (?, ?, ?, ?)",
            (command.id, command.name, command.made_at.isoformat(), json.dumps(command.body)),
        )

    def _settle(self, command: Command) -> None:
        """An applied command's effect stays visible until the backend's own word for it arrives."""
        pick_list = self._pick_lists.get(str(command.body.get("pick_list_id")))
        if pick_list is not None:
            settled = apply_command(pick_list, command, self.picker())
            self._pick_lists = {**self._pick_lists, settled.id: settled}
            self._put_document(PICK_LIST, settled.id, settled.model_dump_json())

    def _keep_problem(self, command: Command, problem: Problem) -> None:
        self._problems = None
        self._connection.execute(
            "INSERT OR REPLACE INTO problem (command_id, name, made_at, body, problem) VALUES (?, ?, ?, ?, ?)",
            (
                command.id,
                command.name,
                command.made_at.isoformat(),
                json.dumps(command.body),
                problem.model_dump_json(),
            ),
        )

    def _put_document(self, kind: str, identity: str, body: str) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO document (kind, id, body) VALUES (?, ?, ?)", (kind, identity, body)
        )

    def _put_known(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO known (name, value) VALUES (?, ?)", (name, value))

    def _read_pick_lists(self) -> Iterator[tuple[str, PickList]]:
        for key, body in self._connection.execute("SELECT id, body FROM document WHERE kind = ?", (PICK_LIST,)):
            try:
                yield key, PickList.model_validate_json(body)
            except ValidationError:
                self._known[_LAST_SEQUENCE] = "0"  # an older app wrote it: ask the backend for everything again

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._problems = None
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise NotStoredOnPhone("the phone could not write its file") from error

    async def _keep(self) -> None:
        try:
            await self._flush()
        except Exception as error:  # what a browser's storage raises cannot be named here
            raise NotStoredOnPhone("the phone could not flush its file") from error
