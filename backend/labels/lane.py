"""One gateway's loop: asks its reconciler what is due, sends it through the driver, sleeps until something changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

import structlog

from backend.labels.lights import Command, DispatchPolicy, LightChange, Silence
from backend.labels.pictures.queue import PictureCommand, PictureQueue, PictureShown
from backend.labels.port import (
    AnswerMissing,
    Delivered,
    Expired,
    Failed,
    GatewayBusy,
    GatewayDriver,
    GatewayError,
    GatewayEvent,
    Picture,
    Queued,
    Sleep,
    StopUnsupported,
)
from backend.labels.reconcile import Reconciler
from shared.clock import Clock

_log = structlog.get_logger("labels")


class GatewayLane:
    """Owns a driver. The reconciler decides; this only moves commands and events."""

    def __init__(
        self,
        gateway_id: str,
        driver: GatewayDriver,
        clock: Clock,
        policy: DispatchPolicy,
        *,
        sleep: Sleep,
        on_changes: Callable[[str, Sequence[LightChange], Sequence[Silence]], None],
        on_event: Callable[[str, GatewayEvent], None],
        on_shown: Callable[[str, Sequence[PictureShown]], None],
        draw: Callable[[str, str], Awaitable[Picture | None]],
    ) -> None:
        self.gateway_id = gateway_id
        self.driver = driver
        self.reconciler = Reconciler(driver.capability, policy, name=gateway_id)
        self.pictures = PictureQueue(driver.capability, name=gateway_id)
        self._clock = clock
        self._sleep = sleep
        self._on_changes = on_changes
        self._on_event = on_event
        self._on_shown = on_shown
        self._draw = draw
        self._wake = asyncio.Event()
        self._is_open = False
        self._is_short_of_places = False  # something might have been sent, had there been another place
        self._was_reachable: bool | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._sending_pictures: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = clock.now()

    def start(self) -> None:
        self._loop_task = asyncio.create_task(self._run(), name=f"labels {self.gateway_id}")
        self._loop_task.add_done_callback(self._ended)

    async def stop(self) -> None:
        tasks = [task for task in (self._loop_task, self._alarm, *self._sending) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loop_task, self._alarm, self._is_open = None, None, False
        await self.driver.close()

    def nudge(self) -> None:
        """Wishes changed: look again, now or when something is due."""
        self._tell()
        self._changed()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _log.error("the label loop broke", gateway_id=self.gateway_id, exc_info=task.exception())

    async def _run(self) -> None:
        opening = asyncio.create_task(self._open())
        self._sending.add(opening)
        opening.add_done_callback(self._sent)  # it held a place of its own until now
        while True:
            self._wake.clear()
            now = self._clock.now()
            free = self.driver.capability.commands_in_parallel - len(self._sending) if self._is_open else 0
            commands = self.reconciler.due(now, max(0, free), self.pictures.pending)
            self._is_short_of_places = len(commands) >= free
            for command in commands:
                self._begin(self._send(command))
            for picture in self._pictures_due(now):
                self._sending_pictures.add(self._begin(self._show(picture)))
            self._tell()
            wake_at = _earlier(self.reconciler.wake_at(now), self.pictures.wake_at(now))
            if wake_at is not None:
                self._set_alarm(wake_at)
            await self._wake.wait()

    def _begin(self, sending: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(sending)
        self._sending.add(task)
        task.add_done_callback(self._sent)
        return task

    def _pictures_due(self, now: datetime) -> Sequence[PictureCommand]:
        """Half of the calls the gateway bears at one time, and only those that no light takes or waits for."""
        calls = self.driver.capability.commands_in_parallel
        free = min(max(1, calls // 2) - len(self._sending_pictures), calls - len(self._sending))
        if not self._is_open or free <= 0 or self.reconciler.is_resting(now):
            return ()
        return self.pictures.due(now, free, self.reconciler.pending, self.reconciler.is_wanted)

    async def _open(self) -> None:
        """Keep trying: a gateway that is switched off in the morning is on at nine."""
        delay_s = 1.0
        while not self._is_open:
            try:
                await self.driver.open(self._hear)
                self._is_open = True
                self._log_reachable(True)
            except GatewayError as error:
                self._log_reachable(False, error.detail)
                self.reconciler.gateway_failed(self._clock.now())
                self._wake.set()
                await self._sleep(delay_s)
                delay_s = min(delay_s * 2, 30.0)
        self.reconciler.accepted(self._clock.now())
        self._wake.set()

    async def _send(self, command: Command) -> None:
        label, token = command.label_external_id, command.token
        try:
            if command.flash is None:
                await self.driver.stop(label, token)
            else:
                await self.driver.light(label, command.flash, token)
        except AnswerMissing as error:
            # It may be queued all the same, so it stays under way until the gateway says what became of it.
            self._log_reachable(False, error.detail)
        except StopUnsupported:
            self.reconciler.not_stopped(command, self._clock.now())
        except GatewayError as error:
            now = self._clock.now()
            if error.is_retryable:
                self._log_reachable(False, error.detail)
            if isinstance(error, GatewayBusy):
                self.pictures.make_room()
                self.reconciler.gateway_busy(now, command)
            elif error.is_retryable:
                self.reconciler.gateway_failed(now, command)
            else:
                self.reconciler.refused(command, error.detail, now)
        except Exception:
            _log.exception("a driver broke", gateway_id=self.gateway_id, label=label)
            self.reconciler.refused(command, "the driver broke", self._clock.now())
        else:
            self._log_reachable(True)
            was_held_up = self.reconciler.is_held_up
            self.reconciler.accepted(self._clock.now())
            if not was_held_up:
                return  # as was expected when it was sent: there is nothing new to look for
        self._wake.set()

    async def _show(self, command: PictureCommand) -> None:
        label = command.label_external_id
        picture = await self._draw(label, command.digest)
        if picture is None:
            self.pictures.put_back(command)
            return
        try:
            await self.driver.show(label, picture, command.token)
        except AnswerMissing as error:
            self._log_reachable(False, error.detail)  # as with lights: it may be queued all the same
        except GatewayError as error:
            now = self._clock.now()
            if error.is_retryable:
                if isinstance(error, GatewayBusy):
                    self.pictures.make_room()
                self._log_reachable(False, error.detail)
                self.pictures.gateway_failed(command, now)
            else:
                self.pictures.refused(command, error.detail, now)
        except Exception:
            _log.exception("a driver broke", gateway_id=self.gateway_id, label=label)
            self.pictures.refused(command, "the driver broke", self._clock.now())
        else:
            self.pictures.accepted()
            return
        self._changed()

    def _sent(self, task: asyncio.Task[None]) -> None:
        """A place is free again. Most of the time nothing waits for one: then there is nothing to look for."""
        self._sending.discard(task)
        self._sending_pictures.discard(task)
        if self._is_short_of_places or self.pictures.is_any_ready:
            self._wake.set()

    def _hear(self, event: GatewayEvent) -> None:
        if isinstance(event, Queued):  # that says what was believed all along
            self._on_event(self.gateway_id, event)
            return
        now = self._clock.now()
        self.reconciler.heard(event, now)
        self.pictures.heard(event, now)
        if isinstance(event, Delivered | Expired | Failed):
            self.reconciler.place_freed()
        self._changed()
        self._on_event(self.gateway_id, event)
        self._tell()

    def _tell(self) -> None:
        changes, silences = self.reconciler.take_changes(), self.reconciler.take_silences()
        if changes or silences:
            self._on_changes(self.gateway_id, changes, silences)
        if shown := self.pictures.take_shown():
            self._on_shown(self.gateway_id, shown)

    def _log_reachable(self, is_reachable: bool, detail: str = "") -> None:
        """Say it once, when it changes."""
        if is_reachable != self._was_reachable:
            self._was_reachable = is_reachable
            _log.info(
                "gateway reachable" if is_reachable else "gateway lost", gateway_id=self.gateway_id, detail=detail
            )

    def _changed(self) -> None:
        """Something is another thing now: most of the time nothing is due for that yet, and an alarm is enough."""
        if self._wake.is_set():
            return  # it looks at everything in a moment
        now = self._clock.now()
        look_at = _earlier(self.reconciler.look_at(now), self.pictures.look_at(now))
        if look_at is not None and look_at <= now:
            self._wake.set()
        elif look_at is not None:
            self._set_alarm(look_at)

    def _set_alarm(self, until_at: datetime) -> None:
        """Look then at the latest. An alarm that is set stays set: to set one anew costs more than to ring in vain."""
        if self._alarm is not None:
            if self._alarm_at <= until_at:
                return
            self._alarm.cancel()
        delay_s = max(0.0, (until_at - self._clock.now()).total_seconds())
        self._alarm, self._alarm_at = asyncio.create_task(self._ring(delay_s)), until_at

    async def _ring(self, delay_s: float) -> None:
        await self._sleep(delay_s)
        self._alarm = None
        self._changed()


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
