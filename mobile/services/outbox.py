"""What the phone must not forget: commands not yet answered, synced pick lists, who is signed in. Survives anything.

What only this phone knows is on the device before anything else happens. What the backend said is in memory at once,
and on the device when it is kept: until it is acknowledged the backend says it again, and answers again what waits.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from mobile.services.command_journal import CommandJournal
from mobile.services.kept_lists import KeptLists
from mobile.services.kept_problems import KeptProblems, RefusedCommand
from mobile.services.outbox_file import command_of, open_file
from mobile.services.scanner import scan_under_way
from mobile.services.shown_lists import ShownLists
from mobile.services.synced import Picker, PickLists
from shared.errors import BlinkpickError, Problem
from shared.refusals import is_worth_saying
from shared.sync.envelope import Command, Result, Update

SESSION_TOKEN = "session_token"  # noqa: S105 - the name it is kept under
DEVICE_TOKEN = "device_token"  # noqa: S105 - the name it is kept under
PROFILE = "profile"
LANGUAGE = "language"
COUNTING = "counting"
IN_HAND = "in_hand"
PACKING = "packing"
CLOCK_OFFSET = "clock_offset_s"
STORE_MAP = "store_map"
LOCATIONS = "locations"
_LAST_SEQUENCE = "last_sequence"
_READ_BY = "read_by"  # the version of the app that read the documents
_PICKER = "picker"
_LAST_SCAN = "last_scan"  # the number of the last scan that did something


class NotStoredOnPhone(BlinkpickError):
    """The phone could not write it down, so it did not happen: it must be done again."""


class Outbox:
    """One SQLite file and its journal. What has to be awaited is on the device when it returns."""

    def __init__(self, path: Path, flush: Callable[[], Awaitable[None]]) -> None:
        self._flush = flush
        self._journal = CommandJournal(path.with_name(path.name + ".journal"))
        self._connection, salvage = open_file(path)
        self.was_damaged = salvage is not None
        self._known: dict[str, str] = dict(self._connection.execute("SELECT name, value FROM known"))
        self._waiting: dict[str, Command] = {}
        for row in self._connection.execute("SELECT id, name, made_at, body FROM command ORDER BY position"):
            command = command_of(row)
            assert command is not None, "open_file has checked every row"
            self._waiting[command.id] = command
        self._lists = KeptLists(self._connection)
        self._problems = KeptProblems(self._connection)
        self._shown = ShownLists()
        self._is_behind = False  # something was heard that the device does not know
        self._answered: list[str] = []
        self._heard: dict[str, str] = {}  # to be known, with the next write
        self._written = self._on_device = 0  # transactions
        self._restore(salvage.commands if salvage else [], salvage.known if salvage else {})
        if self._lists.has_unreadable:
            self._known[_LAST_SEQUENCE] = "0"  # another app wrote it: ask the backend for everything again
        self._read_picker = "{}", Picker()

    # Commands

    def waiting(self) -> list[Command]:
        """Commands without an answer, in the order they were made."""
        return list(self._waiting.values())

    async def add(self, command: Command) -> None:
        """Write a command down. Raises NotStoredOnPhone; then nothing of it remains."""
        if command.id in self._waiting:
            raise NotStoredOnPhone("a command of this id waits already", command_id=command.id)
        try:
            with self._transaction(about=str(command.body.get("pick_list_id"))):
                self._journal.add(command)
                self._insert(command)
                self._note_scan()
            await self._to_device()
        except NotStoredOnPhone:
            self._take_back(command)
            raise
        self._waiting[command.id] = command  # only now may it be sent: what was taken back must never have left

    def problems(self) -> list[RefusedCommand]:
        """What the backend refused, oldest first."""
        return self._problems.all

    async def forget_problem(self, command_id: str) -> None:
        self._problems.forget(command_id)
        self._is_behind = True
        await self.keep()

    @property
    def last_scan(self) -> int:
        """Up to which number scans have done what they mean: told again after a restart, they do nothing."""
        return int(self._known.get(_LAST_SCAN, "0"))

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
        return self._lists.lists

    def shown_lists(self) -> PickLists:
        """The lists as the picker sees them: with every waiting command already done on top."""
        return self._shown.show(self._lists.lists, self._waiting.values(), self.picker())

    def hear(self, updates: Sequence[Update], results: Iterable[Result] = ()) -> list[tuple[Command, Result]]:
        """Take in what the backend said, in memory, and forget the commands it answers. Returns those that waited.

        `keep` must follow before an update is acknowledged, and at once where `is_pressing`.
        """
        if updates:
            self._lists.fold(updates)
            self._note(_LAST_SEQUENCE, str(max(update.sequence for update in updates)))
        answered = []
        for result in results:
            command = self._waiting.pop(result.command_id, None)
            if command is not None:
                self._answer(command, result)
                answered.append((command, result))
        return answered

    @property
    def is_pressing(self) -> bool:
        """Something was heard that even a start without network must know."""
        return self._lists.is_pressing or self._problems.is_behind

    async def keep(self) -> None:
        """Bring to the device what was heard. Raises NotStoredOnPhone; then it is tried again with the next write."""
        if self._is_behind:
            with self._transaction(about=None):
                pass
        if self._on_device < self._written:  # also what somebody else has written and not yet seen to the device
            await self._to_device()

    async def store_updates(
        self, updates: Sequence[Update], *, is_reset: bool = False, app_version: str | None = None
    ) -> None:
        """Hear and keep. A reset forgets the documents first; `app_version` says who has read everything anew."""
        if is_reset:
            self._lists.forget()
            self._note(_LAST_SEQUENCE, "0")
        if app_version is not None:
            self._note(_READ_BY, app_version)
        self.hear(updates)
        await self.keep()

    # Documents and small things to know

    def document(self, kind: str, identity: str) -> str | None:
        query = "SELECT body FROM document WHERE kind = ? AND id = ?"
        row = self._connection.execute(query, (kind, identity)).fetchone()
        return None if row is None else str(row[0])

    async def keep_document(self, kind: str, identity: str, body: str) -> None:
        with self._transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO document (kind, id, body) VALUES (?, ?, ?)", (kind, identity, body)
            )
        await self._to_device()

    def recall(self, name: str) -> str | None:
        return self._known.get(name)

    async def remember(self, name: str, value: str | None) -> None:
        """Keep a small value under a name; None forgets it. Raises NotStoredOnPhone."""
        with self._transaction():
            self._journal.know(name, value)
            if value is None:
                self._connection.execute("DELETE FROM known WHERE name = ?", (name,))
            else:
                self._put_known(name, value)
            self._note_scan()
        await self._to_device()
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
            self._journal.write()
        except (sqlite3.Error, OSError):
            self._journal.waiting.pop(command.id, None)

    def _insert(self, command: Command) -> None:
        self._connection.execute(
            "INSERT INTO command (id, name, made_at, body) VALUES (?, ?, ?, ?)",
            (command.id, command.name, command.made_at.isoformat(), json.dumps(command.body)),
        )

    def _answer(self, command: Command, result: Result) -> None:
        self._is_behind = True
        self._answered.append(command.id)
        if result.is_applied:
            pick_list = self._lists.lists.get(str(command.body.get("pick_list_id")))
            if pick_list is not None:
                self._lists.settle(command, self._shown.settled(pick_list, command, self.picker()))
        else:
            problem = result.problem or Problem(code="refused", detail="")
            if is_worth_saying(command.name, problem.code):
                self._problems.add(command, problem)

    def _note(self, name: str, value: str) -> None:
        self._known[name] = self._heard[name] = value
        self._is_behind = True

    def _note_scan(self) -> None:
        """In the transaction of what the scan under way does: after a restart both are known, or neither."""
        number = scan_under_way.get()
        if number > self.last_scan:
            self._known[_LAST_SCAN] = str(number)
            self._put_known(_LAST_SCAN, str(number))

    def _put_known(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO known (name, value) VALUES (?, ?)", (name, value))

    @contextmanager
    def _transaction(self, *, about: str | None = "") -> Iterator[None]:
        """Everything or nothing. Answers heard since the last one go along, and documents `about` one pick list; with
        None all of them do, and how far the phone has read.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if self._is_behind:
                    self._write_what_was_heard(about)
                yield
                self._journal.write()
                self._connection.execute("COMMIT")
            except BaseException:
                self._journal.unsay()
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise NotStoredOnPhone("the phone could not write its file") from error
        self._written += 1
        self._forget_what_was_heard(about)

    def _write_what_was_heard(self, about: str | None) -> None:
        for command_id in self._answered:
            self._connection.execute("DELETE FROM command WHERE id = ?", (command_id,))
            self._journal.gone(command_id)
        self._problems.write()
        self._lists.write(about)
        if about is None:  # only then: what was read must be there
            for name, value in self._heard.items():
                self._put_known(name, value)

    def _forget_what_was_heard(self, about: str | None) -> None:
        self._answered.clear()
        self._problems.written()
        self._lists.written()
        if about is None:
            self._heard.clear()
        self._is_behind = bool(self._heard) or self._lists.is_behind

    async def _to_device(self) -> None:
        written = self._written
        try:
            await self._flush()
        except Exception as error:  # what a browser's storage raises cannot be named here
            raise NotStoredOnPhone("the phone could not flush its file") from error
        self._on_device = max(self._on_device, written)
