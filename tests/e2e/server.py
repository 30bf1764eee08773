"""The real server as a process of its own, on a free port with its own database; it can be killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 60.0
PICKER_BADGE, PICKER_PIN = "BP-P-203", "518427"
SUPERVISOR_BADGE, SUPERVISOR_PIN = "BP-S-100", "482913"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`start`, `kill` as often as you like: the database stays. `environment` overrides settings."""

    folder: Path
    app_path: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    platform_port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    starts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("server-*.log")))

    def start(self) -> None:
        """Returns once orders can be taken and the demo has been announced."""
        self.starts += 1
        log = (self.folder / f"server-{self.starts}.log").open("w")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BLINKPICK_")},
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.folder / 'blinkpick.db'}",
            "BLINKPICK_DEMO_PATH": str(self.folder / "demo.json"),
            "BLINKPICK_DEMO_PLATFORM_PORT": str(self.platform_port),
            "BLINKPICK_PICKING__RELEASE_EVERY_S": "0.2",
            "BLINKPICK_PICKING__WAIT_FOR_COMPANY_S": "0",
            **({"BLINKPICK_APP_PATH": str(self.app_path)} if self.app_path else {}),
            **self.environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend.main", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            text=True,
        )
        deadline = time.monotonic() + START_WITHIN_S
        while "Stop with Ctrl+C" not in (self.folder / f"server-{self.starts}.log").read_text():
            assert self.process.poll() is None, f"the server ended:\n{self.log}"
            assert time.monotonic() < deadline, f"the server does not come up:\n{self.log}"
            time.sleep(0.05)

    def kill(self) -> None:
        """`kill -9`: nothing is said, nothing is finished."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    @property
    def keys(self) -> dict[str, str]:
        keys: dict[str, str] = json.loads((self.folder / "demo.json").read_text())
        return keys

    def enrolment_codes(self) -> list[str]:
        """(supervisor's, picker's) as the newest start printed them."""
        return re.findall(r"/#/enrol/([0-9A-Z]+)", (self.folder / f"server-{self.starts}.log").read_text())

    def post_order(self, external_id: str, lines: list[dict[str, Any]], **fields: Any) -> httpx.Response:
        """A native order, as the printed curl posts it."""
        now = datetime.now(UTC)
        order = {
            "external_id": external_id,
            "display_code": external_id[-6:],
            "placed_at": now.isoformat(),
            "due_at": (now + timedelta(minutes=75)).isoformat(),
            "currency": "EUR",
            "total_minor": 1000,
            "lines": lines,
            **fields,
        }
        headers = {"Authorization": f"Bearer {self.keys['channel_key']}", "Idempotency-Key": external_id}
        return httpx.post(f"{self.url}/api/v1/orders", json=order, headers=headers, timeout=10)


def line(position: int, sku: str, quantity: str = "1", unit: str = "each") -> dict[str, Any]:
    """One line of a native order."""
    return {
        "external_line_id": str(position),
        "sku": sku,
        "name": f"product {sku}",
        "quantity": quantity,
        "unit": unit,
    }
