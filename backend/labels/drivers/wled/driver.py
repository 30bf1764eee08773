"""Glue between a WLED strip and the port: it keeps the strip showing what is wanted, and asks it whether it does.

Traps it walks around (from WLED's source): a segment does not end by itself, so the driver ends it, and the nightlight
guards the whole strip in case the driver is gone: after `guard_min` minutes without it the strip is dark. A controller
that restarts comes up with all its LEDs in orange and none of our segments: what is missing is put back and what is
not ours taken away, at the next look. Segment numbers change when the strip tidies up, so segments are known by name.
One request at a time: a second one gets 503.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.labels.calling import sleep_or_wake
from backend.labels.drivers.wled.corrections import corrections
from backend.labels.drivers.wled.http_api import StripHttp
from backend.labels.drivers.wled.protocol import (
    COLOURS_IN_TURN,
    EFFECTS,
    GUARD_PAUSE_S,
    NO_GUARD,
    Information,
    LedCount,
    Leds,
    Lit,
    State,
    guard,
    lit_by,
    request_for_dark,
    request_to_show,
)
from backend.labels.drivers.wled.settings import WledSettings
from backend.labels.port import (
    AnswerMissing,
    Capability,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayError,
    GatewayEvent,
    GatewayHealth,
    GatewayUnreachable,
    HearGateway,
    LabelReport,
    LabelUnknown,
    Picture,
    PictureUnsupported,
)
from shared.labels import Flash, LightColour

LATENCY_P50_S, LATENCY_P95_S = 0.03, 0.1  # one request in a shop's wireless network; WLED shows it in the next frame
SILENT_AFTER_S = 3.0
GIVE_UP_S = 8.0
LOST_AFTER_S = 15.0
DURATION_MAX_S = 300
TRY_AGAIN_S = 1.0
LOOK_S, LOOK_WHEN_DARK_S = 3.0, 15.0


@dataclass(frozen=True, slots=True)
class _Wanted:
    lit: Lit
    until_s: float


@dataclass(frozen=True, slots=True)
class _UnderWay:
    token: str
    lit: Lit | None
    give_up_s: float


class WledDriver:
    """One strip."""

    def __init__(self, settings: WledSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._tools = tools
        self._http: StripHttp | None = None
        self._hear: HearGateway | None = None
        self._information: Information | None = None
        self._state: State | None = None
        self._wanted: dict[str, _Wanted] = {}
        self._under_way: dict[str, _UnderWay] = {}
        self._one_at_a_time = asyncio.Lock()
        self._wake = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None
        self._trouble = "not opened yet"
        self._last_heard_at: datetime | None = None

    @property
    def capability(self) -> Capability:
        return Capability(
            latency_p50_s=LATENCY_P50_S,
            latency_p95_s=LATENCY_P95_S,
            silent_after_s=SILENT_AFTER_S,
            lost_after_s=LOST_AFTER_S,
            duration_min_s=1,
            duration_max_s=DURATION_MAX_S,
            pending_max=self._settings.segments_max,
            commands_in_parallel=1,
            can_stop=True,
            can_replace=True,
            confirms_delivery=True,
            colours=frozenset(LightColour),
            colours_in_turn=COLOURS_IN_TURN,
            patterns=frozenset(EFFECTS),
            can_discover=False,
        )

    async def open(self, hear: HearGateway) -> None:
        self._http = StripHttp(self._settings.url, self._tools)
        try:
            self._information = await self._http.information()
            self._state = await self._http.state()
            await self._correct()  # whatever a former life of ours or a restart has left
        except GatewayError as error:
            await self.close()
            raise GatewayUnreachable(error.detail, url=self._settings.url) from error
        self._hear = hear
        self._watcher = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Flashes would not end without us, so the strip goes dark; if that fails, its guard sees to it."""
        self._hear = None
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
        if self._http is not None:
            if self._wanted:
                self._wanted.clear()
                with contextlib.suppress(GatewayError):
                    await self._correct()
            await self._http.close()
            self._http = None
        self._under_way.clear()
        self._trouble = "closed"

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        lit = lit_by(flash, self._leds(label_external_id), self._settings.all_colours)
        wanted = _Wanted(lit, self._tools.clock.monotonic_s() + flash.duration_s)
        await self._command(label_external_id, wanted, token)

    async def stop(self, label_external_id: str, token: str) -> None:
        self._leds(label_external_id)
        await self._command(label_external_id, None, token)

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        raise PictureUnsupported("a light strip has no display", label=label_external_id)

    async def discover(self) -> Sequence[LabelReport]:
        """What the settings name, with what the strip says of itself, or has said before."""
        if self._http is not None:
            with contextlib.suppress(GatewayError):
                self._information = await self._http.information()
        strip = self._information or Information(leds=LedCount(count=0))
        rssi = strip.wifi.rssi
        return [
            LabelReport(
                external_id=label,
                model=f"WLED {strip.arch}".strip(),
                signal_dbm=rssi if rssi is not None and -200 < rssi < 0 else None,
                last_seen_at=self._last_heard_at,
                firmware=strip.ver,
            )
            for label in sorted(self._settings.labels)
        ]

    async def health(self) -> GatewayHealth:
        return GatewayHealth(
            is_reachable=not self._trouble,
            detail=self._trouble or self._remark(),
            pending=len(self._under_way),
            labels_known=len(self._settings.labels),
            last_heard_at=self._last_heard_at,
        )

    # One command

    async def _command(self, label: str, wanted: _Wanted | None, token: str) -> None:
        self._api  # noqa: B018 - a closed driver says so before it remembers anything
        before, under_way = self._wanted.get(label), self._under_way.pop(label, None)
        if under_way is not None:
            self._say(Expired(label, self._tools.clock.now(), under_way.token, "another command took its place"))
        give_up_s = self._tools.clock.monotonic_s() + GIVE_UP_S
        self._under_way[label] = _UnderWay(token, wanted.lit if wanted is not None else None, give_up_s)
        self._want(label, wanted)
        try:
            await self._correct()
        except AnswerMissing:
            raise  # it may show all the same: the watcher looks
        except GatewayError:
            self._under_way.pop(label, None)
            self._want(label, before)
            raise
        finally:
            self._wake.set()

    def _want(self, label: str, wanted: _Wanted | None) -> None:
        if wanted is None:
            self._wanted.pop(label, None)
        else:
            self._wanted[label] = wanted

    def _leds(self, label: str) -> Leds:
        run = self._settings.labels.get(label)
        if run is None:
            raise LabelUnknown("the strip's settings name no such label", label=label)
        count = self._information.leds.count if self._information is not None else run.leds.stop
        if run.leds.stop > count:
            raise LabelUnknown(f"its LEDs end at {run.leds.stop}, the strip after {count}", label=label)
        return run.leds

    # Keeping the strip right

    async def _correct(self) -> None:
        """One request that makes the strip show what is wanted, and takes its word for what it shows then."""
        async with self._one_at_a_time:
            now_s = self._tools.clock.monotonic_s()
            self._wanted = {label: each for label, each in self._wanted.items() if each.until_s > now_s}
            state = self._state or await self._api.state()
            wanted = {label: each.lit for label, each in self._wanted.items()}
            needed = corrections(state, wanted, self._segments_max)
            if wanted:
                request = request_to_show(needed.segments, self._settings.brightness)
                if not state.nl.on:
                    request |= guard(self._settings.guard_min)
            else:
                request = request_for_dark(needed.segments)
            self._heard(await self._api.change(request))
        for label in needed.without_room:
            self._no_room(label)
        self._judge()

    async def _look(self) -> None:
        async with self._one_at_a_time:
            self._heard(await self._api.state())
        self._judge()

    async def _renew_guard(self) -> None:
        """The nightlight begins again only after it has been out for a moment."""
        async with self._one_at_a_time:
            await self._api.change(NO_GUARD)
            await self._tools.sleep(GUARD_PAUSE_S)
            self._heard(await self._api.change(guard(self._settings.guard_min)))

    def _heard(self, state: State) -> None:
        self._state, self._trouble, self._last_heard_at = state, "", self._tools.clock.now()

    @property
    def _segments_max(self) -> int:
        of_the_strip = self._information.leds.maxseg if self._information is not None else self._settings.segments_max
        return min(self._settings.segments_max, of_the_strip)

    async def _watch(self) -> None:
        """End flashes at their end, put right what is wrong, and find out about answers that never came."""
        while True:
            await sleep_or_wake(self._tools.sleep, self._next_look_s(), self._wake)
            try:
                await self._look_after()
            except GatewayError as error:
                self._trouble, self._state = error.detail, None
            self._give_up()

    async def _look_after(self) -> None:
        now_s = self._tools.clock.monotonic_s()
        if any(each.until_s <= now_s for each in self._wanted.values()):
            return await self._correct()
        await self._look()
        assert self._state is not None
        wanted = {label: each.lit for label, each in self._wanted.items()}
        is_right = self._state.on == bool(wanted) and all(self._state.shows(*each) for each in wanted.items())
        if self._under_way or not is_right or corrections(self._state, wanted, self._segments_max).segments:
            await self._correct()
        elif wanted and self._state.nl.rem < self._settings.guard_min * 30:
            await self._renew_guard()

    def _next_look_s(self) -> float:
        if self._under_way or self._trouble:
            return TRY_AGAIN_S
        now_s = self._tools.clock.monotonic_s()
        ends = [each.until_s - now_s for each in self._wanted.values()]
        return max(0.0, min([LOOK_S, *ends])) if ends else LOOK_WHEN_DARK_S

    # What became of commands

    def _judge(self) -> None:
        assert self._state is not None
        for label, command in [*self._under_way.items()]:
            if command.lit is not None:
                is_done = self._state.shows(label, command.lit)
            else:
                is_done = not self._state.on or not any(each.n == label and each.on for each in self._state.seg)
            if is_done:
                del self._under_way[label]
                self._say(Delivered(label, self._tools.clock.now(), command.token))

    def _no_room(self, label: str) -> None:
        self._wanted.pop(label, None)
        command = self._under_way.pop(label, None)
        if command is not None:
            reason = f"all {self._segments_max} segments of the strip are lit"
            self._say(Failed(label, self._tools.clock.now(), command.token, reason))

    def _give_up(self) -> None:
        now_s = self._tools.clock.monotonic_s()
        for label, command in [*self._under_way.items()]:
            if now_s >= command.give_up_s:
                del self._under_way[label]
                self._wanted.pop(label, None)
                reason = "the strip does not show it" if not self._trouble else self._trouble
                self._say(Expired(label, self._tools.clock.now(), command.token, reason))

    def _say(self, event: GatewayEvent) -> None:
        if self._hear is not None:
            self._hear(event)

    def _remark(self) -> str:
        is_taken = self._information is not None and self._information.live
        return "somebody streams pixels to this strip" if is_taken else ""

    @property
    def _api(self) -> StripHttp:
        if self._http is None:
            raise GatewayUnreachable("the driver is closed", url=self._settings.url)
        return self._http
