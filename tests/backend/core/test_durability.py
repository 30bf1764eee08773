"""What was answered survives: a process that writes is killed again and again, and no answered write is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from backend.core.database import Database
from backend.core.journal import JournalRow
from backend.core.outbox_rows import OutboxRow
from tests.backend.databases import create_tables, postgres_schema

KILLS = {"sqlite": 20, "postgresql": 5}  # PostgreSQL lives on when we die: less can go wrong, and a start costs more
ANSWERS_BEFORE_KILL = 30
PROJECT = Path(__file__).parents[3]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/durable.db"
        return
    with postgres_schema() as url:
        yield url


@contextmanager
def writing_process(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that writes without end and prints the id of each write it got an answer for."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.backend.core.writing_process", url],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class TestKill:
    def test_no_answered_write_is_lost(self, url: str) -> None:
        database = Database(url)
        kills = KILLS[database.url.get_backend_name()]
        create_tables(database)
        answered: list[str] = []
        with writing_process(url) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for run in range(kills):
                process.stdin.write(f"{run}\n")
                process.stdin.flush()
                child = int(process.stdout.readline())
                for _ in range(ANSWERS_BEFORE_KILL + run):  # each time at another moment of the group
                    answered.append(process.stdout.readline().strip())
                os.kill(child, signal.SIGKILL)
                while (line := process.stdout.readline().strip()) != "killed":
                    if line:
                        answered.append(line)
        with database.reading() as session:
            kept = set(session.exec(select(JournalRow.order_id)).all())
            jobs = set(session.exec(select(OutboxRow.partition)).all())
            if database.is_sqlite:
                assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        database.close()
        assert len(answered) >= kills * ANSWERS_BEFORE_KILL
        assert set(answered) - kept == set(), "answered, and lost"
        assert jobs == kept, "half of a transaction was kept"
