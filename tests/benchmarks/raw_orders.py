"""The limit of the machine: the same bytes, put straight into SQLite with one order per commit."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class RawOrders:
    """One table in a file of its own; WAL and synchronous=FULL as the house has them."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("CREATE TABLE raw_order (id INTEGER PRIMARY KEY, external_id TEXT, body BLOB)")

    def per_second(self, bodies: list[bytes], seconds: float) -> float:
        """Orders kept per second by plain inserts, each with a commit of its own."""
        execute, count = self.connection.execute, 0
        began_s = time.perf_counter()
        while (now_s := time.perf_counter()) - began_s < seconds:
            execute("BEGIN IMMEDIATE")
            execute(
                "INSERT INTO raw_order (external_id, body) VALUES (?, ?)", (f"raw-{count}", bodies[count % len(bodies)])
            )
            execute("COMMIT")
            count += 1
        return count / (now_s - began_s)

    def count(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM raw_order").fetchone()[0])


@contextmanager
def raw_orders(path: Path) -> Iterator[RawOrders]:
    raw = RawOrders(path)
    try:
        yield raw
    finally:
        raw.connection.close()
