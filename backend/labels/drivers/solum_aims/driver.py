"""Glue between SoluM's AIMS and the port: LED calls in batches, outcomes from the status list.

Traps it walks around: durations come from a fixed list, so a flash is as long as the list allows and never longer than
asked; one label AIMS does not like refuses a whole batch, so a refused batch is sent again one by one; the token
expires, or is revoked before it does; calls are counted, so pictures, two calls each, let lights go first, and what
became of them is read from the newest lines of the label list, one call for all; a label those lines do not name is
asked after alone; 200 means that AIMS has the command, not that the label has; a status line stays after its command,
so what it said before is read first. Not verified on a live AIMS: how fast labels answer, whether
`0s` puts an LED out, and what the status list calls its states.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from backend.labels.batching import Asked
from backend.labels.calling import sleep_or_wake
from backend.labels.drivers.solum_aims.delivery import DeliveryTracker, Verdict
from backend.labels.drivers.solum_aims.http_api import AimsHttp
from backend.labels.drivers.solum_aims.protocol import DURATION_MAX_S, DURATION_MIN_S, Blink
from backend.labels.drivers.solum_aims.settings import AimsSettings
from backend.labels.polled_server import PolledServer
from backend.labels.port import (
    AnswerMissing,
    Capability,
    CommandRefused,
    Delivered,
    DriverTools,
    Expired,
    GatewayError,
    GatewayHealth,
    LabelReport,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    Queued,
    StopUnsupported,
)
from shared.labels import Flash, LightColour

POLL_S = 2.0
LOOK_WHEN_IDLE_S = 60.0
COMMANDS_IN_PARALLEL = 32
PENDING_MAX = 500
CALLS_PER_PICTURE = 2
OVERDUE_PER_LOOK = 3


@dataclass(frozen=True, slots=True)
class _Command:
    """One label's light, on its way into a batch."""

    blink: Blink
    token: str


