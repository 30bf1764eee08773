"""What a gateway driver is: the only thing the backend knows about the radio base of labels.

GatewayError                  shared.errors.BlinkpickError
├── GatewayUnreachable        nothing was sent; try again later (the whole gateway waits)
├── GatewayBusy               it said "come back later"; try again (the whole gateway waits)
├── AnswerMissing             sent, but no answer: the command may or may not be queued
├── AnswerMalformed           it answered something that is not its protocol
├── LabelUnknown              this gateway does not know the label; trying again does not help
├── CommandRefused            it knows the label and does not do this for it; trying again does not help
├── PictureUnsupported        the label has no display we can draw on, or one of another size
└── StopUnsupported           these labels cannot be stopped; the flash runs out by itself
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

import httpx

from shared.clock import Clock
from shared.errors import BlinkpickError
from shared.labels import PICKER_COLOURS, BlinkPattern, Flash, LightColour


class GatewayError(BlinkpickError):
    """The radio base failed; a pick goes on without its light."""


class GatewayUnreachable(GatewayError):
    is_retryable: ClassVar[bool] = True


class GatewayBusy(GatewayError):
    is_retryable: ClassVar[bool] = True


class AnswerMissing(GatewayError):
    is_retryable: ClassVar[bool] = True


class AnswerMalformed(GatewayError):
    is_retryable: ClassVar[bool] = True


class LabelUnknown(GatewayError):
    pass


class CommandRefused(GatewayError):
    pass


class PictureUnsupported(GatewayError):
    pass


class StopUnsupported(GatewayError):
    pass


@dataclass(frozen=True, slots=True)
class Capability:
    """What one gateway can do; the dispatcher plans with these numbers and knows nothing else about it."""

    latency_p50_s: float
    latency_p95_s: float
    silent_after_s: float
    """A command not confirmed after this long: the picker should be told to look for the address instead."""
    lost_after_s: float
    """A command not confirmed after this long will never take effect any more; only then may another one be sent."""
    duration_min_s: int
    duration_max_s: int
    pending_max: int
    """Most labels with a command under way at one time."""
    commands_in_parallel: int
    """Most `light` and `stop` calls waiting for the gateway's answer at one time."""
    can_stop: bool
    can_replace: bool
    """Whether a new flash takes the place of a running one. If not, it is sent only after the running one has ended."""
    confirms_delivery: bool
    """Whether `Delivered` is heard. If not, a command counts as delivered after `latency_p95_s`."""
    colours: frozenset[LightColour] = PICKER_COLOURS
    """With white, a light can stand for several pickers at one time."""
    colours_in_turn: int = 1
    """How many colours one flash can show in turn (`Flash.also`), each of them at least every four seconds."""
    patterns: frozenset[BlinkPattern] = frozenset(BlinkPattern)
    can_take_back: bool = False
    """Whether `stop` takes back a flash that still waits for its label, although one that runs cannot be stopped."""
    can_show: bool = False
    """Whether `show` works, for those of its labels that have a display."""
    picture_s: float = 0.0
    """How long one picture takes the air, or the server: those that are under way wait for each other. 0: no figure."""
    can_discover: bool = True
    """Whether `discover` asks the gateway. If not, the labels are named in the settings and `discover` repeats them."""

    def nearest(self, pattern: BlinkPattern) -> BlinkPattern:
        """The pattern itself, or what is shown in its place."""
        if pattern in self.patterns:
            return pattern
        return BlinkPattern.SLOW if BlinkPattern.SLOW in self.patterns else min(self.patterns)


@dataclass(frozen=True, slots=True)
class LabelReport:
    """What a gateway knows of one label."""

    external_id: str
    model: str = ""
    """What the gateway calls its kind."""
    width_px: int = 0
    """Of its display; 0: it has none, or the gateway does not say."""
    height_px: int = 0
    has_light: bool = True
    battery_mv: int = 0
    """0: it did not say."""
    signal_dbm: int | None = None
    last_seen_at: datetime | None = None
    firmware: str = ""
    accent: str = ""
    """The colour its display has besides black and white: red or yellow; empty: none."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a label's display shall show, drawn already, at the display's own size."""

    png: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """How a gateway does, for the supervisor."""

    is_reachable: bool
    detail: str = ""
    pending: int = 0
    labels_known: int = 0
    last_heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """Something a gateway said about one label."""

    label_external_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Queued(GatewayEvent):
    """The gateway has the command and waits for the label to wake up."""

    token: str


