"""Hears what the access point says, over its websocket and by asking, and tells what became of each command."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from backend.labels.drivers.openepaperlink.delivery import Asked, DeliveryTracker, Outcome, Verdict, pressed_button
from backend.labels.drivers.openepaperlink.http_api import AccessPointHttp
from backend.labels.drivers.openepaperlink.records import Message, TagRecord, parse_message
from backend.labels.port import (
    AnswerMalformed,
    ButtonPressed,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayError,
    GatewayEvent,
    HearGateway,
    LabelSeen,
    TransferBegan,
)

CONNECT_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 1.0  # an access point that talks without a pause never answers a goodbye
PING_INTERVAL_S = 30.0
RECONNECT_MIN_S, RECONNECT_MAX_S = 1.0, 30.0
POLL_S = 60.0  # beside the websocket, for a message that was lost
MESSAGE_MAX_BYTES = 256 * 1024


class Listener:
    """One access point's words, taken into the tracker."""

    def __init__(self, url: str, tools: DriverTools, lost_after_s: float, picture_s: float) -> None:
        self.tracker = DeliveryTracker()
        self.is_reachable = False
        self.trouble = "not opened yet"
        self.advice = ""
        self.last_heard_at: datetime | None = None
        self._url = url
        self._tools = tools
        self._lost_after_s = lost_after_s
        self._picture_s = picture_s
        self._pictures_until: dict[str, datetime] = {}
        self._names: dict[str, str] = {}
        self._hear: HearGateway | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, api: AccessPointHttp, hear: HearGateway) -> None:
        """Read everything once, then listen. Raises GatewayError."""
        self._hear = hear
        await self.read_database(api, is_fresh_start=True)
        await self._read_advice(api)
        self.is_reachable, self.trouble = True, ""
        self._tasks = [asyncio.create_task(self._listen(api)), asyncio.create_task(self._poll(api))]

    async def close(self) -> None:
        self._hear = None
        self.is_reachable = False
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def name(self, mac: str) -> str:
        """A label's address as the caller spells it."""
        return self._names.get(mac.upper(), mac.upper())

    def call_it(self, mac: str, external_id: str) -> None:
        self._names[mac] = external_id

    def picture_sent(self, mac: str) -> None:
        """From now on its outcome is waited for, and not for ever."""
        self._wait_for_picture(mac, self._picture_s * len(self.tracker.pictures_waiting))

    def say(self, event: GatewayEvent) -> None:
        if self._hear is not None:
            self._hear(event)

    def judge(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            name, now = self.name(verdict.mac), self._tools.clock.now()
            match verdict.outcome:
                case Outcome.DELIVERED:
                    self.say(Delivered(name, now, verdict.token))
                case Outcome.DROPPED:
                    self.say(Expired(name, now, verdict.token, verdict.reason))
                case Outcome.REFUSED:
                    self.say(Failed(name, now, verdict.token, verdict.reason))

    # Asking

    async def read_database(self, api: AccessPointHttp, *, is_fresh_start: bool = False) -> bool:
        """Every page there is; whether that left labels out, for which there is no position."""
        position: int | None = 0
        are_some_left_out = False
        while position is not None:
            asked = self.tracker.ask()
            page, are_some_left_out = await api.page(position)
            for record in page.tags:
                self._record(record, asked, is_fresh_start=is_fresh_start)
            position = page.next_position
        return are_some_left_out

    async def read_record(self, api: AccessPointHttp, mac: str) -> None:
        asked = self.tracker.ask()
        for record in await api.record(mac):
            self._record(record, asked)

    async def read_backup(self, api: AccessPointHttp) -> None:
        """For labels that no position reaches. They are known from here on; what waits for them is not told by this."""
        for record in await api.backup():
            if record.mac.upper() not in self.tracker.records:
                self._record(record)

    async def _read_advice(self, api: AccessPointHttp) -> None:
        """What a supervisor should change there; an access point that does not say is used all the same."""
        with contextlib.suppress(GatewayError):
            self.advice = (await api.config()).advice

    # Hearing

    async def _listen(self, api: AccessPointHttp) -> None:
        """Keep the websocket; after every loss of it, ask what was missed."""
        url = self._url.replace("http", "ws", 1) + "/ws"
        delay_s = RECONNECT_MIN_S
        while True:
            try:
                async with connect(
                    url,
                    open_timeout=CONNECT_TIMEOUT_S,
                    close_timeout=CLOSE_TIMEOUT_S,
                    ping_interval=PING_INTERVAL_S,
                    max_size=MESSAGE_MAX_BYTES,
                    proxy=None,
                ) as websocket:
                    await self.read_database(api, is_fresh_start=True)
                    await self._read_advice(api)
                    self.is_reachable, self.trouble, delay_s = True, "", RECONNECT_MIN_S
                    async for message in websocket:
                        self._heard(message)
                self.trouble = "the access point closed the websocket"
            except (OSError, TimeoutError, WebSocketException) as error:
                self.trouble = f"{type(error).__name__}: {error}"[:200]
            except GatewayError as error:
                self.trouble = error.detail
            self.is_reachable = False
            self.tracker.lost_touch()
            await self._tools.sleep(delay_s)
            delay_s = min(delay_s * 2, RECONNECT_MAX_S)

    async def _poll(self, api: AccessPointHttp) -> None:
        while True:
            await self._tools.sleep(POLL_S)
            for mac in self.tracker.waiting_macs:
                with contextlib.suppress(GatewayError):
                    await self.read_record(api, mac)
            self._give_up_old_pictures()

    def _wait_for_picture(self, mac: str, others_s: float) -> None:
        """`others_s`: what those before it take; none from the instant at which its own transfer begins."""
        self._pictures_until[mac] = self._tools.clock.now() + timedelta(seconds=self._lost_after_s + others_s)

    def _give_up_old_pictures(self) -> None:
        now = self._tools.clock.now()
        waiting = self.tracker.pictures_waiting
        self._pictures_until = {mac: at for mac, at in self._pictures_until.items() if mac in waiting}
        for mac, until_at in self._pictures_until.items():
            if now >= until_at:
                self.judge(self.tracker.drop_picture(mac, "the access point said nothing more about the picture"))

    def _heard(self, raw: bytes | str) -> None:
        self.last_heard_at = self._tools.clock.now()
        try:
            message = parse_message(raw)
        except AnswerMalformed as error:
            self.trouble = error.detail  # one odd message is no reason to let go of the others
            return
        for record in message.tags:
            self._record(record)
        self._log_line(message)

    def _log_line(self, message: Message) -> None:
        if message.timed_out_mac is not None:
            self.judge(self.tracker.timed_out(message.timed_out_mac))
        if message.drawing_mac is not None:
            self.tracker.drawing(message.drawing_mac)
        if message.transferring_mac is not None:
            self._transferring(message.transferring_mac)
        if message.is_same_picture:
            self.judge(self.tracker.same_picture())
        if message.drawing_failed is not None:
            self.judge(self.tracker.not_drawn(message.drawing_failed))

    def _transferring(self, mac: str) -> None:
        token = self.tracker.transferring(mac)
        if token is not None:
            self._wait_for_picture(mac, 0.0)
            self.say(TransferBegan(self.name(mac), self._tools.clock.now(), token))

    def _record(self, record: TagRecord, asked: Asked | None = None, *, is_fresh_start: bool = False) -> None:
        now, before = self._tools.clock.now(), self.tracker.records.get(record.mac.upper())
        self.judge(self.tracker.record_heard(record, asked, is_fresh_start=is_fresh_start))
        if before is None or record.last_seen_s > before.last_seen_s:
            self.say(LabelSeen(self.name(record.mac), now, record.measured_battery_mv))
        button = pressed_button(before, record) if before is not None else None
        if button is not None:
            self.say(ButtonPressed(self.name(record.mac), now, button))
