"""Tells other processes at the same SQLite file (a command line, the server) that what they remember may be wrong.

The word is the length of a file beside the database: a byte longer with each change. To look at it costs microseconds.
"""

from __future__ import annotations

from pathlib import Path

SUFFIX = "-told"


class Beside:
    """`database`: the file; None where it is none, for then other nodes tell nothing, and nobody remembers for long."""

    def __init__(self, database: Path | None) -> None:
        self._path = None if database is None else database.with_name(database.name + SUFFIX)

    def tell(self) -> None:
        """Something was changed that is remembered. Call it after the commit."""
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(b".")

    def count_told(self) -> int:
        """How often that was said: as long as it stays, nothing was changed."""
        if self._path is None:
            return 0
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0
