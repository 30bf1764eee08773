"""The server under load and the clients that load it, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.e2e.server import ROOT, Server

CLIENT_MAX_S = 300
RELEASE_NEVER_S = "86400"


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """The real server over a fresh demo database on disk. `settings` are names below BLINKPICK_ and their values."""
    with TemporaryDirectory(prefix="blinkpick-bench-", dir=_disk()) as folder:
        environment = {f"BLINKPICK_{name}": value for name, value in settings.items()}
        server = Server(Path(folder), environment={"BLINKPICK_LOG_LEVEL": "WARNING", **environment})
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


def _disk() -> str:
    """A folder on a real disk: /tmp may be memory, where nothing is ever synced."""
    folder = ROOT / "build" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)
