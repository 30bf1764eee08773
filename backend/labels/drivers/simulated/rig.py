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
    can_refuse = True

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

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        lit = self._driver.lights().get(label_external_id)
        return frozenset((lit.flash.colour, *lit.flash.also) if lit is not None else ())

    def commands_taken(self, label_external_id: str) -> int:
        return self._driver.commands_taken.get(label_external_id, 0)

    async def lose_gateway(self) -> None:
        self._driver.is_reachable = False

    def refuse_next(self, label_external_id: str) -> None:
        self._driver.refuse_next(label_external_id)

    async def reboot_gateway(self) -> None:
        self._driver.reboot()

    def answer_slowly(self, seconds: float) -> None:
        self._driver.answers_after_s = seconds

    def shown(self, label_external_id: str) -> bytes | None:
        return self._driver.shown(label_external_id)

    @property
    def _driver(self) -> driver.SimulatedDriver:
        assert self.driver is not None, "attach the driver first"
        return self.driver


@asynccontextmanager
async def make_rig() -> AsyncIterator[SimulatedRig]:
    yield SimulatedRig()
