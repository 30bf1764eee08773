"""Glue between an OpenEPaperLink access point and the port: HTTP out, websocket in, nothing decided here.

Traps it walks around (all from the firmware sources): 200 on /led_flash means only "queued"; an unknown label is a 400
"parameters are missing"; the paging offset is one byte; a timed-out transfer leaves `pending` as it was; a stop is
ignored by EFR32 labels and a new flash is refused while one runs, so flashes are finite, end before the label's next
check-in, and nothing is ever stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from backend.labels.drivers.openepaperlink.delivery import DeliveryTracker, Outcome, Verdict, pressed_button
from backend.labels.drivers.openepaperlink.http_api import AccessPointHttp
from backend.labels.drivers.openepaperlink.protocol import (
    TagRecord,
    canonical_mac,
    encode_pattern,
    parse_message,
    pattern_for,
)
from backend.labels.port import (
    AnswerMalformed,
    AnswerMissing,
    ButtonPressed,
    Capability,
    Delivered,
    DriverTools,
    Expired,
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
    StopUnsupported,
)
from shared.labels import Flash

CONNECT_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 1.0  # an access point that talks without a pause never answers a goodbye
PING_INTERVAL_S = 30.0
RECONNECT_MIN_S, RECONNECT_MAX_S = 1.0, 30.0
POLL_S = 60.0  # beside the websocket, for a message that was lost
MESSAGE_MAX_BYTES = 256 * 1024
PENDING_MAX = 100  # the radio's slot numbers are signed bytes
LOST_MARGIN_S = 60.0
FLASH_SHARE_OF_CHECK_IN = 0.85  # over before the label looks for the next command
DURATION_MAX_S = 120


class OpenEPaperLinkSettings(BaseModel):
    """One access point. It knows no passwords: keep it in a network that only the backend reaches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern=r"^http://[^/\s]+$", description="http://address[:port] of the access point")
    check_in_s: float = Field(default=40.0, ge=4, le=600, description="how often its labels wake up")
    brightness: int = Field(default=8, ge=1, le=15, description="on-time of each flash: about 0.7 to 1 ms a step")
    attempts_min: int = Field(default=20, ge=1, le=60, description="minutes the access point keeps trying a label")


