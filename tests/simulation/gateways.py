"""Radio bases and labels as things in the shop: they outlive the server that speaks to them.

Figures of the latency models: labels that wake at a fixed interval answer after a time uniform over it; Bluetooth
labels within two seconds.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.labels.lights import DispatchPolicy
from backend.labels.port import (
    AnswerMissing,
    Capability,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayBusy,
    GatewayDriver,
    GatewayEvent,
    GatewayHealth,
    GatewayUnreachable,
    HearGateway,
    LabelReport,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    Queued,
    TransferBegan,
)
from backend.labels.registry import DriverRegistry
from shared.labels import Flash, LightColour
from tests.simulation.clocks import VirtualClock
from tests.simulation.picture_air import PictureAir
from tests.simulation.virtual_loop import VirtualLoop

LASTS_AT_MOST_S = float(DispatchPolicy().flash_max_s)


@dataclass(frozen=True, slots=True)
class RadioModel:
    """How one kind of gateway and its labels behave, seconds."""

    name: str
    latency_min_s: float
    latency_max_s: float
    expires_after_s: float
    loss_rate: float = 0.0
    """Of commands; of wake-ups where a label wakes by its own clock: the command waits for the next one."""
    pending_max: int = 100
    can_stop: bool = True
    can_replace: bool = True
    """Whether a label takes a new flash while it blinks."""
    colours_in_turn: int = 1
    """Whether one flash can show several colours, one after the other; how many."""
    flash_max_s: int = 600
    commands_in_parallel: int = 8
    wakes_every_s: float = 0.0
    """Each label by a clock of its own; 0: it answers after a time that is drawn anew for each command."""
    picture_s: float = 0.0
    """How long the air belongs to one picture; 0: these labels have no display."""
    picture_holds_lights: bool = True
    """Whether a light that comes meanwhile waits until the picture is over."""
    pictures_max: int | None = None
    """Most pictures that wait at one time; None: as many as commands may."""
    declares: Capability | None = None
    """What its driver says of it; None: what follows from these figures."""

    @property
    def blinks_at_most_s(self) -> float:
        """How long a flash may last: a minute, or three wake-ups where labels can be stopped and wake seldom.

        A light that waits for pictures takes longer to arrive than a label sleeps: the product's own limit holds.
        """
        if not (self.can_stop and self.can_replace):
            return 60.0
        if self.picture_s > 0 and self.picture_holds_lights and self.wakes_every_s > 0:
            return LASTS_AT_MOST_S
        return max(60.0, min(3 * self.latency_max_s + 10.0, LASTS_AT_MOST_S))


BLUETOOTH = RadioModel("bluetooth", 0.2, 1.8, 30.0)
DISPLAY_PX = (296, 128)
WAKES_EVERY_40_S = RadioModel("wakes every 40 s", 0.5, 40.0, 120.0, loss_rate=0.01, colours_in_turn=3)


@dataclass(slots=True)
class Light:
    """What a label shows, and until when (seconds of the world)."""

    flash: Flash
    since_s: float
    until_s: float


@dataclass(eq=False)
class Gateway:
    """One radio base with its labels. What it has taken it delivers, whether or not the server still lives."""

    name: str
    model: RadioModel
    loop: VirtualLoop
    chance: random.Random
    note: Callable[..., None]
    labels: frozenset[str] = frozenset()
    silent_labels: set[str] = field(default_factory=set)
    was_silent: set[str] = field(default_factory=set)
    lights: dict[str, Light] = field(default_factory=dict)
    pending: dict[str, int] = field(default_factory=dict)
    on_time_s: float = 0.0
    commands: int = 0
    shown: dict[str, bytes] = field(default_factory=dict)
    """The picture that each display shows, as it arrived."""
    pictures: PictureAir = field(init=False)
    is_reachable: bool = True
    refuses: bool = False
    loses_answers: bool = False
    hear: HearGateway | None = None
    troubled_at_s: float = -1e9
    pictures_waiting: int = 0
    _boots: int = 0
    _woke_at_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pictures = PictureAir(self.loop, self.model.picture_s, self.next_wake_s)

    @property
    def is_well(self) -> bool:
        return self.is_reachable and not self.refuses and not self.loses_answers

    def reboot(self) -> None:
        """Everything it had queued is forgotten; the labels go on with what they have."""
        self._boots += 1
        self.troubled_at_s = self.loop.time()
        self.pending.clear()
        self.pictures_waiting = 0
        self.pictures.clear()

    def lit(self) -> dict[str, Light]:
        now_s = self.loop.time()
        return {label: light for label, light in sorted(self.lights.items()) if light.until_s > now_s}

    def light_of(self, label: str) -> Light | None:
        light = self.lights.get(label)
        return light if light is not None and light.until_s > self.loop.time() else None

    def check(self, label: str) -> None:
        """Whether it takes a command for this label now. Raises as a driver must."""
        if not self.is_reachable:
            raise GatewayUnreachable("the gateway is unplugged")
        if self.labels and label not in self.labels:
            raise LabelUnknown(f"no label {label} here", label=label)
        if self.refuses or sum(self.pending.values()) >= self.model.pending_max:
            raise GatewayBusy("busy")

    def take(self, label: str, flash: Flash | None, token: str) -> None:
        """A command over the shop's own network. Raises as a driver must."""
        self.check(label)
        self.commands += 1
        self.note("radio", f"{self.name} {label} {'off' if flash is None else flash.colour} {token}")
        latency_s, is_lost = self._latency_s(label)
        self.pending[label] = self.pending.get(label, 0) + 1
        boots = self._boots
        self._tell(Queued, label, token)
        wait_s = self.model.expires_after_s if is_lost else latency_s
        self.loop.in_world(wait_s, self._deliver, boots, label, flash, token, is_lost)
        if self.loses_answers and self.chance.random() < 0.3:
            raise AnswerMissing("the answer was lost")

    def take_picture(self, label: str, png: bytes, token: str) -> None:
        """As `take`, for a display. Raises as a driver must."""
        self.check(label)
        most = self.model.pictures_max
        if most is not None and self.pictures_waiting >= most:
            raise GatewayBusy(f"{most} pictures wait already")
        self.note("radio", f"{self.name} {label} picture {token}")
        self.pictures_waiting += 1
        self.pending[label] = self.pending.get(label, 0) + 1
        self._tell(Queued, label, token)
        boots = self._boots
        if label in self.silent_labels:
            self.loop.in_world(self.model.expires_after_s, self._picture_came, boots, label, token, None)
        else:
            self._send_picture(boots, label, png, token)

    def _send_picture(self, boots: int, label: str, png: bytes, token: str) -> None:
        self.pictures.wait(
            label,
            lambda: self._tell(TransferBegan, label, token),
            lambda: self._picture_came(boots, label, token, png),
        )

    def next_wake_s(self, label: str) -> float:
        """How long until this label listens. What answers at any time does so after the time it needs."""
        every_s = self.model.wakes_every_s
        if not every_s:
            return self.chance.uniform(self.model.latency_min_s, self.model.latency_max_s)
        woke_at_s = self._woke_at_s.setdefault(label, self.loop.time() - self.chance.uniform(0, every_s))
        return every_s - (self.loop.time() - woke_at_s) % every_s

    def _latency_s(self, label: str) -> tuple[float, bool]:
        """Until a command is there, or (True) it never will be."""
        latency_s = self.next_wake_s(label)
        is_lost = self.chance.random() < self.model.loss_rate
        if self.model.wakes_every_s:
            while is_lost and latency_s < self.model.expires_after_s:
                latency_s += self.model.wakes_every_s
                is_lost = self.chance.random() < self.model.loss_rate
        return latency_s, is_lost or label in self.silent_labels

    def _deliver(self, boots: int, label: str, flash: Flash | None, token: str, is_lost: bool) -> None:
        if boots != self._boots:
            return
        if (
            not is_lost and self.model.picture_holds_lights and self.pictures.busy_s > 0
        ):  # a picture is in the air: what is next is this
            self.loop.in_world(self.pictures.busy_s, self._arrive, boots, label, flash, token, False)
        else:
            self._arrive(boots, label, flash, token, is_lost)

    def _arrive(self, boots: int, label: str, flash: Flash | None, token: str, is_lost: bool) -> None:
        if boots != self._boots:
            return
        self._no_longer_pending(label)
        is_refused = flash is not None and not self.model.can_replace and self.light_of(label) is not None
        if is_refused and not is_lost:
            self._say(Failed(label, VirtualClock(self.loop).now(), token, "it blinks already"))
            return
        if not is_lost:
            self._show(label, flash)
        self._tell(Expired if is_lost else Delivered, label, token)

    def _picture_came(self, boots: int, label: str, token: str, png: bytes | None) -> None:
        """None: it never will."""
        if boots != self._boots:
            return
        self.pictures_waiting -= 1
        self._no_longer_pending(label)
        if png is not None:
            self.shown[label] = png
        self._tell(Expired if png is None else Delivered, label, token)

    def _no_longer_pending(self, label: str) -> None:
        self.pending[label] -= 1
        if not self.pending[label]:
            del self.pending[label]

    def _show(self, label: str, flash: Flash | None) -> None:
        now_s = self.loop.time()
        old = self.lights.pop(label, None)
        if old is not None:
            self.on_time_s += min(now_s, old.until_s) - old.since_s
        if flash is not None:
            self.lights[label] = Light(flash, now_s, now_s + flash.duration_s)

    def driver(self, _tools: DriverTools) -> GatewayDriver:
        """How a server of this world speaks to it."""
        return Plug(self)

    def lit_s(self) -> float:
        """How long its labels have blinked until now, all together."""
        now_s = self.loop.time()
        return self.on_time_s + sum(min(now_s, each.until_s) - each.since_s for each in self.lights.values())

    def _tell(self, kind: type, label: str, token: str) -> None:
        self._say(kind(label, VirtualClock(self.loop).now(), token))

    def _say(self, event: GatewayEvent) -> None:
        if self.hear is not None and self.is_reachable:
            self.hear(event)


