"""The driver's test bed: a fake server with its description, on a real socket, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.http_template.fake_server import COLOURS, DESCRIPTION, FakeServer
from backend.labels.workbench.http_rig import HttpRig
from shared.labels import LightColour

LABELS = ("H1", "H2", "H3")
SILENT = "H9"

_COLOURS = {code: LightColour(name) for name, code in COLOURS.items()}


class HttpTemplateRig(HttpRig):
    """Three labels that answer within 5 s, and one the server gives up after 30."""

    labels = LABELS
    silent_label = SILENT

    def __init__(self) -> None:
        super().__init__(seed=1)
        self.server = FakeServer((*LABELS, SILENT), [SILENT], self.time, self.traffic)
        self.gateway = self.server.gateway
        self.settings: Mapping[str, Any] = {}

    async def start(self) -> None:
        await self.server.gateway.start()
        self.settings = {
            "url": self.server.gateway.url,
            "description": DESCRIPTION,
            "variables": {"store": "s 1"},
            "secrets": {"password": "hush-hush"},
            "labels": [*LABELS, SILENT],
        }

    def blinking(self) -> Mapping[str, LightColour]:
        return {label: _COLOURS[code] for label, code in self.server.blinking().items()}

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        return frozenset(colour for label, colour in self.blinking().items() if label == label_external_id)

    def commands_taken(self, label_external_id: str) -> int:
        return self.server.taken.get(label_external_id, 0)

    def refuse_next(self, label_external_id: str) -> None:
        self.server.refuses.add(label_external_id)

    async def reboot_gateway(self) -> None:
        await self.server.reboot()


@asynccontextmanager
async def make_rig() -> AsyncIterator[HttpTemplateRig]:
    rig = HttpTemplateRig()
    await rig.start()
    try:
        yield rig
    finally:
        await rig.server.gateway.stop()
