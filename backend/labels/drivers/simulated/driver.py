"""A gateway whose labels are virtual: equal to the others, and what the demo, the tests and the simulation run on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.labels.drivers.simulated.protocol import Lit, VirtualShelf, battery_mv, draw_latency_s
from backend.labels.drivers.simulated.settings import SimulatedSettings
from backend.labels.port import (
    AnswerMissing,
    ButtonPressed,
    Capability,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayBusy,
    GatewayEvent,
    GatewayHealth,
    GatewayUnreachable,
    HearGateway,
    LabelReport,
    LabelSeen,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    Queued,
    StopUnsupported,
)
from shared.labels import Flash, LightColour

DURATION_MAX_S = 600
COLOURS_IN_TURN = 3
ANSWER_TIMEOUT_S = 10.0
REBOOT_S = 5.0
MODEL = "virtual label"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A command the gateway has taken and the label has not."""

    external_id: str
    is_flash: bool
    task: asyncio.Task[None]


class SimulatedDriver:
    """Virtual labels on the clock it is given.

    `is_reachable` may be set to False to unplug it, `answers_after_s` to make its answers slow.
    """

    def __init__(self, settings: SimulatedSettings, tools: DriverTools) -> None:
        self.settings = settings
        self._tools = tools
        self._shelf = VirtualShelf(can_replace=settings.can_replace)
        self._hear: HearGateway | None = None
        self._waiting: dict[str, _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._refusing: set[str] = set()
        self._last_seen_at: dict[str, datetime] = {}
        self.commands_taken: dict[str, int] = {}
        self.is_reachable = True
        self.answers_after_s = 0.0

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
            colours=frozenset(LightColour),
            colours_in_turn=COLOURS_IN_TURN,
            can_discover=bool(self.settings.labels),  # told of none it takes any, and cannot say which there are
            can_take_back=True,
            can_show=self.settings.display_width_px > 0,
        )

    async def open(self, hear: HearGateway) -> None:
        self._check_reachable()
        self._hear = hear

    async def close(self) -> None:
        self._hear = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        self._take(label_external_id, flash, token)
        await self._answer()

    async def stop(self, label_external_id: str, token: str) -> None:
        is_taken_back = self._take_back(label_external_id)
        if self.settings.can_stop:
            self._take(label_external_id, None, token)
        elif is_taken_back and label_external_id not in self.lights():
            self._tell(Delivered(label_external_id, self._tools.clock.now(), token))
        else:
            raise StopUnsupported("these virtual labels are told not to stop", label=label_external_id)
        await self._answer()

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        width_px, height_px = self.settings.display_width_px, self.settings.display_height_px
        if not width_px:
            raise PictureUnsupported("these virtual labels have no display", label=label_external_id)
        if (picture.width_px, picture.height_px) != (width_px, height_px):
            raise PictureUnsupported(
                f"the picture is {picture.width_px} x {picture.height_px}, the display {width_px} x {height_px}",
                label=label_external_id,
            )
        self._take(label_external_id, picture, token)
        await self._answer()

    async def discover(self) -> Sequence[LabelReport]:
        self._check_reachable()
        await self._answer()
        return [self._report(each) for each in sorted(self.settings.labels or self.commands_taken)]

    async def health(self) -> GatewayHealth:
        return GatewayHealth(
            is_reachable=self.is_reachable,
            detail="" if self.is_reachable else "unplugged",
            pending=len(self._waiting),
            labels_known=len(self.settings.labels),
            last_heard_at=self._tools.clock.now() if self.is_reachable else None,
        )

    # What a person in front of the shelf sees and does

    def lights(self) -> Mapping[str, Lit]:
        return self._shelf.all_lit(self._tools.clock.monotonic_s())

    def on_time_s(self, label_external_id: str) -> float:
        """How long a label has blinked or will have, seconds; its battery."""
        return self._shelf.on_time_s.get(label_external_id, 0.0)

    def shown(self, label_external_id: str) -> bytes | None:
        return self._shelf.pictures.get(label_external_id)

    def press_button(self, label_external_id: str, button: int = 1) -> None:
        now = self._tools.clock.now()
        self._last_seen_at[label_external_id] = now
        self._tell(LabelSeen(label_external_id, now, battery_mv(self.on_time_s(label_external_id))))
        self._tell(ButtonPressed(label_external_id, now, button))

    def refuse_next(self, label_external_id: str) -> None:
        """The next command that reaches this label is refused by it."""
        self._refusing.add(label_external_id)

    def reboot(self) -> None:
        """Off and on again: what was queued is forgotten, which it says once it is back; labels stay as they are."""
        forgotten, self._waiting = self._waiting, {}
        for waiting in forgotten.values():
            waiting.task.cancel()
        self.is_reachable = False
        self._start(self._come_back({token: waiting.external_id for token, waiting in forgotten.items()}))

    async def _come_back(self, forgotten: Mapping[str, str]) -> None:
        await self._tools.sleep(REBOOT_S)
        self.is_reachable = True
        for token, external_id in forgotten.items():
            self._tell(Expired(external_id, self._tools.clock.now(), token, "the gateway restarted"))

    # What becomes of a command

    def _take(self, external_id: str, content: Flash | Picture | None, token: str) -> None:
        self._check_reachable()
        if self.settings.labels and external_id not in self.settings.labels:
            raise LabelUnknown(f"no label {external_id} here", label=external_id)
        if len(self._waiting) >= self.settings.pending_max:
            raise GatewayBusy(f"{self.settings.pending_max} commands wait already")
        self.commands_taken[external_id] = self.commands_taken.get(external_id, 0) + 1
        # Both are drawn for every command, so that one silent label does not shift the chances of the others.
        latency_s = draw_latency_s(self._tools.chance, self.settings.latency_min_s, self.settings.latency_max_s)
        is_lost = self._tools.chance.random() < self.settings.loss_rate or external_id in self.settings.silent_labels
        task = self._start(self._deliver(external_id, content, token, latency_s, is_lost=is_lost))
        self._waiting[token] = _Waiting(external_id, isinstance(content, Flash), task)

    async def _deliver(
        self, external_id: str, content: Flash | Picture | None, token: str, latency_s: float, *, is_lost: bool
    ) -> None:
        clock = self._tools.clock
        self._tell(Queued(external_id, clock.now(), token))
        await self._tools.sleep(self.settings.expires_after_s if is_lost else latency_s)
        self._waiting.pop(token, None)
        if is_lost:
            self._tell(Expired(external_id, clock.now(), token))
            return
        self._last_seen_at[external_id] = clock.now()
        if external_id in self._refusing:
            self._refusing.discard(external_id)
            self._tell(Failed(external_id, clock.now(), token, "the label refused it"))
        elif isinstance(content, Picture):
            self._shelf.pictures[external_id] = content.png
            self._tell(Delivered(external_id, clock.now(), token))
        elif self._shelf.take(external_id, content, clock.monotonic_s()):
            self._tell(Delivered(external_id, clock.now(), token))
        else:
            self._tell(Failed(external_id, clock.now(), token, "it blinks already"))

    def _take_back(self, external_id: str) -> bool:
        """Whether a flash waited for this label; it never comes now."""
        self._check_reachable()
        tokens = [token for token, each in self._waiting.items() if each.external_id == external_id and each.is_flash]
        for token in tokens:
            self._waiting.pop(token).task.cancel()
            self._tell(Expired(external_id, self._tools.clock.now(), token, "taken back"))
        return bool(tokens)

    async def _answer(self) -> None:
        """What the gateway says to the one who asks: in time, too late, or never."""
        if self.answers_after_s > 0:
            await self._tools.sleep(min(self.answers_after_s, ANSWER_TIMEOUT_S))
        # No chance is drawn where no answer can be lost: a seed gives the same course as before there was this setting.
        is_lost = self.settings.answer_loss_rate > 0 and self._tools.chance.random() < self.settings.answer_loss_rate
        if is_lost or self.answers_after_s > ANSWER_TIMEOUT_S:
            raise AnswerMissing("the virtual gateway did not answer in time")

    def _report(self, external_id: str) -> LabelReport:
        return LabelReport(
            external_id,
            model=MODEL,
            width_px=self.settings.display_width_px,
            height_px=self.settings.display_height_px,
            battery_mv=battery_mv(self.on_time_s(external_id)),
            last_seen_at=self._last_seen_at.get(external_id),
        )

    def _tell(self, event: GatewayEvent) -> None:
        says_outcomes = self.settings.confirms_delivery or isinstance(event, LabelSeen | ButtonPressed)
        if self._hear is not None and says_outcomes:
            self._hear(event)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _check_reachable(self) -> None:
        if not self.is_reachable:
            raise GatewayUnreachable("the virtual gateway is unplugged")
