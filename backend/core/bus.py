"""Takes a command to its one handler, as one job of the writer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from backend.core.writer import Transaction, Writer

Handler = Callable[[Any, Transaction], Any]


class Bus:
    """`handlers` is flow.py's table: the type of a command -> the function that carries it out.

    `may_wait` are those commands nobody waits for: they share a commit that somebody else needs.
    Rooms are given the bus before there is a table, for the table names the rooms; whoever assembles them sets it.
    """

    def __init__(self, writer: Writer, handlers: Mapping[type, Handler] | None = None) -> None:
        self._writer = writer
        self.handlers: Mapping[type, Handler] = handlers or {}
        self.may_wait: Collection[type] = ()

    async def handle(self, command: Any) -> Any:
        """Carry out one command in a transaction of its own; answers after the commit, raises what it raised."""
        return await self._writer.submit(lambda tx: self.run(command, tx), may_wait=type(command) in self.may_wait)

    def run(self, command: Any, tx: Transaction) -> Any:
        """Carry out one command inside a transaction that is already open."""
        handler = self.handlers.get(type(command))
        assert handler is not None, f"flow.py has no handler for {type(command).__name__}"
        return handler(command, tx)
