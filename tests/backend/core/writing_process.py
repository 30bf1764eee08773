"""Writes through the Writer in children that are killed; started by test_durability.py, never imported.

Imports once and forks for each run, so that twenty kills take seconds.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count

from backend.core.database import Database
from backend.core.writer import Transaction, Writer
from shared.clock import SystemClock
from shared.ids import SystemIdSource
from tests.backend.core.events import accepted

AT_ONCE = 16


async def write_without_end(url: str, run: int) -> None:
    clock = SystemClock()
    writer = Writer(Database(url), clock, SystemIdSource(clock))
    writer.start()
    numbers = count()

    async def one_after_another() -> None:
        while True:
            order_id = f"ord_{run}_{next(numbers)}"

            def job(tx: Transaction, order_id: str = order_id) -> None:
                tx.publish(accepted(tx, order_id))
                tx.enqueue("report", {}, partition=order_id)

            await writer.submit(job)
            os.write(1, f"{order_id}\n".encode())  # one system call: what is printed was answered

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


def main(url: str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"{os.getpid()}\n".encode())
            asyncio.run(write_without_end(url, int(line)))
            os._exit(1)
        os.waitpid(child, 0)
        os.write(1, b"killed\n")


if __name__ == "__main__":
    main(sys.argv[1])
