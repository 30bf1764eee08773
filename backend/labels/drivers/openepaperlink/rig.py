"""The driver's test bed: the fake access point on a real socket, its labels on a clock that the test moves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backend.labels.drivers.openepaperlink.fake_access_point import FakeAccessPoint, make_tags
from backend.labels.drivers.openepaperlink.protocol import RGB332
from backend.labels.port import DriverTools
from shared.clock import ManualClock
from shared.labels import LightColour

LABELS = 6
SLEEP_MAX_S = 0.01  # the driver's own patience (reconnecting, polling) is cut short; its labels' time is not touched

_COLOURS = {code: colour for colour, code in RGB332.items()}


class OpenEPaperLinkRig:
    """Three nRF and two EFR32 labels that answer, and one that is asleep for ever."""

    can_refuse = True

    def __init__(self) -> None:
        tags = make_tags(LABELS, seed=11)
        tags[-1].is_asleep = True
        self.access_point = FakeAccessPoint(tags)
        self.labels = [tag.mac for tag in tags[:-1]]
        self.silent_label = tags[-1].mac
        self.settings: Mapping[str, Any] = {}
        self._clock = ManualClock()
        self.tools = DriverTools(clock=self._clock, chance=random.Random(3), sleep=_short_sleep)

    def attach(self, driver: Any) -> None:
        pass

    async def advance(self, seconds: float) -> None:
        await self.access_point.advance(seconds)
        self._clock.advance(seconds)

    def blinking(self) -> Mapping[str, LightColour]:
        return {mac: _COLOURS[code] for mac, code in self.access_point.state.colours().items()}

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        state = self.access_point.state
        return frozenset(_COLOURS[code] for code in state.tag(label_external_id).led.colours_at(state.now_s))

    def commands_taken(self, label_external_id: str) -> int:
        return len(self.access_point.state.commands_taken[label_external_id])

    async def lose_gateway(self) -> None:
        await self.access_point.stop()

    def refuse_next(self, label_external_id: str) -> None:
        self.access_point.state.refusing.add(label_external_id)

    async def reboot_gateway(self) -> None:
        await self.access_point.reboot()

    def answer_slowly(self, seconds: float) -> None:
        self.access_point.answers_after_s = seconds

    def shown(self, label_external_id: str) -> bytes | None:
        return self.access_point.state.tag(label_external_id).shown


@asynccontextmanager
async def make_rig() -> AsyncIterator[OpenEPaperLinkRig]:
    rig = OpenEPaperLinkRig()
    await rig.access_point.start()
    rig.settings = {"url": rig.access_point.url}
    try:
        yield rig
    finally:
        await rig.access_point.stop()


async def _short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, SLEEP_MAX_S))