@dataclass(frozen=True, slots=True)
class TransferBegan(GatewayEvent):
    """The label has begun to fetch its picture: it waits for nobody else any more."""

    token: str


@dataclass(frozen=True, slots=True)
class Delivered(GatewayEvent):
    """The label has the command: from now on it blinks (or is dark, after a stop)."""

    token: str


@dataclass(frozen=True, slots=True)
class Expired(GatewayEvent):
    """The gateway dropped the command; it will never take effect."""

    token: str
    reason: str = "expired"


@dataclass(frozen=True, slots=True)
class Failed(GatewayEvent):
    """The label refused the command; it will never take effect."""

    token: str
    reason: str


@dataclass(frozen=True, slots=True)
class LabelSeen(GatewayEvent):
    """The label checked in. `battery_mv` 0 means it did not say."""

    battery_mv: int = 0


@dataclass(frozen=True, slots=True)
class ButtonPressed(GatewayEvent):
    """Somebody pressed a button of the label, or held a phone to its NFC (`button` 0)."""

    button: int


HearGateway = Callable[[GatewayEvent], None]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class DriverTools:
    """What a driver may use of the world; in a test or a simulation each of these is a virtual one."""

    clock: Clock
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    make_http_client: Callable[..., httpx.AsyncClient] = httpx.AsyncClient
    sleep: Sleep = asyncio.sleep


class GatewayDriver(Protocol):
    """One gateway. Made as `Driver(settings, tools)`; nothing may touch the network before `open`.

    Labels are named by their external id: what is printed on them. A `token` names one command and comes back in the
    events about it. `light` and `stop` return once the gateway has taken the command, and raise a GatewayError if not.
    """

    @property
    def capability(self) -> Capability: ...

    async def open(self, hear: HearGateway) -> None:
        """Connect; from now on call `hear` for every event, on the event loop. Raises GatewayUnreachable."""
        ...

    async def close(self) -> None:
        """Let go of everything; safe to call twice, and before `open`."""
        ...

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None: ...

    async def stop(self, label_external_id: str, token: str) -> None:
        """Darken a label; a flash that still waits for it may be taken back (Expired) instead of played and ended.

        Raises StopUnsupported where neither is possible.
        """
        ...

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        """As `light`: returns once the gateway has taken it; Delivered, Expired or Failed follow.

        A picture and a flash may be under way for one label at one time. Raises PictureUnsupported, GatewayError.
        """
        ...

    async def discover(self) -> Sequence[LabelReport]:
        """Every label the gateway knows now, sorted by external id, all pages read. Raises GatewayError."""
        ...

    async def health(self) -> GatewayHealth:
        """Never raises: a gateway that cannot be reached says so."""
        ...


class DriverRig(Protocol):
    """A test bed each driver ships beside itself (`rig.py`), so that all of them pass the same contract suite."""

    settings: Mapping[str, Any]
    tools: DriverTools
    labels: Sequence[str]
    """Labels that answer. At least three."""
    silent_label: str
    """A label the gateway knows and that never answers."""
    can_refuse: bool
    """Whether this kind of label or gateway can refuse a command (Failed, or a GatewayError that is not retryable)."""

    def attach(self, driver: Any) -> None:
        """Meet the driver that was made with these settings and tools."""
        ...

    async def advance(self, seconds: float) -> None:
        """Let the labels' own time pass, and everything that is due in it happen."""
        ...

    def blinking(self) -> Mapping[str, LightColour]:
        """What a person in front of the shelf would see now."""
        ...

    def colours_of(self, label_external_id: str) -> frozenset[LightColour]:
        """Every colour that person sees it blink in within four seconds, one after the other."""
        ...

    def commands_taken(self, label_external_id: str) -> int:
        """How many commands the gateway has accepted for a label since the start."""
        ...

    async def lose_gateway(self) -> None:
        """From now on the gateway cannot be reached."""
        ...

    def refuse_next(self, label_external_id: str) -> None:
        """The next command for this label is refused, by it or by its gateway; the one after is not."""
        ...

    async def reboot_gateway(self) -> None:
        """Gone for a moment, then back with what such a gateway keeps; the driver must recover by itself."""
        ...

    def answer_slowly(self, seconds: float) -> None:
        """Each of the gateway's answers takes this long from now on, in the time that `advance` moves."""
        ...

    def shown(self, label_external_id: str) -> bytes | None:
        """What its display shows, as the virtual label received it; None: nothing of ours."""
        ...


MakeRig = Callable[[], AbstractAsyncContextManager[DriverRig]]
