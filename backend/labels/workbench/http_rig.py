"""What the test beds of gateways that speak HTTP have in common: their time, their tools, and how they get lost."""

from __future__ import annotations

import random
from typing import Any

from backend.labels.port import DriverTools
from backend.labels.workbench.fake_gateway import FakeGateway
from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime


class HttpRig:
    """A `DriverRig` but for its labels; whoever builds on it sets `gateway` first."""

    gateway: FakeGateway
    can_refuse = True

    def __init__(self, seed: int) -> None:
        self.traffic = Traffic()
        self.time = VirtualTime(is_busy=self.traffic.is_busy)
        self.tools = DriverTools(
            clock=self.time.clock,
            chance=random.Random(seed),
            make_http_client=self.traffic.make_http_client,
            sleep=self.time.sleep,
        )

    def attach(self, driver: Any) -> None:
        pass

    async def advance(self, seconds: float) -> None:
        await self.time.advance(seconds)

    async def lose_gateway(self) -> None:
        await self.gateway.stop()

    def answer_slowly(self, seconds: float) -> None:
        self.gateway.answers_after_s = seconds

    def shown(self, label_external_id: str) -> bytes | None:
        return None
