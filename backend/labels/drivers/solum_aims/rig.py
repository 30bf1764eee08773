"""The driver's test bed: the fake AIMS on a real socket, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.solum_aims.fake_aims import COMPANY, STORE, FakeAims
from backend.labels.drivers.solum_aims.fake_store import FakeLabel, FakeStore
from backend.labels.drivers.solum_aims.protocol import COLOURS
from backend.labels.workbench.http_rig import HttpRig
from shared.labels import LightColour

LABELS = ("0848A1B2C3D4", "0848A1B2C3D5", "0848A1B2C3D6")
SILENT = "0848A1B2C3FF"
PICTURE_PAGE = 3

_COLOURS = {name: colour for colour, name in COLOURS.items()}


class AimsRig(HttpRig):
    """Three labels that check in after 2 to 8 s, and one that never does; AIMS gives it up after a minute."""

    labels = LABELS
    silent_label = SILENT

    def __init__(self) -> None:
        super().__init__(seed=9)
        store = FakeStore([*map(FakeLabel, LABELS), FakeLabel(SILENT, is_silent=True)], seed=3)
        self.aims = FakeAims(store, self.time, self.traffic)
        self.gateway = self.aims.gateway
        self.settings: Mapping[str, Any] = {}

    async def start(self) -> None:
        await self.aims.gateway.start()
        self.settings = {
            "url": self.aims.gateway.url,
            "username": "picker",
            "password": "hush",
            "company": COMPANY,
            "store": STORE,
            "confirms": True,
            "latency_p95_s": 10,
            "picture_page": PICTURE_PAGE,
        }

    def blinking(self) -> Mapping[str, LightColour]:
        return {label: _COLOURS[colour] for label, colour in self.aims.store.blinking(self.aims.now_s).items()}

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        return frozenset(colour for label, colour in self.blinking().items() if label == label_external_id)

    def commands_taken(self, label_external_id: str) -> int:
        return self.aims.store.taken.get(label_external_id, 0)

    def refuse_next(self, label_external_id: str) -> None:
        self.aims.store.refuses.add(label_external_id)

    async def reboot_gateway(self) -> None:
        await self.aims.reboot()

    def shown(self, label_external_id: str) -> bytes | None:
        self.aims.store.settle(self.aims.now_s)
        return self.aims.store.labels[label_external_id].pictures.get(PICTURE_PAGE)


@asynccontextmanager
async def make_rig() -> AsyncIterator[AimsRig]:
    rig = AimsRig()
    await rig.start()
    try:
        yield rig
    finally:
        await rig.aims.gateway.stop()
