"""A server as a process of its own: begun as anybody begins it, or forked from one that has imported everything."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

SERVER = "backend.main.__main__"
STOPS_WITHIN_S = 20.0


class ServerProcess(Protocol):
    """`python -m backend.main serve` with these settings, its output in a file."""

    @property
    def pid(self) -> int | None: ...
    @property
    def is_running(self) -> bool: ...
    def kill(self) -> None:
        """`kill -9`: nothing is said, nothing is finished."""

    def stop(self) -> None:
        """Asked first; who does not listen is killed."""


class PlainServer:
    """A process that imports everything by itself."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        with log.open("w") as written:
            command = [sys.executable, "-m", "backend.main", "serve"]
            self._process = subprocess.Popen(
                command, cwd=Path(__file__).parents[2], env=environment, stdout=written, stderr=written
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()


class ForkedServer:
    """The same two or three seconds sooner: what was imported once is there."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._process: BaseProcess = _context().Process(target=_serve, args=(dict(environment), str(log)), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def stop(self) -> None:
        self._process.terminate()
        self._process.join(STOPS_WITHIN_S)
        if self._process.is_alive():
            self.kill()


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([SERVER])
    return context


def _serve(environment: dict[str, str], log: str) -> None:
    from backend.main.__main__ import main

    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    os.dup2(written, 2)
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1)
    sys.argv = ["backend.main", "serve"]
    sys.exit(main())