class OpenEPaperLinkDriver:
    """One access point."""

    def __init__(self, settings: OpenEPaperLinkSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._tools = tools
        self._tracker = DeliveryTracker()
        self._http: AccessPointHttp | None = None
        self._names: dict[str, str] = {}
        self._hear: HearGateway | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._is_reachable = False
        self._trouble = "not opened yet"
        self._last_heard_at: datetime | None = None

    @property
    def capability(self) -> Capability:
        check_in_s = self._settings.check_in_s
        return Capability(
            latency_p50_s=check_in_s / 2,
            latency_p95_s=check_in_s * 0.95,
            silent_after_s=check_in_s * 2 + 10,
            lost_after_s=self._settings.attempts_min * 60 + LOST_MARGIN_S,
            duration_min_s=2,
            duration_max_s=max(2, min(int(check_in_s * FLASH_SHARE_OF_CHECK_IN), DURATION_MAX_S)),
            pending_max=PENDING_MAX,
            commands_in_parallel=1,
            can_stop=False,
            can_replace=False,
            confirms_delivery=True,
        )

    async def open(self, hear: HearGateway) -> None:
        self._hear = hear
        self._http = AccessPointHttp(self._settings.url, self._tools.make_http_client)
        try:
            await self._read_database()
        except GatewayError as error:
            await self.close()
            raise GatewayUnreachable(error.detail, url=self._settings.url) from error
        self._is_reachable, self._trouble = True, ""
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._poll())]

    async def close(self) -> None:
        self._hear = None
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None
        self._is_reachable = False

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        mac = await self._known_mac(label_external_id)
        pattern = encode_pattern(pattern_for(flash, self._settings.brightness))
        self._tracker.sending(mac, token)
        try:
            objection = await self._api.led_flash(mac, pattern)
        except AnswerMissing:
            self._tracker.handed_over(mac, token)
            raise
        except GatewayError:
            self._tracker.not_sent(mac, token)
            raise
        if objection is not None:
            self._tracker.not_sent(mac, token)
            raise LabelUnknown(f"the access point says: {objection}", label=label_external_id)
        self._tracker.handed_over(mac, token)
        self._say(Queued(label_external_id, self._tools.clock.now(), token))

    async def stop(self, label_external_id: str, token: str) -> None:
        raise StopUnsupported("EFR32 labels ignore a stop; the flash runs out", label=label_external_id)

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        raise PictureUnsupported("pictures are not sent to these labels yet", label=label_external_id)

    async def discover(self) -> Sequence[LabelReport]:
        await self._read_database()
        return [self._report(self._tracker.records[mac]) for mac in sorted(self._tracker.records)]

    async def health(self) -> GatewayHealth:
        return GatewayHealth(
            is_reachable=self._is_reachable,
            detail=self._trouble,
            pending=sum(record.pending > 0 for record in self._tracker.records.values()),
            labels_known=len(self._tracker.records),
            last_heard_at=self._last_heard_at,
        )

    # What the access point says

    async def _listen(self) -> None:
        """Keep the websocket; after every loss of it, ask what was missed."""
        url = self._settings.url.replace("http", "ws", 1) + "/ws"
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
                    await self._read_database()
                    self._is_reachable, self._trouble, delay_s = True, "", RECONNECT_MIN_S
                    async for message in websocket:
                        self._message(message)
                self._trouble = "the access point closed the websocket"
            except (OSError, TimeoutError, WebSocketException) as error:
                self._trouble = f"{type(error).__name__}: {error}"[:200]
            except GatewayError as error:
                self._trouble = error.detail
            self._is_reachable = False
            await self._tools.sleep(delay_s)
            delay_s = min(delay_s * 2, RECONNECT_MAX_S)

    async def _poll(self) -> None:
        while True:
            await self._tools.sleep(POLL_S)
            for mac in self._tracker.waiting_macs:
                with contextlib.suppress(GatewayError):
                    await self._read_record(mac)

    def _message(self, raw: bytes | str) -> None:
        self._last_heard_at = self._tools.clock.now()
        try:
            message = parse_message(raw)
        except AnswerMalformed as error:
            self._trouble = error.detail  # one odd message is no reason to let go of the others
            return
        for record in message.tags:
            self._record(record)
        if message.timed_out_mac is not None:
            self._verdict(self._tracker.timed_out(message.timed_out_mac))

    def _record(
        self, record: TagRecord, must_know: frozenset[str] | None = None, *, is_fresh_start: bool = False
    ) -> None:
        now, before = self._tools.clock.now(), self._tracker.records.get(record.mac.upper())
        self._verdict(self._tracker.record_heard(record, must_know, is_fresh_start=is_fresh_start))
        if before is None or record.last_seen_s > before.last_seen_s:
            self._say(LabelSeen(self._name(record.mac), now, record.battery_mv))
        button = pressed_button(before, record) if before is not None else None
        if button is not None:
            self._say(ButtonPressed(self._name(record.mac), now, button))

    def _verdict(self, verdict: Verdict | None) -> None:
        if verdict is None:
            return
        now = self._tools.clock.now()
        if verdict.outcome is Outcome.DELIVERED:
            self._say(Delivered(self._name(verdict.mac), now, verdict.token))
        else:
            self._say(Expired(self._name(verdict.mac), now, verdict.token, verdict.reason))

    def _name(self, mac: str) -> str:
        """A label's address as the caller spells it."""
        return self._names.get(mac.upper(), mac.upper())

    def _report(self, record: TagRecord) -> LabelReport:
        return LabelReport(
            self._name(record.mac),
            model=f"{record.hardware_type:02X}",
            has_light=record.has_led,
            battery_mv=record.battery_mv,
            signal_dbm=record.signal_dbm,
            last_seen_at=datetime.fromtimestamp(record.last_seen_s, UTC) if record.last_seen_s else None,
            firmware=f"{record.version:02X}" if record.version else "",
        )

    def _say(self, event: GatewayEvent) -> None:
        if self._hear is not None:
            self._hear(event)

    # What is asked of it

    async def _read_database(self) -> None:
        position: int | None = 0
        while position is not None:
            must_know = self._tracker.handed_over_tokens
            page = await self._api.page(position)
            for record in page.tags:
                self._record(record, must_know, is_fresh_start=True)
            position = page.next_position

    async def _read_record(self, mac: str) -> None:
        must_know = self._tracker.handed_over_tokens
        for record in await self._api.record(mac):
            self._record(record, must_know)

    async def _known_mac(self, label_external_id: str) -> str:
        try:
            mac = canonical_mac(label_external_id)
        except AnswerMalformed as error:
            raise LabelUnknown(error.detail, label=label_external_id) from None
        if mac not in self._tracker.records:
            await self._read_record(mac)
        if mac not in self._tracker.records:
            raise LabelUnknown("the access point has never seen this label", label=label_external_id)
        self._names[mac] = label_external_id
        return mac

    @property
    def _api(self) -> AccessPointHttp:
        if self._http is None:
            raise GatewayUnreachable("the driver is closed", url=self._settings.url)
        return self._http
