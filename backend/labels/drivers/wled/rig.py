"""The driver's test bed: the fake controller on a real socket, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.wled.fake_controller import FakeController
from backend.labels.drivers.wled.fake_strip import FakeStrip
from backend.labels.drivers.wled.protocol import COLOURS
from backend.labels.workbench.http_rig import HttpRig
from shared.labels import LightColour

LEDS_EACH = 3
LABELS = ("W1", "W2", "W3", "W4")
SILENT = "W9"

_COLOURS = {tuple(bytes.fromhex(code)): colour for colour, code in COLOURS.items()}


class WledRig(HttpRig):
    """A strip of five labels, three LEDs each; somebody else's application paints over the last one."""

    labels = LABELS
    silent_label = SILENT

    def __init__(self) -> None:
        super().__init__(seed=5)
        places = {label: number * LEDS_EACH for number, label in enumerate((*LABELS, SILENT))}
        self.controller = FakeController(FakeStrip(len(places) * LEDS_EACH), self.time, self.traffic)
        self.controller.strip.taken_away.add(SILENT)
        self._places = places
        self.gateway = self.controller.gateway
        self.settings: Mapping[str, Any] = {}

    async def start(self) -> None:
        await self.controller.gateway.start()
        labels = {label: {"first": first, "count": LEDS_EACH} for label, first in self._places.items()}
        self.settings = {"url": self.controller.gateway.url, "labels": labels}

    def blinking(self) -> Mapping[str, LightColour]:
        seen = self.controller.strip.colours(self.time.clock.monotonic_s())
        return {label: _COLOURS[seen[first]] for label, first in self._places.items() if seen.get(first) in _COLOURS}

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        if label_external_id not in self.blinking():
            return frozenset()
        segment = next(each for each in self.controller.strip.segments if each.name == label_external_id)
        seen = (_COLOURS.get((red, green, blue)) for red, green, blue, *_ in segment.col)
        return frozenset(colour for colour in seen if colour is not None)

    def commands_taken(self, label_external_id: str) -> int:
        return self.controller.strip.taken.get(label_external_id, 0)

    def refuse_next(self, label_external_id: str) -> None:
        self.controller.strip.refuses.add(label_external_id)

    async def reboot_gateway(self) -> None:
        await self.controller.reboot()


@asynccontextmanager
async def make_rig() -> AsyncIterator[WledRig]:
    rig = WledRig()
    await rig.start()
    try:
        yield rig
    finally:
        await rig.controller.gateway.stop()
