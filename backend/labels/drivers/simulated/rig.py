"""The simulated gateway as a test bed: on virtual time, one label silent."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.simulated import driver
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.port import DriverTools
from shared.labels import LightColour

LABELS = ("S1", "S2", "S3")
SILENT = "S9"


class SimulatedRig:
    """What a person would see comes from the driver itself: it is gateway, radio and shelf in one."""

    labels = LABELS
    silent_label = SILENT

    def __init__(self) -> None:
        self._time = VirtualTime()
        self.settings: Mapping[str, Any] = {"labels": [*LABELS, SILENT], "silent_labels": [SILENT]}
        self.tools = DriverTools(clock=self._time.clock, chance=random.Random(7), sleep=self._time.sleep)
        self.driver: driver.SimulatedDriver | None = None

    def attach(self, made: Any) -> None:
        self.driver = made

    async def advance(self, seconds: float) -> None:
        await self._time.advance(seconds)

    def blinking(self) -> Mapping[str, LightColour]:
        return {label: lit.flash.colour for label, lit in self._driver.lights().items()}

    def commands_taken(self, label_external_id: str) -> int:
        return self._driver.commands_taken.get(label_external_id, 0)

    async def lose_gateway(self) -> None:
        self._driver.is_reachable = False

    @property
    def _driver(self) -> driver.SimulatedDriver:
        assert self.driver is not None, "attach the driver first"
        return self.driver


@asynccontextmanager
async def make_rig() -> AsyncIterator[SimulatedRig]:
    yield SimulatedRig()
