"""A fixed piece of work, measured while a day is lived through: so that seconds of one machine can be compared with
those of another, and with those of the same machine when it is busy.

It is made of what the day is made of: Python objects, JSON, and rows that are committed one by one.
"""

from __future__ import annotations

import json
import sqlite3
import time

ROUNDS = 1_000
LINES = 40


class Yardstick:
    """`look` does the work once; `mean_s` is what it took, in processor seconds, `spent_s` all of them together."""

    def __init__(self) -> None:
        self._took_s: list[float] = []

    def look(self) -> None:
        began_s = time.process_time()
        work()
        self._took_s.append(time.process_time() - began_s)

    @property
    def spent_s(self) -> float:
        return sum(self._took_s)

    @property
    def mean_s(self) -> float:
        return self.spent_s / len(self._took_s)


def work() -> int:
    """Always the same; returns the sum of what was kept, which is always the same too."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute("CREATE TABLE line (id TEXT PRIMARY KEY, quantity INTEGER NOT NULL, body TEXT NOT NULL)")
    for number in range(ROUNDS):
        lines = [{"id": f"line_{number}_{at}", "quantity": at % 7, "at": [number, at]} for at in range(LINES)]
        kept = json.loads(json.dumps(lines))
        wanted = sorted((line for line in kept if line["quantity"]), key=lambda line: (line["quantity"], line["id"]))
        database.execute("BEGIN")
        for line in wanted[:4]:
            database.execute("INSERT INTO line VALUES (?, ?, ?)", (line["id"], line["quantity"], json.dumps(line)))
        database.execute("COMMIT")
    (total,) = database.execute("SELECT SUM(quantity) FROM line").fetchone()
    database.close()
    return int(total)
