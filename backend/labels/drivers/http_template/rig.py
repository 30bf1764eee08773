"""The driver's test bed: a fake server with its description, on a real socket, in virtual time."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.http_template.fake_server import COLOURS, DESCRIPTION, FakeServer
from backend.labels.port import DriverTools
from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime
from shared.labels import LightColour

LABELS = ("H1", "H2", "H3")
SILENT = "H9"

_COLOURS = {code: LightColour(name) for name, code in COLOURS.items()}


class HttpTemplateRig:
    """Three labels that answer within 5 s, and one the server gives up after 30."""

    labels = LABELS
    silent_label = SILENT
    can_refuse = True

    def __init__(self) -> None:
        traffic = Traffic()
        self.time = VirtualTime(is_busy=traffic.is_busy)
        self.server = FakeServer((*LABELS, SILENT), [SILENT], self.time, traffic)
        self.settings: Mapping[str, Any] = {}
        self.tools = DriverTools(
            clock=self.time.clock,
            chance=random.Random(1),
            make_http_client=traffic.make_http_client,
            sleep=self.time.sleep,
        )

    async def start(self) -> None:
        await self.server.gateway.start()
        self.settings = {
            "url": self.server.gateway.url,
            "description": DESCRIPTION,
            "variables": {"store": "s 1"},
            "secrets": {"password": "hush-hush"},
            "labels": [*LABELS, SILENT],
        }

    def attach(self, driver: Any) -> None:
        pass

    async def advance(self, seconds: float) -> None:
        await self.time.advance(seconds)

    def blinking(self) -> Mapping[str, LightColour]:
        return {label: _COLOURS[code] for label, code in self.server.blinking().items()}

    def commands_taken(self, label_external_id: str) -> int:
        return self.server.taken.get(label_external_id, 0)

    async def lose_gateway(self) -> None:
        await self.server.gateway.stop()

    def refuse_next(self, label_external_id: str) -> None:
        self.server.refuses.add(label_external_id)

    async def reboot_gateway(self) -> None:
        await self.server.reboot()

    def answer_slowly(self, seconds: float) -> None:
        self.server.gateway.answers_after_s = seconds

    def shown(self, label_external_id: str) -> bytes | None:
        return None


@asynccontextmanager
async def make_rig() -> AsyncIterator[HttpTemplateRig]:
    rig = HttpTemplateRig()
    await rig.start()
    try:
        yield rig
    finally:
        await rig.server.gateway.stop()
