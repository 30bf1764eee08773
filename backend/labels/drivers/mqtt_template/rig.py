"""The driver's test bed: a small broker on a real socket, home-made labels behind it, all in virtual time."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.mqtt_template.fake_broker import LOOPBACK, FakeBroker
from backend.labels.drivers.mqtt_template.fake_labels import FakeLabels, description
from backend.labels.drivers.mqtt_template.protocol import COLOURS
from backend.labels.port import DriverTools
from backend.labels.workbench.virtual_time import VirtualTime
from shared.labels import LightColour

LABELS = ("M1", "M2", "M3")
SILENT = "M9"

_COLOURS = {code: colour for colour, code in COLOURS.items()}


class MqttRig:
    """Three labels that answer within a second, and one that hears and does nothing."""

    labels = LABELS
    silent_label = SILENT
    can_refuse = True

    def __init__(self) -> None:
        self.time = VirtualTime(is_busy=self._is_busy)
        self.broker = FakeBroker(self.time)
        self.shelf = FakeLabels(self.broker, (*LABELS, SILENT), silent=[SILENT], seed=4)
        self.settings: Mapping[str, Any] = {}
        self.tools = DriverTools(clock=self.time.clock, chance=random.Random(2), sleep=self.time.sleep)
        self._driver: Any = None

    async def start(self) -> None:
        await self.broker.start()
        self.settings = {
            "host": LOOPBACK,
            "port": self.broker.port,
            "labels": [*LABELS, SILENT],
            "latency_p95_s": 1.0,
            **description(),
        }

    def attach(self, driver: Any) -> None:
        self._driver = driver

    async def advance(self, seconds: float) -> None:
        await self.time.advance(seconds)

    def blinking(self) -> Mapping[str, LightColour]:
        return {label: _COLOURS[code] for label, code in self.shelf.blinking().items()}

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        return frozenset(colour for label, colour in self.blinking().items() if label == label_external_id)

    def commands_taken(self, label_external_id: str) -> int:
        return self.shelf.taken.get(label_external_id, 0)

    async def lose_gateway(self) -> None:
        await self.broker.stop()

    def refuse_next(self, label_external_id: str) -> None:
        self.shelf.refuses.add(label_external_id)

    async def reboot_gateway(self) -> None:
        await self.broker.stop()
        await self.broker.start()

    def answer_slowly(self, seconds: float) -> None:
        self.broker.answers_after_s = seconds

    def shown(self, label_external_id: str) -> bytes | None:
        return None

    def _is_busy(self) -> bool:
        """Something of ours waits for the broker, or something of the broker's was not taken in yet."""
        if self._driver is None or self.broker.is_holding_back or not self.broker.connections:
            return False
        return bool(self._driver.talking or self.broker.connections[-1].forwarded > self._driver.heard_here)


@asynccontextmanager
async def make_rig() -> AsyncIterator[MqttRig]:
    rig = MqttRig()
    await rig.start()
    try:
        yield rig
    finally:
        await rig.broker.stop()
