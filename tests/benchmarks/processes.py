"""The server under load and the clients that load it, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.e2e.server import ROOT, DemoStore, Server

CLIENT_MAX_S = 300
RELEASE_NEVER_S = "86400"


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """The real server over a fresh demo database on disk. `settings` are names below BLINKPICK_ and their values.

    Its labels show their pictures already: the thousands that a new store sends first are no part of what is measured.
    """
    with _folder() as folder:
        demo = _demo_store()
        demo.copy_to(Path(folder))
        environment = {f"BLINKPICK_{name}": value for name, value in settings.items()}
        server = Server(
            Path(folder),
            environment={"BLINKPICK_LOG_LEVEL": "WARNING", **environment},
            platform_port=demo.platform_port,
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()


def run_client(module: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Run `tests.benchmarks.<module>` with a plan; returns what it measured."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{module}"],
        cwd=ROOT,
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        timeout=CLIENT_MAX_S,
    )
    assert done.returncode == 0, f"{module} failed:\n{done.stderr}"
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def serve_client(work: Any) -> None:
    """The other end of `run_client`: a plan from standard input, what `work` made of it to standard output."""
    json.dump(work(json.load(sys.stdin)), sys.stdout)


def cpu_s(server: Server) -> float:
    """Processor seconds the server has used so far: what a busy neighbour disturbs least."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@cache
def _demo_store() -> DemoStore:
    return DemoStore.loaded(Path(_kept_folder().name))


@cache
def _kept_folder() -> TemporaryDirectory[str]:
    """It goes with this process."""
    return _folder()


def _folder() -> TemporaryDirectory[str]:
    """On a real disk: /tmp may be memory, where nothing is ever synced."""
    disk = ROOT / "build" / "benchmarks"
    disk.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(prefix="blinkpick-bench-", dir=disk)
