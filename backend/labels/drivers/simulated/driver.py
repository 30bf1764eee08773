"""A gateway whose labels are virtual: equal to the others, and what the demo, the tests and the simulation run on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.labels.drivers.simulated.protocol import Lit, VirtualShelf, draw_latency_s
from backend.labels.port import (
    Capability,
    Delivered,
    DriverTools,
    Expired,
    GatewayBusy,
    GatewayHealth,
    GatewayUnreachable,
    HearGateway,
    LabelUnknown,
    Queued,
    StopUnsupported,
)
from shared.labels import Flash

DURATION_MAX_S = 600


class SimulatedSettings(BaseModel):
    """How the virtual labels behave. The defaults are those of labels that answer within a second or two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_min_s: float = Field(default=0.2, ge=0, le=600)
    latency_max_s: float = Field(default=1.8, ge=0, le=600)
    loss_rate: float = Field(default=0.0, ge=0, le=1, description="share of commands that never arrive")
    silent_labels: frozenset[str] = Field(default=frozenset(), description="labels that never answer")
    labels: frozenset[str] = Field(default=frozenset(), description="the labels there are; empty means: any")
    expires_after_s: float = Field(default=30.0, gt=0, description="when an undelivered command is given up")
    pending_max: int = Field(default=500, ge=1)
    can_stop: bool = True
    can_replace: bool = True
    confirms_delivery: bool = True

    @model_validator(mode="after")
    def _latencies_fit(self) -> Self:
        if not self.latency_min_s <= self.latency_max_s < self.expires_after_s:
            raise ValueError("latency_min_s <= latency_max_s < expires_after_s must hold")
        return self


class SimulatedDriver:
    """Virtual labels on the clock it is given. `is_reachable` may be set to False to unplug it."""

    def __init__(self, settings: SimulatedSettings, tools: DriverTools) -> None:
        self.settings = settings
        self._tools = tools
        self._shelf = VirtualShelf(can_replace=settings.can_replace)
        self._hear: HearGateway | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self.commands_taken: dict[str, int] = {}
        self.is_reachable = True

    @property
    def capability(self) -> Capability:
        low_s, high_s = self.settings.latency_min_s, self.settings.latency_max_s
        return Capability(
            latency_p50_s=(low_s + high_s) / 2,
            latency_p95_s=low_s + 0.95 * (high_s - low_s),
            silent_after_s=min(high_s * 1.5 + 1.0, self.settings.expires_after_s),
            lost_after_s=self.settings.expires_after_s + 1.0,
            duration_min_s=1,
            duration_max_s=DURATION_MAX_S,
            pending_max=self.settings.pending_max,
            commands_in_parallel=8,
            can_stop=self.settings.can_stop,
            can_replace=self.settings.can_replace,
            confirms_delivery=self.settings.confirms_delivery,
        )

    async def open(self, hear: HearGateway) -> None:
        self._check_reachable()
        self._hear = hear

    async def close(self) -> None:
        self._hear = None
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        self._take(label_external_id, flash, token)

    async def stop(self, label_external_id: str, token: str) -> None:
        if not self.settings.can_stop:
            raise StopUnsupported("these virtual labels are told not to stop", label=label_external_id)
        self._take(label_external_id, None, token)

    async def health(self) -> GatewayHealth:
        return GatewayHealth(
            is_reachable=self.is_reachable,
            detail="" if self.is_reachable else "unplugged",
            pending=len(self._under_way),
            labels_known=len(self.settings.labels),
            last_heard_at=self._tools.clock.now() if self.is_reachable else None,
        )

    def lights(self) -> Mapping[str, Lit]:
        """What a person in front of the shelf would see now."""
        return self._shelf.all_lit(self._tools.clock.monotonic_s())

    def on_time_s(self, label_external_id: str) -> float:
        """How long a label has blinked or will have, seconds; its battery."""
        return self._shelf.on_time_s.get(label_external_id, 0.0)

    def _take(self, external_id: str, flash: Flash | None, token: str) -> None:
        self._check_reachable()
        if self.settings.labels and external_id not in self.settings.labels:
            raise LabelUnknown(f"no label {external_id} here", label=external_id)
        if len(self._under_way) >= self.settings.pending_max:
            raise GatewayBusy(f"{self.settings.pending_max} commands wait already")
        self.commands_taken[external_id] = self.commands_taken.get(external_id, 0) + 1
        # Both are drawn for every command, so that one silent label does not shift the chances of the others.
        latency_s = draw_latency_s(self._tools.chance, self.settings.latency_min_s, self.settings.latency_max_s)
        is_lost = self._tools.chance.random() < self.settings.loss_rate or external_id in self.settings.silent_labels
        task = asyncio.create_task(self._deliver(external_id, flash, token, latency_s, is_lost=is_lost))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(
        self, external_id: str, flash: Flash | None, token: str, latency_s: float, *, is_lost: bool
    ) -> None:
        clock = self._tools.clock
        if self._hear is not None and self.settings.confirms_delivery:
            self._hear(Queued(external_id, clock.now(), token))
        await self._tools.sleep(self.settings.expires_after_s if is_lost else latency_s)
        if not is_lost:
            self._shelf.take(external_id, flash, clock.monotonic_s())
        if self._hear is None or not self.settings.confirms_delivery:
            return
        event = Expired(external_id, clock.now(), token) if is_lost else Delivered(external_id, clock.now(), token)
        self._hear(event)

    def _check_reachable(self) -> None:
        if not self.is_reachable:
            raise GatewayUnreachable("the virtual gateway is unplugged")