class AimsDriver(PolledServer[AimsHttp, _Command]):
    """One store's AIMS."""

    def __init__(self, settings: AimsSettings, tools: DriverTools) -> None:
        super().__init__(tools, settings.batch_max)
        self._settings = settings
        self._leds, self._pictures = DeliveryTracker(), DeliveryTracker()
        self._displays: dict[str, tuple[int, int]] = {}
        self._turned: dict[str, float] = {}
        self._labels_known = 0

    @property
    def capability(self) -> Capability:
        given = self._settings
        return Capability(
            latency_p50_s=given.latency_p95_s / 2,
            latency_p95_s=given.latency_p95_s,
            silent_after_s=min(given.latency_p95_s * 2, given.lost_after_s),
            lost_after_s=given.lost_after_s + POLL_S * 2,
            duration_min_s=DURATION_MIN_S,
            duration_max_s=DURATION_MAX_S,
            pending_max=PENDING_MAX,
            commands_in_parallel=COMMANDS_IN_PARALLEL,
            can_stop=given.can_stop,
            can_replace=True,
            confirms_delivery=given.confirms,
            colours=frozenset(LightColour),
            patterns=frozenset(given.patterns),
            can_show=given.picture_page is not None,
            picture_s=CALLS_PER_PICTURE / given.calls_per_s,
        )

    def _connect(self) -> AimsHttp:
        return AimsHttp(self._settings, self._tools)

    async def _begin(self, api: AimsHttp) -> None:
        await api.check()
        if self._settings.confirms:
            self._leds.read_before(await api.led_statuses())

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        pattern_id = self._settings.patterns.get(flash.pattern, 0)
        blink = Blink(label_external_id, flash.colour, flash.duration_s, pattern_id)
        await self._batcher.ask(_Command(blink, token))

    async def stop(self, label_external_id: str, token: str) -> None:
        if not self._settings.can_stop:
            raise StopUnsupported("this AIMS does not put LEDs out; the flash runs out", label=label_external_id)
        await self._batcher.ask(_Command(Blink(label_external_id, LightColour.BLUE, 0), token))

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        page = self._settings.picture_page
        if page is None:
            raise PictureUnsupported("the settings name no page for pictures", label=label_external_id)
        api = self._api
        try:
            width_px, height_px = await self._display(label_external_id, api)
            if (width_px, height_px) != (picture.width_px, picture.height_px):
                self._displays.pop(label_external_id)
                has, is_of = f"{width_px} x {height_px}", f"{picture.width_px} x {picture.height_px}"
                raise PictureUnsupported(f"the picture is {is_of}, the display {has}", label=label_external_id)
            self._pictures.read_before(await api.label_statuses(label_external_id))
            self._sending(self._pictures, label_external_id, token)
            await api.push_image(label_external_id, page, base64.b64encode(picture.png).decode())
        except AnswerMissing:
            self._wake.set()
            raise
        except GatewayError as error:
            self._pictures.not_sent(label_external_id, token)
            if isinstance(error, CommandRefused):
                raise LabelUnknown(error.detail, label=label_external_id) from None
            raise
        self._taken(label_external_id, token)

    async def _display(self, label: str, api: AimsHttp) -> tuple[int, int]:
        """Width and height; asked for once, for a display does not change."""
        if label not in self._displays:
            kind = await api.kind(label)
            self._displays[label] = (kind.width_px, kind.height_px)
        return self._displays[label]

    async def discover(self) -> Sequence[LabelReport]:
        labels = await self._api.labels()
        self._displays |= {each.label: (each.width, each.height) for each in labels if each.width and each.height}
        self._labels_known = len(labels)
        return [each.report() for each in labels]

    async def health(self) -> GatewayHealth:
        pending = len(self._leds.under_way) + len(self._pictures.under_way)
        return self._health(pending=pending, labels_known=self._labels_known)

    # Sending

    async def _send_batch(self, batch: Sequence[Asked[_Command]]) -> None:
        if self._settings.confirms:
            try:
                self._leds.read_before(await self._api.led_statuses())
            except GatewayError as error:
                self._trouble = error.detail
                raise
        await self._hand_over(batch)

    async def _hand_over(self, batch: Sequence[Asked[_Command]]) -> None:
        if self._settings.confirms:
            for each in batch:
                self._sending(self._leds, each.what.blink.label, each.what.token)
        try:
            await self._api.blink([each.what.blink for each in batch])
        except AnswerMissing as error:
            self._trouble = error.detail
            self._wake.set()
            raise
        except CommandRefused as error:
            self._not_sent(batch)
            if len(batch) == 1:
                raise LabelUnknown(error.detail, label=batch[0].what.blink.label) from None
            for each in batch:
                await self._hand_over_alone(each)
        except GatewayError as error:
            self._trouble = error.detail
            self._not_sent(batch)
            raise
        else:
            self._all_is_well()
            for each in batch:
                self._taken(each.what.blink.label, each.what.token)
                each.done()
            await self._turn_pages([each.what.blink for each in batch])

    async def _hand_over_alone(self, asked: Asked[_Command]) -> None:
        try:
            await self._hand_over([asked])
        except GatewayError as error:
            asked.fail(error)

    def _not_sent(self, batch: Sequence[Asked[_Command]]) -> None:
        for each in batch:
            self._leds.not_sent(each.what.blink.label, each.what.token)

    async def _turn_pages(self, blinks: Sequence[Blink]) -> None:
        """While a label is lit it shows its page for pickers; a page that does not turn costs nobody the light."""
        page = self._settings.pick_page
        if page is None:
            return
        now_s = self._tools.clock.monotonic_s()
        self._turned |= {each.label: now_s + each.played_s for each in blinks}
        lit = [each.label for each in blinks if each.played_s]
        try:
            if lit:
                await self._api.turn_page(lit, page)
        except GatewayError as error:
            self._trouble = f"the page for pickers: {error.detail}"
        self._wake.set()

    def _sending(self, tracker: DeliveryTracker, label: str, token: str) -> None:
        replaced = tracker.sending(label, token, self._tools.clock.monotonic_s())
        if replaced is not None:
            self._say(Expired(label, self._tools.clock.now(), replaced, "another command took its place"))

    def _taken(self, label: str, token: str) -> None:
        self._say(Queued(label, self._tools.clock.now(), token))
        self._wake.set()

    # Finding out

    async def _poll(self) -> None:
        while True:
            await self._wait(POLL_S if self._is_waiting else LOOK_WHEN_IDLE_S)
            try:
                await self._look()
                self._all_is_well()
            except GatewayError as error:
                self._trouble = error.detail
            now_s = self._tools.clock.monotonic_s()
            for tracker in (self._leds, self._pictures):
                self._tell(tracker.lost(now_s, self._settings.lost_after_s))

    async def _look(self) -> None:
        await self._turn_back()
        if self._leds.under_way:
            self._tell(self._leds.heard(await self._api.led_statuses()))
        if self._pictures.under_way:
            self._tell(self._pictures.heard(await self._api.newest_labels()))
        now_s, late_s = self._tools.clock.monotonic_s(), self._settings.latency_p95_s * 2
        for label in self._pictures.overdue(now_s, late_s, OVERDUE_PER_LOOK):
            self._tell(self._pictures.heard(await self._api.label_statuses(label)))
        if not self._is_waiting:
            await self._api.check()

    async def _turn_back(self) -> None:
        now_s = self._tools.clock.monotonic_s()
        over = [label for label, until_s in self._turned.items() if until_s <= now_s]
        if over:
            await self._api.turn_page(over, self._settings.home_page)
            for label in over:
                if self._turned.get(label, 0.0) <= now_s:
                    self._turned.pop(label, None)

    @property
    def _is_waiting(self) -> bool:
        return bool(self._leds.under_way or self._pictures.under_way or self._turned)

    async def _wait(self, seconds: float) -> None:
        """Sleep; who is idle is woken by the first command, and then looks after a short while."""
        if not self._is_waiting:
            await sleep_or_wake(self._tools.sleep, seconds, self._wake)
        if self._is_waiting:
            await self._tools.sleep(POLL_S)

    def _tell(self, verdicts: Sequence[Verdict]) -> None:
        for each in verdicts:
            now = self._tools.clock.now()
            if each.is_delivered:
                self._say(Delivered(each.label, now, each.token))
            else:
                self._say(Expired(each.label, now, each.token, each.reason))
