"""A driver on its own test bed, for the tests beside the contract: opened, heard, and put away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backend.labels.port import Delivered, Expired, Failed, GatewayEvent


@dataclass
class DriverBench:
    """A rig whose gateway speaks HTTP, its driver, and everything that was said."""

    rig: Any
    driver: Any
    heard: list[GatewayEvent] = field(default_factory=list)

    def outcomes(self, token: str) -> list[type[GatewayEvent]]:
        ends = Delivered | Expired | Failed
        return [type(each) for each in self.heard if isinstance(each, ends) and each.token == token]


B = TypeVar("B", bound=DriverBench)


@asynccontextmanager
async def opened(bench: B, *, is_open: bool = True) -> AsyncIterator[B]:
    try:
        if is_open:
            await bench.driver.open(bench.heard.append)
        yield bench
    finally:
        await bench.driver.close()
        await bench.rig.gateway.stop()
