"""The real server as a process of its own, on a free port with its own database; it can be killed and started again."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.server_process import ForkedServer, PlainServer, ServerProcess

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 300.0  # on a machine that is busy with other things
PICKER_BADGE, PICKER_PIN = "BP-P-203", "518427"
PORTS = range(20_000, 32_768)  # Linux gives outgoing connections those from 32768 on
DATABASE, DEMO_KEYS = "blinkpick.db", "demo.json"
SUPERVISOR_BADGE, SUPERVISOR_PIN = "BP-S-100", "482913"


def free_port() -> int:
    """Not one of those that outgoing connections are given: a server that was killed finds its own free again."""
    for port in random.sample(PORTS, k=100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError(f"no free port of {PORTS}")


@dataclass(frozen=True)
class DemoStore:
    """A database with the demo store, made by a real first start. Its platform was told one port for ever.

    Its labels show their pictures: each copy would send them all.
    """

    folder: Path
    platform_port: int

    @classmethod
    def loaded(cls, folder: Path) -> DemoStore:
        server = Server(folder)
        try:
            server.start()
            server.wait_until_labels_show()
        finally:
            server.stop()
        return cls(folder, server.platform_port)

    def copy_to(self, folder: Path) -> None:
        for file in (*self.folder.glob(f"{DATABASE}*"), self.folder / DEMO_KEYS):
            shutil.copy(file, folder)


@dataclass
class Server:
    """`start`, `kill` as often as you like: the database stays. `environment` overrides settings.

    With a `demo` store it is there sooner; without one it starts as it does on a new machine.
    """

    folder: Path
    app_path: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    demo: DemoStore | None = None
    port: int = field(default_factory=free_port)
    platform_port: int = field(default_factory=free_port)
    process: ServerProcess | None = None
    starts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("server-*.log")))

    def __post_init__(self) -> None:
        if self.demo is not None:
            self.demo.copy_to(self.folder)
            self.platform_port = self.demo.platform_port

    def start(self) -> None:
        """Returns once orders can be taken and the demo has been announced."""
        self.starts += 1
        log = self.folder / f"server-{self.starts}.log"
        log.touch()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BLINKPICK_")},
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.folder / DATABASE}",
            "BLINKPICK_DEMO_PATH": str(self.folder / DEMO_KEYS),
            "BLINKPICK_DEMO_PLATFORM_PORT": str(self.platform_port),
            "BLINKPICK_PICKING__RELEASE_EVERY_S": "0.2",
            "BLINKPICK_PICKING__WAIT_FOR_COMPANY_S": "0",
            **({"BLINKPICK_APP_PATH": str(self.app_path)} if self.app_path else {}),
            **self.environment,
        }
        self.process = (ForkedServer if self.demo else PlainServer)(environment, log)
        deadline = time.monotonic() + START_WITHIN_S
        while "Stop with Ctrl+C" not in log.read_text():
            assert self.process.is_running, f"the server ended:\n{self.log}"
            assert time.monotonic() < deadline, f"the server does not come up:\n{self.log}"
            time.sleep(0.05)

    def kill(self) -> None:
        """`kill -9`: nothing is said, nothing is finished."""
        assert self.process is not None
        self.process.kill()
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
            self.process = None

    def wait_until_labels_show(self) -> None:
        """The picture of each that hangs before a product is written down as shown."""
        without = (
            "SELECT count(*) FROM label WHERE location_id IN (SELECT location_id FROM product)"
            " AND id NOT IN (SELECT label_id FROM label_picture)"
        )
        deadline = time.monotonic() + START_WITHIN_S
        with closing(sqlite3.connect(self.folder / DATABASE)) as database:
            while database.execute(without).fetchone() != (0,):
                assert time.monotonic() < deadline, f"labels show no pictures:\n{self.log}"
                time.sleep(0.2)

    @property
    def keys(self) -> dict[str, str]:
        keys: dict[str, str] = json.loads((self.folder / DEMO_KEYS).read_text())
        return keys

    def enrolment_codes(self) -> list[str]:
        """(supervisor's, picker's) as the newest start printed them."""
        return re.findall(r"/#/enrol/([0-9A-Z]+)", (self.folder / f"server-{self.starts}.log").read_text())

    def post_order(self, external_id: str, lines: list[dict[str, Any]], **fields: Any) -> httpx.Response:
        """A native order, as the printed curl posts it."""
        order = {**order_body(external_id, lines), **fields}
        headers = {"Authorization": f"Bearer {self.keys['channel_key']}", "Idempotency-Key": external_id}
        return httpx.post(f"{self.url}/api/v1/orders", json=order, headers=headers, timeout=START_WITHIN_S)


def order_body(external_id: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """A native order placed now."""
    now = datetime.now(UTC)
    return {
        "external_id": external_id,
        "display_code": external_id[-6:],
        "placed_at": now.isoformat(),
        "due_at": (now + timedelta(minutes=75)).isoformat(),
        "currency": "EUR",
        "total_minor": 1000,
        "lines": lines,
    }


def line(position: int, sku: str, quantity: str = "1", unit: str = "each") -> dict[str, Any]:
    """One line of a native order."""
    return {
        "external_line_id": str(position),
        "sku": sku,
        "name": f"product {sku}",
        "quantity": quantity,
        "unit": unit,
    }
