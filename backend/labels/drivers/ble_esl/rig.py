"""The driver's test bed: the fake access point on a real socket, its labels and the driver on one virtual clock."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.ble_esl.air_time import AirTime
from backend.labels.drivers.ble_esl.fake_access_point import FakeAccessPoint, make_labels
from backend.labels.drivers.ble_esl.led import GAMUTS
from backend.labels.drivers.ble_esl.protocol import LedControl, decode_commands
from backend.labels.drivers.ble_esl.responses import ErrorCode
from backend.labels.port import DriverTools
from shared.labels import LightColour

LABELS, GROUPS = 7, 3
GONE_S = 2.0

_COLOURS = {gamut: colour for colour, gamut in GAMUTS.items()}


class BleEslRig:
    """Labels of both kinds in three groups, so that some share a packet; the last one hears nothing."""

    can_refuse = True

    def __init__(self) -> None:
        chance = random.Random(11)
        labels = make_labels(LABELS, chance, groups=GROUPS)
        labels[-1].is_silent = True
        self.access_point = FakeAccessPoint(labels, chance)
        self.labels = [label.name for label in labels[:-1]]
        self.silent_label = labels[-1].name
        self.settings: Mapping[str, Any] = {}
        self.time = AirTime(self.access_point)
        self.tools = DriverTools(clock=self.time.clock, chance=random.Random(3), sleep=self.time.sleep)

    def attach(self, driver: Any) -> None:
        self.time.driver = driver

    async def advance(self, seconds: float) -> None:
        await self.time.advance(seconds)

    def blinking(self) -> Mapping[str, LightColour]:
        return {name: _COLOURS[gamut] for name, gamut in self.access_point.state.colours().items()}

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        return frozenset(colour for label, colour in self.blinking().items() if label == label_external_id)

    def commands_taken(self, label_external_id: str) -> int:
        address = self.access_point.state.labels[label_external_id].address
        return sum(
            isinstance(command, LedControl) and (group, command.number) == (address.group, address.number)
            for group, commands in self.access_point.state.taken
            for command in decode_commands(commands)
        )

    async def lose_gateway(self) -> None:
        await self.access_point.stop()
        await self.time.settle()

    def refuse_next(self, label_external_id: str) -> None:
        self.access_point.state.labels[label_external_id].refuses_with.append(ErrorCode.INSUFFICIENT_BATTERY)

    async def reboot_gateway(self) -> None:
        await self.access_point.stop()
        await self.time.advance(GONE_S)
        await self.access_point.reboot()

    def answer_slowly(self, seconds: float) -> None:
        self.access_point.state.line_delay_s = seconds

    def shown(self, label_external_id: str) -> bytes | None:
        return None


@asynccontextmanager
async def make_rig() -> AsyncIterator[BleEslRig]:
    rig = BleEslRig()
    await rig.access_point.start()
    rig.settings = rig.access_point.settings()
    try:
        yield rig
    finally:
        await rig.access_point.stop()
