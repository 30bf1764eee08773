"""Glue between the serial shell of a Bluetooth access point and the port; `deliveries.py` decides.

Latency: a group hears one packet in each interval (1.76 s in Nordic's firmware), so a command that finds its group free
waits for half of one on average, and up to three LED commands go out together. One that finds it busy waits for the
interval after; p95 counts on one in ten that does. These figures come from the firmware's own settings; no real radio
was measured.

Traps it walks around (from the firmware's sources): see `shell.py`; several answers to one packet may run into each
other and only the last be printed, so what is not answered goes out again; a label that gets no command for an hour
stops listening, so everyone is pinged every half hour; the shell goes on talking through a restart, which only shows in
its greeting and in its clock.

The port has no place for the instant at which a flash shall begin, so the timed LED command, which could wait in the
label for the picker's arrival, is encoded and tried in `protocol.py` and not sent.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from backend.labels.drivers.ble_esl.absolute_time import TimeReading
from backend.labels.drivers.ble_esl.deliveries import Deliveries, Errand, Outcome, Packet, Verdict
from backend.labels.drivers.ble_esl.line import ANSWER_TIMEOUT_S, ShellLine, open_line
from backend.labels.drivers.ble_esl.roster import Roster
from backend.labels.drivers.ble_esl.settings import BleEslLabel, BleEslSettings
from backend.labels.drivers.ble_esl.shell import (
    READ_TIME,
    WHO,
    AbsoluteTime,
    Answer,
    Booted,
    Pushed,
    PushRefused,
    Role,
    Said,
    clear_answers,
    push_packet,
)
from backend.labels.port import (
    AnswerMissing,
    Capability,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayBusy,
    GatewayError,
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
)
from shared.labels import Flash

HEARTBEAT_S = 30.0
FIRST_PING_S = 60.0  # what should blink at a start goes first
RECONNECT_MIN_S, RECONNECT_MAX_S = 1.0, 30.0
LINE_S = 0.2  # writing a packet and reading its answers at 115,200 baud, with room to spare
PENDING_MAX = 384  # three for each of 128 groups: what the air carries in one interval
NAMES_SHOWN = 5


class BleEslDriver:
    """One access point."""

    def __init__(self, settings: BleEslSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._tools = tools
        self._deliveries = Deliveries(settings.interval_s, settings.response_slots)
        self._roster = Roster(settings.labels, settings.keep_alive_s)
        self._line: ShellLine | None = None
        self._is_known = False
        self._hear: HearGateway | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._handovers: dict[str, asyncio.Future[None]] = {}
        self._time: TimeReading | None = None
        self._trouble = "not opened yet"
        self._damaged_lines = 0
        self._last_heard_at: datetime | None = None

    @property
    def capability(self) -> Capability:
        interval_s = self._settings.interval_s
        return Capability(
            latency_p50_s=interval_s / 2 + LINE_S,
            latency_p95_s=interval_s * 1.5 + LINE_S,
            silent_after_s=min(interval_s * 3 + 2, self._settings.gives_up_after_s),
            lost_after_s=self._settings.gives_up_after_s + interval_s * 2 + ANSWER_TIMEOUT_S,
            duration_min_s=1,
            duration_max_s=600,
            pending_max=PENDING_MAX,
            commands_in_parallel=16,
            can_stop=True,
            can_replace=True,
            confirms_delivery=True,
            can_show=False,
            can_discover=False,
        )

    @property
    def line(self) -> ShellLine | None:
        """The line, for a test bed that has to know when everything said was heard."""
        return self._line

    async def open(self, hear: HearGateway) -> None:
        self._hear = hear
        try:
            await self._connect()
        except GatewayError as error:
            await self.close()
            self._trouble = error.detail
            raise GatewayUnreachable(error.detail, line=self._settings.line) from error
        self._roster.start(self._now_s + FIRST_PING_S)
        self._tasks = [asyncio.create_task(self._keep_line()), asyncio.create_task(self._send_packets())]

    async def close(self) -> None:
        self._hear = None
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._hand_over(self._handovers, GatewayUnreachable("the driver is closed"))
        await self._drop_line()

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        await self._take(label_external_id, flash, token)

    async def stop(self, label_external_id: str, token: str) -> None:
        await self._take(label_external_id, None, token)

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        raise PictureUnsupported(
            "a picture needs a connection to the label, which the access point's shell does not offer",
            label=label_external_id,
        )

    async def discover(self) -> Sequence[LabelReport]:
        """The labels of the settings, with what they have told since the start."""
        return [
            LabelReport(
                name,
                model=label.model,
                has_light=label.has_light,
                last_seen_at=self._roster.records[name].last_heard_at,
            )
            for name, label in sorted(self._settings.labels.items())
        ]

    async def health(self) -> GatewayHealth:
        line = self._open_line
        return GatewayHealth(
            is_reachable=line is not None,
            detail="; ".join(self._remarks(line)),
            pending=self._deliveries.pending,
            labels_known=len(self._settings.labels),
            last_heard_at=self._last_heard_at,
        )

    # What is asked of it

    async def _take(self, label_external_id: str, flash: Flash | None, token: str) -> None:
        label = self._settings.labels.get(label_external_id)
        if label is None or not label.has_light:
            why = "has no light" if label is not None else "is not among the labels of this gateway's settings"
            raise LabelUnknown(f"{label_external_id[:40]} {why}", label=label_external_id)
        if self._open_line is None:
            raise GatewayUnreachable(self._trouble, line=self._settings.line)
        if self._deliveries.pending >= PENDING_MAX:
            raise GatewayBusy(f"{PENDING_MAX} commands wait already", line=self._settings.line)
        now_s = self._now_s
        is_at_once = self._deliveries.goes_at_once(label.group, now_s)
        errand = self._errand(label_external_id, label, flash, token, now_s)
        self._tell(self._deliveries.add(errand))
        self._wake.set()
        if is_at_once:
            await self._until_handed_over(errand, token)

    def _errand(self, name: str, label: BleEslLabel, flash: Flash | None, token: str | None, now_s: float) -> Errand:
        gives_up_s = now_s + self._settings.gives_up_after_s
        return Errand(name, label.address, token, flash, label.led, self._settings.brightness, gives_up_s)

    async def _until_handed_over(self, errand: Errand, token: str) -> None:
        """A group that is free takes the command now: wait for the access point's word, and raise if it is none."""
        handover: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._handovers[token] = handover
        try:
            await handover
        except GatewayUnreachable:
            self._deliveries.forget(errand)
            raise
        finally:
            self._handovers.pop(token, None)

    # Packets out

    async def _send_packets(self) -> None:
        """One packet after another, the most urgent first; between them, wait for what time or somebody brings."""
        while True:
            self._wake.clear()
            now_s = self._now_s
            self._tell(self._deliveries.settle(now_s))
            line = self._open_line
            if line is None:
                await self._first_of(self._wake, self._deliveries.next_instant_s(now_s) - now_s)
                continue
            self._ping_the_quiet(now_s)
            packet = self._deliveries.next_packet(now_s)
            if packet is not None:
                await self._send(packet, line)
                continue
            next_s = min(self._deliveries.next_instant_s(now_s), self._roster.next_look_s())
            await self._first_of(self._wake, next_s - now_s)

    async def _send(self, packet: Packet, line: ShellLine) -> None:
        labels = self._settings.labels
        self._hand_over(self._deliveries.waiting_tokens(packet.group))  # no room for these: they are queued here
        command = push_packet(packet.group, packet.commands, [labels[each.label].key for each in packet.errands])
        tokens = [each.token for each in packet.errands if each.token is not None]

        def is_answer(said: Said) -> bool:
            return isinstance(said, Pushed | PushRefused) and said.group == packet.group

        try:
            said = await line.ask(command, is_answer, first=clear_answers(packet.group))
        except GatewayUnreachable as error:
            self._tell(self._deliveries.not_taken(packet, self._now_s))
            self._hand_over(tokens, error)
            return
        except AnswerMissing as error:
            self._deliveries.handed_over(packet, self._now_s)
            self._hand_over(tokens, error)
            self._trouble = error.detail
            return
        if isinstance(said, PushRefused):
            self._tell(self._deliveries.not_taken(packet, self._now_s))
        else:
            self._handed_over(packet)
        self._hand_over(tokens)

    def _handed_over(self, packet: Packet) -> None:
        self._deliveries.handed_over(packet, self._now_s)
        for errand in packet.errands:
            self._roster.sent(errand.label, self._now_s)
            if errand.token is not None and errand.tries == 1:
                self._say(Queued(errand.label, self._tools.clock.now(), errand.token))

    def _ping_the_quiet(self, now_s: float) -> None:
        for name in self._roster.needs_ping(now_s):
            label = self._settings.labels[name]
            self._deliveries.add(Errand(name, label.address))

    def _hand_over(self, tokens: Iterable[str], error: GatewayError | None = None) -> None:
        for token in [*tokens]:
            handover = self._handovers.pop(token, None)
            if handover is None or handover.done():
                continue
            if error is None:
                handover.set_result(None)
            else:
                handover.set_exception(error)

    # What the access point says

    def _said(self, said: Said) -> None:
        self._last_heard_at = self._tools.clock.now()
        match said:
            case Answer(group=group, slot=slot, responses=responses):
                self._tell(self._deliveries.answered(group, slot, responses, self._now_s))
            case Booted():
                self._time = None
                self._tell(self._deliveries.start_anew())
            case _:
                return
        self._wake.set()

    def _tell(self, verdicts: Iterable[Verdict]) -> None:
        now = self._tools.clock.now()
        for verdict in verdicts:
            label, token = verdict.errand.label, verdict.errand.token
            if verdict.outcome is not Outcome.DROPPED:
                self._roster.heard(label, now, verdict.state.bits if verdict.state is not None else None)
                self._say(LabelSeen(label, now))
            if token is None:
                continue
            self._hand_over([token])
            match verdict.outcome:
                case Outcome.DELIVERED:
                    self._say(Delivered(label, now, token))
                case Outcome.REFUSED:
                    self._say(Failed(label, now, token, verdict.reason))
                case Outcome.DROPPED:
                    self._say(Expired(label, now, token, verdict.reason))

    def _say(self, event: GatewayEvent) -> None:
        if self._hear is not None:
            self._hear(event)

    def _remarks(self, line: ShellLine | None) -> Iterable[str]:
        if self._trouble:
            yield self._trouble
        damaged = self._damaged_lines + (line.damaged_lines if line is not None else 0)
        if damaged:
            yield f"{damaged} damaged lines passed over"
        needing = self._roster.needing_service()
        if needing:
            more = f" and {len(needing) - NAMES_SHOWN} more" if len(needing) > NAMES_SHOWN else ""
            yield f"in need of service: {', '.join(needing[:NAMES_SHOWN])}{more}"

    # The line

    async def _keep_line(self) -> None:
        """Look after the line; open it again after every loss of it."""
        delay_s = RECONNECT_MIN_S
        while True:
            try:
                if self._open_line is None:
                    await self._connect()
                    self._wake.set()
                delay_s = RECONNECT_MIN_S
                await self._watch_line()
            except GatewayError as error:
                self._trouble = error.detail
            await self._drop_line()
            await self._tools.sleep(delay_s)
            delay_s = min(delay_s * 2, RECONNECT_MAX_S)

    async def _connect(self) -> None:
        settings = self._settings
        self._line = await open_line(settings.line, settings.baud, self._said, self._tools.sleep)
        role = await self._line.ask(WHO, lambda said: isinstance(said, Role), first=" ")
        if role != Role("AP"):
            raise GatewayUnreachable(f"at the other end is no access point but {role}", line=settings.line)
        self._tell(self._deliveries.start_anew())
        await self._read_time(self._line)
        self._is_known, self._trouble = True, ""

    async def _watch_line(self) -> None:
        """Ask for the time now and then, until the line is lost. Raises GatewayError then."""
        line = self._line
        while line is not None:
            await self._first_of(line.lost, HEARTBEAT_S)
            await self._read_time(line)
            self._trouble = ""

    async def _read_time(self, line: ShellLine) -> None:
        said = await line.ask(READ_TIME, lambda said: isinstance(said, AbsoluteTime))
        if isinstance(said, AbsoluteTime):
            reading = TimeReading(said.milliseconds, self._now_s)
            if self._time is not None and self._time.has_restarted(reading):
                self._said(Booted())
            self._time = reading

    async def _drop_line(self) -> None:
        line, self._line, self._is_known = self._line, None, False
        if line is not None:
            self._damaged_lines += line.damaged_lines
            self._hand_over(self._handovers, GatewayUnreachable(f"the line was lost: {line.why_lost}"))
            await line.close()

    @property
    def _open_line(self) -> ShellLine | None:
        """The line, if an access point is known to be at the other end."""
        return self._line if self._line is not None and self._is_known and not self._line.lost.is_set() else None

    # Time

    @property
    def _now_s(self) -> float:
        return self._tools.clock.monotonic_s()

    async def _first_of(self, event: asyncio.Event, seconds: float) -> None:
        """Until it happens or the time is over."""
        waiters: list[asyncio.Future[Any]] = [asyncio.create_task(event.wait())]
        if seconds < math.inf:
            waiters.append(asyncio.ensure_future(self._tools.sleep(max(0.0, seconds))))
        try:
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()
            await asyncio.gather(*waiters, return_exceptions=True)
