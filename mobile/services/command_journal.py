"""A second, plain-text memory of what must not be lost: when the database file is damaged, this still knows.

One entry per line, `crc32 json`. A torn or damaged line is skipped, the lines around it count. Entries:
`{"add": command}`, `{"gone": command id}`, `{"know": [name, value]}`.
"""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.sync.envelope import Command

REWRITE_AFTER_LINES = 400


class CommandJournal:
    """Append-only; rewritten when mostly history. Not the truth, but a witness. What was noted is written in one go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.waiting: dict[str, Command] = {}
        self.known: dict[str, str] = {}
        self._noted: list[bytes] = []
        self._lines = 0
        self._read()

    def add(self, command: Command) -> None:
        self.waiting[command.id] = command
        self._noted.append(_added(command))

    def gone(self, command_id: str) -> None:
        self.waiting.pop(command_id, None)
        self._noted.append(_line({"gone": command_id}))

    def know(self, name: str, value: str | None) -> None:
        if value is None:
            self.known.pop(name, None)
        else:
            self.known[name] = value
        self._noted.append(_line({"know": [name, value]}))

    def write(self) -> None:
        """On the device when it returns."""
        if not self._noted:
            return
        with self._path.open("ab", buffering=0) as file:
            file.write(b"".join(self._noted))
            os.fsync(file.fileno())
        self._lines += len(self._noted)
        self._noted.clear()
        if self._lines > REWRITE_AFTER_LINES + 2 * len(self.waiting):
            self.rewrite()

    def unsay(self) -> None:
        """What was noted and not written did not happen."""
        self._noted.clear()

    def rewrite(self) -> None:
        """Write only what still counts, into a new file that replaces the old one in a single step."""
        lines = [_line({"know": [name, value]}) for name, value in self.known.items()]
        lines += [_added(command) for command in self.waiting.values()]
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("wb") as file:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        self._lines = len(lines)

    def _read(self) -> None:
        if not self._path.exists():
            return
        content = self._path.read_bytes()
        for line in content.split(b"\n"):
            entry = _entry(line)
            if entry is not None:
                self._lines += 1
                self._recall(entry)
        if content and not content.endswith(b"\n"):
            self.rewrite()  # else the next entry would be glued to a torn one

    def _recall(self, entry: dict[str, Any]) -> None:
        try:
            if "add" in entry:
                command = Command.model_validate(entry["add"])
                self.waiting[command.id] = command
            elif "gone" in entry:
                self.waiting.pop(str(entry["gone"]), None)
            elif "know" in entry:
                name, value = entry["know"]
                if value is None:
                    self.known.pop(str(name), None)
                else:
                    self.known[str(name)] = str(value)
        except (ValidationError, ValueError, TypeError):
            return


def _added(command: Command) -> bytes:
    return _checked(b'{"add":%s}' % command.model_dump_json().encode())


def _line(entry: dict[str, Any]) -> bytes:
    return _checked(json.dumps(entry, separators=(",", ":"), ensure_ascii=True).encode())


def _checked(text: bytes) -> bytes:
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _entry(line: bytes) -> dict[str, Any] | None:
    checksum, _, text = line.partition(b" ")
    if not text or checksum != b"%08x" % zlib.crc32(text):
        return None
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
