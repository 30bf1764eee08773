"""Glue between an OpenEPaperLink access point and the port: HTTP out, websocket in, nothing decided here.

Traps it walks around (all from the firmware sources): 200 on /led_flash means only "queued", on an upload only "will be
drawn"; an unknown label is a 400 "parameters are missing"; the paging offset is one byte; a timed-out transfer leaves
`pending` as it was; clearing a queue does not reach the radio, which goes on announcing what it had until something
else is queued; clearing while a label fetches a picture takes everything from it; a picture it shows already is never
sent; a stop is ignored by EFR32 labels and a new flash is refused while one runs, so flashes are finite, end before the
label's next check-in, and what blinks is never stopped. Two things waiting for a label make it come back after 5 s: a
picture behind a flash follows at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from backend.labels.drivers.openepaperlink.http_api import AccessPointHttp
from backend.labels.drivers.openepaperlink.listening import Listener
from backend.labels.drivers.openepaperlink.pictures import jpeg_of, template_of
from backend.labels.drivers.openepaperlink.protocol import (
    COLOURS_IN_TURN,
    RGB332,
    RHYTHMS,
    STOP,
    canonical_mac,
    encode_pattern,
    pattern_for,
)
from backend.labels.drivers.openepaperlink.records import TagRecord, TagType
from backend.labels.drivers.openepaperlink.settings import OpenEPaperLinkSettings
from backend.labels.drivers.openepaperlink.sync_packets import led_command
from backend.labels.drivers.openepaperlink.uploads import Upload, Uploads
from backend.labels.port import (
    AnswerMalformed,
    AnswerMissing,
    Capability,
    DriverTools,
    GatewayBusy,
    GatewayError,
    GatewayHealth,
    GatewayUnreachable,
    HearGateway,
    LabelReport,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    Queued,
    StopUnsupported,
)
from shared.labels import Flash

PENDING_MAX = 100  # labels: the radio's slot numbers are signed bytes, and some stay occupied that nobody counts
PICTURES_PENDING_MAX = 40  # of these; the rest is kept free for flashes
LOST_MARGIN_S = 60.0
T = TypeVar("T")
FLASH_SHARE_OF_CHECK_IN = 0.85  # over before the label looks for the next command
DURATION_MAX_S = 120


class OpenEPaperLinkDriver:
    """One access point."""

    def __init__(self, settings: OpenEPaperLinkSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._tools = tools
        self._listener = Listener(settings.url, tools, self._lost_after_s, settings.picture_s)
        self._tracker = self._listener.tracker
        self._uploads = Uploads(self._listener, tools)
        self._tag_types: dict[int, TagType | None] = {}
        self._http: AccessPointHttp | None = None

    @property
    def _lost_after_s(self) -> float:
        return self._settings.attempts_min * 60 + LOST_MARGIN_S

    @property
    def capability(self) -> Capability:
        check_in_s = self._settings.check_in_s
        return Capability(
            latency_p50_s=check_in_s / 2,
            latency_p95_s=check_in_s * 0.95,
            silent_after_s=check_in_s * 2 + 10,
            lost_after_s=self._lost_after_s,
            duration_min_s=2,
            duration_max_s=max(2, min(int(check_in_s * FLASH_SHARE_OF_CHECK_IN), DURATION_MAX_S)),
            pending_max=PENDING_MAX - PICTURES_PENDING_MAX,
            commands_in_parallel=1,
            can_stop=False,
            can_replace=False,
            confirms_delivery=True,
            colours=frozenset(RGB332),
            colours_in_turn=COLOURS_IN_TURN,
            patterns=frozenset(RHYTHMS),
            can_take_back=True,
            can_show=True,
            picture_s=self._settings.picture_s,
        )

    async def open(self, hear: HearGateway) -> None:
        api = self._http = AccessPointHttp(self._settings.url, self._tools.make_http_client)
        try:
            await self._listener.open(api, hear)
        except GatewayError as error:
            await self.close()
            raise GatewayUnreachable(error.detail, url=self._settings.url) from error

    async def close(self) -> None:
        await self._uploads.close()
        await self._listener.close()
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        """A picture of ours that waits for the label is taken out, and sent again behind the flash."""
        mac = await self._known_mac(label_external_id)
        pending = self._tracker.labels_pending
        if mac not in pending and len(pending) >= PENDING_MAX:
            raise GatewayBusy(f"{len(pending)} labels wait already", url=self._settings.url)
        pattern = encode_pattern(pattern_for(flash, self._settings.brightness))
        picture_token = self._tracker.put_picture_aside(mac)
        try:
            if picture_token is not None:
                await self._before_sending(self._api.clear(mac))
            await self._hand_over(mac, token, pattern, follows_clear=picture_token is not None)
        finally:
            if picture_token is not None:
                self._uploads.again(self._api, mac, picture_token)
        self._listener.say(Queued(label_external_id, self._tools.clock.now(), token))

    async def stop(self, label_external_id: str, token: str) -> None:
        """Takes back a flash that waits, if nothing else does: a stop in its place reaches a label that is dark."""
        mac = await self._known_mac(label_external_id)
        if self._tracker.flash_alone(mac) is None:
            raise StopUnsupported("EFR32 labels ignore a stop; the flash runs out", label=label_external_id)
        await self._before_sending(self._api.clear(mac))
        self._listener.judge(self._tracker.take_back_flash(mac))
        await self._hand_over(mac, token, STOP, follows_clear=True)
        self._listener.say(Queued(label_external_id, self._tools.clock.now(), token))

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        mac = await self._known_mac(label_external_id)
        record = self._tracker.records[mac]
        tag_type = await self._before_sending(self._tag_type(record.hardware_type)) if record.has_reported else None
        if tag_type is None:
            raise PictureUnsupported("the access point has no description of its display", label=label_external_id)
        if (picture.width_px, picture.height_px) != (tag_type.width_px, tag_type.height_px):
            raise PictureUnsupported(
                f"the picture is {picture.width_px} x {picture.height_px}, "
                f"the display {tag_type.width_px} x {tag_type.height_px}",
                label=label_external_id,
            )
        upload = Upload(token, await asyncio.to_thread(self._encoded, picture, tag_type))
        if mac in self._tracker.pictures_waiting or len(self._tracker.pictures_waiting) >= PICTURES_PENDING_MAX:
            raise GatewayBusy(f"{len(self._tracker.pictures_waiting)} pictures wait already", url=self._settings.url)
        objection = await self._uploads.first(self._api, mac, upload)
        if objection is not None:
            raise LabelUnknown(f"the access point says: {objection}", label=label_external_id)
        self._listener.say(Queued(label_external_id, self._tools.clock.now(), token))

    async def discover(self) -> Sequence[LabelReport]:
        if await self._listener.read_database(self._api):
            await self._listener.read_backup(self._api)
        records = [self._tracker.records[mac] for mac in sorted(self._tracker.records)]
        for hardware_type in {record.hardware_type for record in records if record.has_reported}:
            await self._tag_type(hardware_type)
        return sorted((self._report(record) for record in records), key=lambda report: report.external_id)

    async def health(self) -> GatewayHealth:
        return GatewayHealth(
            is_reachable=self._listener.is_reachable,
            detail=self._listener.trouble or self._listener.advice,
            pending=len(self._tracker.labels_pending),
            labels_known=len(self._tracker.records),
            last_heard_at=self._listener.last_heard_at,
        )

    def _encoded(self, picture: Picture, tag_type: TagType) -> bytes | str:
        template = template_of(picture, tag_type.colours) if self._settings.pictures_as == "template" else None
        return template if template is not None else jpeg_of(picture)

    async def _before_sending(self, asking: Awaitable[T]) -> T:
        """Something that has to be known or done first: without its answer, nothing was sent."""
        try:
            return await asking
        except AnswerMissing as error:
            raise GatewayUnreachable(error.detail, url=self._settings.url) from error

    async def _hand_over(self, mac: str, token: str, pattern: bytes, *, follows_clear: bool) -> None:
        """Ask, and keep the tracker informed of how that went."""
        self._tracker.sending(mac, token, led_command(mac, pattern).digest, follows_clear=follows_clear)
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
            raise LabelUnknown(f"the access point says: {objection}", label=self._listener.name(mac))
        self._tracker.handed_over(mac, token)

    async def _known_mac(self, label_external_id: str) -> str:
        try:
            mac = canonical_mac(label_external_id)
        except AnswerMalformed as error:
            raise LabelUnknown(error.detail, label=label_external_id) from None
        if mac not in self._tracker.records:
            await self._before_sending(self._listener.read_record(self._api, mac))
        if mac not in self._tracker.records:
            raise LabelUnknown("the access point has never seen this label", label=label_external_id)
        self._listener.call_it(mac, label_external_id)
        return mac

    async def _tag_type(self, hardware_type: int) -> TagType | None:
        """Asked for once: it is a file of the access point that changes with its firmware only."""
        if hardware_type not in self._tag_types:
            try:
                self._tag_types[hardware_type] = await self._api.tag_type(hardware_type)
            except AnswerMalformed:
                self._tag_types[hardware_type] = None  # one odd file does not hide the other labels
        return self._tag_types[hardware_type]

    def _report(self, record: TagRecord) -> LabelReport:
        tag_type = self._tag_types.get(record.hardware_type) if record.has_reported else None
        return LabelReport(
            self._listener.name(record.mac),
            model=tag_type.name if tag_type is not None else f"kind {record.hardware_type:02X}",
            width_px=tag_type.width_px if tag_type is not None else 0,
            height_px=tag_type.height_px if tag_type is not None else 0,
            has_light=record.has_led or not record.has_reported,
            battery_mv=record.measured_battery_mv,
            signal_dbm=record.signal_dbm,
            last_seen_at=datetime.fromtimestamp(record.last_seen_s, UTC) if record.last_seen_s else None,
            firmware=f"{record.version:04X}" if record.version else "",
            accent=tag_type.accent if tag_type is not None else "",
        )

    @property
    def _api(self) -> AccessPointHttp:
        if self._http is None:
            raise GatewayUnreachable("the driver is closed", url=self._settings.url)
        return self._http