class Plug:
    """The driver's side: one server life's connection to a gateway of the world."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        model = gateway.model
        spread_s = model.latency_max_s - model.latency_min_s
        self.capability = model.declares or Capability(
            latency_p50_s=(model.latency_min_s + model.latency_max_s) / 2,
            latency_p95_s=model.latency_min_s + 0.95 * spread_s,
            silent_after_s=min(model.latency_max_s * 1.5 + 1.0, model.expires_after_s),
            lost_after_s=model.expires_after_s + 1.0,
            duration_min_s=1,
            duration_max_s=model.flash_max_s,
            pending_max=model.pending_max,
            commands_in_parallel=model.commands_in_parallel,
            can_stop=model.can_stop,
            can_replace=model.can_replace,
            confirms_delivery=True,
            colours=frozenset(LightColour),
            colours_in_turn=model.colours_in_turn,
            can_show=model.picture_s > 0,
            picture_s=model.picture_s,
        )

    async def open(self, hear: HearGateway) -> None:
        if not self._gateway.is_reachable:
            raise GatewayUnreachable("the gateway is unplugged")
        self._gateway.hear = hear

    async def close(self) -> None:
        self._gateway.hear = None

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        await asyncio.sleep(0.005)
        self._gateway.take(label_external_id, flash, token)

    async def stop(self, label_external_id: str, token: str) -> None:
        await asyncio.sleep(0.005)
        self._gateway.take(label_external_id, None, token)

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        if not self.capability.can_show:
            raise PictureUnsupported("these labels have no display", label=label_external_id)
        await asyncio.sleep(0.005)
        self._gateway.take_picture(label_external_id, picture.png, token)

    async def discover(self) -> Sequence[LabelReport]:
        await asyncio.sleep(0.005)
        if not self._gateway.is_reachable:
            raise GatewayUnreachable("the gateway is unplugged")
        width_px, height_px = DISPLAY_PX if self.capability.can_show else (0, 0)
        return [LabelReport(label, width_px=width_px, height_px=height_px) for label in sorted(self._gateway.labels)]

    async def health(self) -> GatewayHealth:
        return GatewayHealth(is_reachable=self._gateway.is_reachable, pending=sum(self._gateway.pending.values()))


class WorldDrivers(DriverRegistry):
    """Gives the backend the gateways that stand in the world, found by the `stands_as` of their settings' labels."""

    def __init__(self, gateways: Callable[[str], Gateway]) -> None:
        super().__init__()
        self._find = gateways
        self._plugged: list[Gateway] = []

    def create(self, domain: str, settings: Mapping[str, Any], tools: DriverTools) -> GatewayDriver:
        gateway = self._find(str(settings["labels"][0]).partition("/")[0])
        self._plugged.append(gateway)
        return gateway.driver(tools)

    def unplug(self) -> None:
        """The server died: nobody hears them any more."""
        for gateway in self._plugged:
            gateway.hear = None
        self._plugged.clear()
