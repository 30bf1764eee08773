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
from collections.abc import Iterable, Sequence

from backend.labels.drivers.ble_esl.deliveries import Deliveries, Packet
from backend.labels.drivers.ble_esl.errands import Errand, Outcome, Verdict
from backend.labels.drivers.ble_esl.handovers import Handovers
from backend.labels.drivers.ble_esl.led import GAMUTS
from backend.labels.drivers.ble_esl.line import ANSWER_TIMEOUT_S, ShellLine
from backend.labels.drivers.ble_esl.link import AccessPointLink, first_of
from backend.labels.drivers.ble_esl.roster import Roster
from backend.labels.drivers.ble_esl.settings import BleEslLabel, BleEslSettings
from backend.labels.drivers.ble_esl.shell import (
    Answer,
    Booted,
    Pushed,
    PushRefused,
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

FIRST_PING_S = 60.0  # what should blink at a start goes first
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
        self._link = AccessPointLink(
            settings.line, settings.baud, tools, on_said=self._said, on_up=self._start_anew, on_down=self._line_is_down
        )
        self._hear: HearGateway | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._handovers = Handovers()

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
            colours=frozenset(GAMUTS),
            can_show=False,
            can_discover=False,
        )

    @property
    def line(self) -> ShellLine | None:
        """The line, for a test bed that has to know when everything said was heard."""
        return self._link.line

    async def open(self, hear: HearGateway) -> None:
        self._hear = hear
        try:
            await self._link.connect()
        except GatewayError as error:
            await self.close()
            self._link.trouble = error.detail
            raise GatewayUnreachable(error.detail, line=self._settings.line) from error
        self._roster.start(self._now_s + FIRST_PING_S)
        self._tasks = [asyncio.create_task(self._link.keep()), asyncio.create_task(self._send_packets())]

    async def close(self) -> None:
        self._hear = None
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._handovers.settle_all(GatewayUnreachable("the driver is closed"))
        await self._link.drop()

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
        return GatewayHealth(
            is_reachable=self._link.open_line is not None,
            detail="; ".join(self._remarks()),
            pending=self._deliveries.pending,
            labels_known=len(self._settings.labels),
            last_heard_at=self._link.last_heard_at,
        )

    # What is asked of it

    async def _take(self, label_external_id: str, flash: Flash | None, token: str) -> None:
        label = self._settings.labels.get(label_external_id)
        if label is None or not label.has_light:
            why = "has no light" if label is not None else "is not among the labels of this gateway's settings"
            raise LabelUnknown(f"{label_external_id[:40]} {why}", label=label_external_id)
        if self._link.open_line is None:
            raise GatewayUnreachable(self._link.trouble, line=self._settings.line)
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
        try:
            await self._handovers.wait(token)
        except GatewayUnreachable:
            self._deliveries.forget(errand)
            raise

    # Packets out

    async def _send_packets(self) -> None:
        """One packet after another, the most urgent first; between them, wait for what time or somebody brings."""
        while True:
            self._wake.clear()
            now_s = self._now_s
            self._tell(self._deliveries.settle(now_s))
            line = self._link.open_line
            if line is None:
                await first_of(self._wake, self._deliveries.next_instant_s(now_s) - now_s, self._tools.sleep)
                continue
            self._ping_the_quiet(now_s)
            packet = self._deliveries.next_packet(now_s)
            if packet is not None:
                await self._send(packet, line)
                continue
            next_s = min(self._deliveries.next_instant_s(now_s), self._roster.next_look_s())
            await first_of(self._wake, next_s - now_s, self._tools.sleep)

    async def _send(self, packet: Packet, line: ShellLine) -> None:
        labels = self._settings.labels
        self._handovers.settle(self._deliveries.waiting_tokens(packet.group))  # no room for these: they are queued here
        command = push_packet(packet.group, packet.commands, [labels[each.label].key for each in packet.errands])
        tokens = [each.token for each in packet.errands if each.token is not None]

        def is_answer(said: Said) -> bool:
            return isinstance(said, Pushed | PushRefused) and said.group == packet.group

        try:
            said = await line.ask(command, is_answer, first=clear_answers(packet.group))
        except GatewayUnreachable as error:
            self._tell(self._deliveries.not_taken(packet, self._now_s))
            self._handovers.settle(tokens, error)
            return
        except AnswerMissing as error:
            self._deliveries.handed_over(packet, self._now_s)
            self._handovers.settle(tokens, error)
            self._link.trouble = error.detail
            return
        if isinstance(said, PushRefused):
            self._tell(self._deliveries.not_taken(packet, self._now_s))
        else:
            self._handed_over(packet)
        self._handovers.settle(tokens)

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

    # What the access point says

    def _said(self, said: Said) -> None:
        match said:
            case Answer(group=group, slot=slot, responses=responses):
                self._tell(self._deliveries.answered(group, slot, responses, self._now_s))
                self._wake.set()
            case Booted():
                self._start_anew()

    def _start_anew(self) -> None:
        """The line is open again, or the access point has started anew."""
        self._tell(self._deliveries.start_anew())
        self._wake.set()

    def _line_is_down(self, error: GatewayUnreachable) -> None:
        self._handovers.settle_all(error)

    def _tell(self, verdicts: Iterable[Verdict]) -> None:
        now = self._tools.clock.now()
        for verdict in verdicts:
            label, token = verdict.errand.label, verdict.errand.token
            if verdict.outcome is not Outcome.DROPPED:
                self._roster.heard(label, now, verdict.state.bits if verdict.state is not None else None)
                self._say(LabelSeen(label, now))
            if token is None:
                continue
            self._handovers.settle([token])
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

    def _remarks(self) -> Iterable[str]:
        if self._link.trouble:
            yield self._link.trouble
        if self._link.damaged_lines:
            yield f"{self._link.damaged_lines} damaged lines passed over"
        if self._link.restarted_at is not None:
            yield f"started anew at {self._link.restarted_at:%Y-%m-%d %H:%M} UTC"
        needing = self._roster.needing_service()
        if needing:
            more = f" and {len(needing) - NAMES_SHOWN} more" if len(needing) > NAMES_SHOWN else ""
            yield f"in need of service: {', '.join(needing[:NAMES_SHOWN])}{more}"

    @property
    def _now_s(self) -> float:
        return self._tools.clock.monotonic_s()
