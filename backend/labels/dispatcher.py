"""Keeps every label's light as wanted, over all gateways; the shell around the reconcilers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from backend.labels.errors import GatewayNotFound
from backend.labels.lane import GatewayLane
from backend.labels.lights import DispatchPolicy, LightChange, Silence
from backend.labels.pictures.queue import LabelPicture, PictureShown
from backend.labels.port import Capability, GatewayDriver, GatewayEvent, GatewayHealth, LabelReport, Picture, Sleep
from backend.labels.wishes import LightWish
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class LabelAddress:
    """Where a label hangs in the air: its gateway, and the name it has there."""

    gateway_id: str
    external_id: str


OnLight = Callable[[LabelAddress, LightChange], None]
OnSilence = Callable[[LabelAddress, Silence], None]
OnGatewayEvent = Callable[[str, GatewayEvent], None]
OnPictureShown = Callable[[str, PictureShown], None]
DrawPicture = Callable[[LabelAddress, str], Awaitable[Picture | None]]


class Dispatcher:
    """One per backend. `want` is all the rest of the room needs; callbacks run on the event loop and must be quick."""

    def __init__(self, clock: Clock, *, policy: DispatchPolicy | None = None, sleep: Sleep = asyncio.sleep) -> None:
        self._clock = clock
        self._policy = policy or DispatchPolicy()
        self._sleep = sleep
        self._lanes: dict[str, GatewayLane] = {}
        self._policies: dict[str, DispatchPolicy] = {}
        self._is_running = False
        self.on_added: list[Callable[[str], None]] = []  # told of each gateway that is taken charge of
        self.on_light: list[OnLight] = []
        self.on_silence: list[OnSilence] = []
        self.on_gateway_event: list[OnGatewayEvent] = []
        self.on_picture_shown: list[OnPictureShown] = []
        self.draw_picture: DrawPicture = _draw_nothing

    def add_gateway(self, gateway_id: str, driver: GatewayDriver, lit_max_s_per_day: int | None = None) -> None:
        """Take charge of a driver that is not open yet; it is opened at once if the dispatcher runs.

        `lit_max_s_per_day`: how long each of its labels may blink, if not as the dispatcher's policy says.
        """
        assert gateway_id not in self._lanes, f"gateway {gateway_id} is here already"
        policy = replace(self._policy)
        if lit_max_s_per_day is not None:
            policy.on_time_max_s_per_day = lit_max_s_per_day
        lane = GatewayLane(
            gateway_id,
            driver,
            self._clock,
            policy,
            sleep=self._sleep,
            on_changes=self._tell,
            on_event=self._tell_event,
            on_shown=self._tell_shown,
            draw=lambda external_id, digest: self.draw_picture(LabelAddress(gateway_id, external_id), digest),
        )
        self._lanes[gateway_id], self._policies[gateway_id] = lane, policy
        if self._is_running:
            lane.start()
        for tell in self.on_added:
            tell(gateway_id)

    async def remove_gateway(self, gateway_id: str) -> None:
        await self._lane(gateway_id).stop()
        del self._lanes[gateway_id], self._policies[gateway_id]

    def limit_light(self, gateway_id: str, lit_max_s_per_day: int) -> None:
        """From now on each of its labels may blink so long a day; nothing where it does not run."""
        if gateway_id in self._lanes:
            self._policies[gateway_id].on_time_max_s_per_day = lit_max_s_per_day
            self._lanes[gateway_id].reconciler.look_at_all_again()
            self._lanes[gateway_id].nudge()

    def start(self) -> None:
        self._is_running = True
        for lane in self._lanes.values():
            lane.start()

    async def stop(self) -> None:
        """Close every driver. Lights that are on run out by themselves: every flash is finite."""
        self._is_running = False
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))

    @property
    def gateway_ids(self) -> Sequence[str]:
        return [*self._lanes]

    def capability(self, gateway_id: str) -> Capability:
        """What to plan with: the latency is the measured one as soon as enough was confirmed."""
        return self._lane(gateway_id).reconciler.latency.capability

    def is_latency_measured(self, gateway_id: str) -> bool:
        """Whether the latency in its capability was measured here; if not, it is what the driver declares."""
        return self._lane(gateway_id).reconciler.latency.is_measured

    def want(self, owner: str, wishes: Mapping[str, Iterable[LightWish]]) -> None:
        """From now on `owner` wants exactly these lights (wishes per gateway), and nothing else."""
        now = self._clock.now()
        for gateway_id in wishes:
            self._lane(gateway_id)
        for gateway_id, lane in self._lanes.items():
            if gateway_id in wishes or lane.reconciler.is_wanted_by(owner):
                lane.reconciler.want(owner, wishes.get(gateway_id, ()), now)
                lane.nudge()

    def darken(self, labels: Mapping[str, Iterable[str]]) -> None:
        """All off: forget every wish on these gateways, and stop these labels whether or not we lit them."""
        now = self._clock.now()
        for gateway_id, external_ids in labels.items():
            lane = self._lane(gateway_id)
            lane.reconciler.withdraw_all(now)
            lane.reconciler.suppose_lit(external_ids, now)
            lane.nudge()

    def on_time_s(self, address: LabelAddress, at: datetime) -> float:
        """How long a label has blinked on that day, seconds."""
        return self._lane(address.gateway_id).reconciler.on_time_s(address.external_id, at.date())

    def suppose_spent(self, address: LabelAddress, day: date, lit_s: float) -> None:
        """What a label blinked on a day before this process began; nothing where its gateway does not run."""
        if address.gateway_id in self._lanes:
            self._lanes[address.gateway_id].reconciler.suppose_spent(address.external_id, day, lit_s)

    def driver(self, gateway_id: str) -> GatewayDriver:
        return self._lane(gateway_id).driver

    async def discover(self, gateway_id: str) -> Sequence[LabelReport]:
        """Every label this gateway knows now. Raises GatewayError."""
        return await self._lane(gateway_id).driver.discover()

    async def health(self, gateway_id: str) -> GatewayHealth:
        return await self._lane(gateway_id).driver.health()

    def pending(self, gateway_id: str) -> int:
        return self._lane(gateway_id).reconciler.pending

    def in_line_for_test(self, gateway_id: str) -> set[str]:
        """Its labels that wait for the command of their light test."""
        return self._lane(gateway_id).reconciler.in_line_for_test

    # Pictures: what labels show besides their light

    def want_picture(self, address: LabelAddress, digest: str, shown: str = "") -> None:
        """This label should show this picture; `shown` is what it showed when an earlier process ended."""
        lane = self._lanes.get(address.gateway_id)
        if lane is None:
            return  # its gateway does not run; it is wanted anew once it does
        if shown:
            lane.pictures.suppose_shown(address.external_id, shown)
        lane.pictures.want(address.external_id, digest, self._clock.now())
        lane.nudge()

    def forget_picture(self, address: LabelAddress) -> None:
        if address.gateway_id in self._lanes:
            self._lanes[address.gateway_id].pictures.forget(address.external_id)

    def try_pictures_again(self, gateway_ids: Iterable[str]) -> int:
        """Send anew what was given up; returns how many labels that are."""
        tried = 0
        for gateway_id in gateway_ids:
            if gateway_id in self._lanes:
                tried += self._lanes[gateway_id].pictures.try_again(self._clock.now())
                self._lanes[gateway_id].nudge()
        return tried

    def pictures(self) -> Mapping[LabelAddress, LabelPicture]:
        """What every label with a display should show and does."""
        return {
            LabelAddress(gateway_id, label.external_id): label
            for gateway_id, lane in self._lanes.items()
            for label in lane.pictures.labels
        }

    def _lane(self, gateway_id: str) -> GatewayLane:
        if gateway_id not in self._lanes:
            raise GatewayNotFound("no such gateway is running", gateway_id=gateway_id)
        return self._lanes[gateway_id]

    def _tell(self, gateway_id: str, changes: Sequence[LightChange], silences: Sequence[Silence]) -> None:
        for change in changes:
            for on_light in self.on_light:
                on_light(LabelAddress(gateway_id, change.label_external_id), change)
        for silence in silences:
            for on_silence in self.on_silence:
                on_silence(LabelAddress(gateway_id, silence.label_external_id), silence)

    def _tell_shown(self, gateway_id: str, shown: Sequence[PictureShown]) -> None:
        for each in shown:
            for on_shown in self.on_picture_shown:
                on_shown(gateway_id, each)

    def _tell_event(self, gateway_id: str, event: GatewayEvent) -> None:
        for on_event in self.on_gateway_event:
            on_event(gateway_id, event)


async def _draw_nothing(_address: LabelAddress, _digest: str) -> Picture | None:
    return None
