"""Glue between labels of somebody's own making and the port: MQTT out, MQTT in, as the settings describe it.

Traps it walks around: the broker acknowledges a message whether or not a label hears it, so a command counts only by
the label's own acknowledgement; a broker keeps messages and tells them to every newcomer, so a kept acknowledgement or
button press is an old one; a connection that is lost takes what was said meanwhile with it, so commands without a word
expire. Flashes end on the label: a template that does not send the seconds lights for ever, and that is the label's
affair.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import aiomqtt

from backend.labels.calling import within
from backend.labels.drivers.mqtt_template.protocol import (
    Acknowledged,
    Available,
    BatteryRead,
    News,
    Pressed,
    filters,
    message_for,
    understand,
)
from backend.labels.drivers.mqtt_template.settings import MqttTemplateSettings
from backend.labels.port import (
    AnswerMalformed,
    AnswerMissing,
    ButtonPressed,
    Capability,
    Delivered,
    DriverTools,
    Expired,
    Failed,
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

ANSWER_WITHIN_S = 10.0
KEEPALIVE_S = 30
RECONNECT_MIN_S, RECONNECT_MAX_S = 1.0, 30.0
COMMANDS_IN_PARALLEL = 16
PENDING_MAX = 500


@dataclass(frozen=True, slots=True)
class _UnderWay:
    token: str
    until_s: float


class MqttTemplateDriver:
    """One broker."""

    def __init__(self, settings: MqttTemplateSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._tools = tools
        self._client: aiomqtt.Client | None = None
        self._hear: HearGateway | None = None
        self._connection: asyncio.Task[None] | None = None
        self._clearing: asyncio.Task[None] | None = None
        self._under_way: dict[str, _UnderWay] = {}
        self._offline: set[str] = set()
        self._is_base_offline = False
        self._seen_at: dict[str, datetime] = {}
        self._battery_mv: dict[str, int] = {}
        self._trouble = "not opened yet"
        self._remark = ""
        self._last_heard_at: datetime | None = None
        self.talking = 0
        """How many messages of ours wait for the broker."""
        self.heard_here = 0
        """How many messages were taken in since it connected."""

    @property
    def capability(self) -> Capability:
        given = self._settings
        return Capability(
            latency_p50_s=given.latency_p95_s / 3,
            latency_p95_s=given.latency_p95_s,
            silent_after_s=min(given.latency_p95_s * 3, given.lost_after_s),
            lost_after_s=given.lost_after_s + 1,
            duration_min_s=1,
            duration_max_s=given.duration_max_s,
            pending_max=PENDING_MAX,
            commands_in_parallel=COMMANDS_IN_PARALLEL,
            can_stop=given.stop is not None,
            can_replace=given.can_replace,
            confirms_delivery=given.acknowledgement is not None,
            colours=frozenset(LightColour),
            patterns=frozenset(given.patterns),
            can_discover=False,
        )

    async def open(self, hear: HearGateway) -> None:
        self._hear = hear
        connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._connection = asyncio.create_task(self._keep_connected(connected))
        self._clearing = asyncio.create_task(self._clear_away())
        try:
            await within(self._tools.sleep, ANSWER_WITHIN_S, _outcome_of(connected))
        except (TimeoutError, aiomqtt.MqttError, OSError) as error:
            await self.close()
            self._trouble = _say_error(error)
            raise GatewayUnreachable(self._trouble, host=self._settings.host) from None

    async def close(self) -> None:
        self._hear = None
        tasks = [task for task in (self._connection, self._clearing) if task is not None]
        self._connection = self._clearing = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._under_way.clear()
        self._trouble = "closed"

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        await self._command(label_external_id, flash, token)

    async def stop(self, label_external_id: str, token: str) -> None:
        if self._settings.stop is None:
            raise StopUnsupported("the settings say no message that puts a label out", label=label_external_id)
        await self._command(label_external_id, None, token)

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        raise PictureUnsupported("pictures are not described in messages of this kind", label=label_external_id)

    async def discover(self) -> Sequence[LabelReport]:
        return [
            LabelReport(
                external_id=label,
                battery_mv=self._battery_mv.get(label, 0),
                last_seen_at=self._seen_at.get(label),
            )
            for label in sorted(self._settings.labels)
        ]

    async def health(self) -> GatewayHealth:
        remark = f"{len(self._offline)} labels say they are offline" if self._offline else self._remark
        return GatewayHealth(
            is_reachable=not self._trouble and not self._is_base_offline,
            detail=self._trouble or ("the labels' base says it is offline" if self._is_base_offline else remark),
            pending=len(self._under_way),
            labels_known=len(self._settings.labels),
            last_heard_at=self._last_heard_at,
        )

    # One command

    async def _command(self, label: str, flash: Flash | None, token: str) -> None:
        if label not in self._settings.labels:
            raise LabelUnknown("the settings name no such label", label=label)
        client = self._client
        if client is None:
            raise GatewayUnreachable(self._trouble or "not connected", host=self._settings.host)
        if self._is_base_offline:
            raise GatewayUnreachable("the labels' base says it is offline", host=self._settings.host)
        message = message_for(self._settings, label, flash, token)
        if self._settings.acknowledgement is not None:
            if (before := self._under_way.pop(label, None)) is not None:
                self._say(Expired(label, self._now, before.token, "another command took its place"))
            until_s = self._tools.clock.monotonic_s() + self._settings.lost_after_s
            self._under_way[label] = _UnderWay(token, until_s)
        await self._publish(client, message.topic, message.payload, message.qos)
        self._say(Queued(label, self._now, token))

    async def _publish(
        self, client: aiomqtt.Client, topic: str, payload: bytes, qos: int, *, retain: bool = False
    ) -> None:
        """Once the broker has it. What it may have is not taken back, and expires without a word from the label."""
        self.talking += 1
        try:
            sending = client.publish(topic, payload, qos=qos, retain=retain, timeout=ANSWER_WITHIN_S)
            await within(self._tools.sleep, ANSWER_WITHIN_S, sending)
        except (TimeoutError, aiomqtt.MqttError, OSError) as error:
            raise AnswerMissing(f"the broker did not say that it has it: {_say_error(error)}") from None
        finally:
            self.talking -= 1

    # The connection

    async def _keep_connected(self, first: asyncio.Future[None]) -> None:
        """Connect, listen, and after every loss do it again. `first` hears how the first time went."""
        delay_s = RECONNECT_MIN_S
        while True:
            try:
                async with self._make_client() as client:
                    self.heard_here = 0
                    for each in filters(self._settings):
                        await client.subscribe(each, qos=1, timeout=ANSWER_WITHIN_S)
                    await self._say_hello(client)
                    self._client, self._trouble, delay_s = client, "", RECONNECT_MIN_S
                    self._last_heard_at = self._now
                    if not first.done():
                        first.set_result(None)
                    async for message in client.messages:
                        self._message(message)
            except (aiomqtt.MqttError, OSError, AnswerMissing) as error:
                self._trouble = _say_error(error)
                if not first.done():
                    first.set_exception(error)
                    return
            finally:
                self._client = None
            await self._tools.sleep(delay_s)
            delay_s = min(delay_s * 2, RECONNECT_MAX_S)

    def _make_client(self) -> aiomqtt.Client:
        given, presence = self._settings, self._settings.presence
        will = aiomqtt.Will(presence.topic, presence.offline, qos=1, retain=True) if presence is not None else None
        return aiomqtt.Client(
            given.host,
            given.port,
            username=given.username,
            password=given.password.get_secret_value() if given.password is not None else None,
            identifier=given.client_id or None,
            will=will,
            keepalive=KEEPALIVE_S,
            timeout=ANSWER_WITHIN_S,
            tls_context=ssl.create_default_context() if given.tls else None,
        )

    async def _say_hello(self, client: aiomqtt.Client) -> None:
        presence = self._settings.presence
        if presence is not None:
            await self._publish(client, presence.topic, presence.online.encode(), 1, retain=True)

    # What labels say

    def _message(self, message: aiomqtt.Message) -> None:
        self._last_heard_at = self._now
        payload = message.payload if isinstance(message.payload, bytes | bytearray) else str(message.payload).encode()
        try:
            news = understand(self._settings, message.topic.value, bytes(payload), is_retained=bool(message.retain))
        except AnswerMalformed as error:
            self._remark = error.detail  # one odd message is no reason to let go of the others
            news = ()
        for each in news:
            self._take_in(each)
        self.heard_here += 1

    def _take_in(self, news: News) -> None:
        if news.label is not None and news.label not in self._settings.labels:
            return
        match news:
            case Available(label=None, is_online=is_online):
                self._is_base_offline = not is_online
            case Available(label=str() as label, is_online=True):
                self._offline.discard(label)
                self._saw(label)
            case Available(label=str() as label):
                self._offline.add(label)
            case BatteryRead(label=label, battery_mv=battery_mv):
                self._battery_mv[label] = battery_mv
                self._saw(label, battery_mv)
            case Pressed(label=label, button=button):
                self._saw(label)
                self._say(ButtonPressed(label, self._now, button))
            case Acknowledged():
                self._saw(news.label)
                self._acknowledged(news)

    def _acknowledged(self, news: Acknowledged) -> None:
        command = self._under_way.get(news.label)
        if command is None or news.token not in (None, command.token):
            return
        del self._under_way[news.label]
        if news.is_delivered:
            self._say(Delivered(news.label, self._now, command.token))
        else:
            self._say(Failed(news.label, self._now, command.token, f"the label says {news.outcome[:60]}"))

    def _saw(self, label: str, battery_mv: int = 0) -> None:
        self._seen_at[label] = self._now
        self._say(LabelSeen(label, self._now, battery_mv))

    async def _clear_away(self) -> None:
        """Commands nobody has said a word about expire."""
        while True:
            await self._tools.sleep(1.0)
            now_s = self._tools.clock.monotonic_s()
            for label, command in [*self._under_way.items()]:
                if now_s >= command.until_s:
                    del self._under_way[label]
                    self._say(Expired(label, self._now, command.token, "the label did not acknowledge it"))

    @property
    def _now(self) -> datetime:
        return self._tools.clock.now()

    def _say(self, event: GatewayEvent) -> None:
        if self._hear is not None:
            self._hear(event)


async def _outcome_of(future: asyncio.Future[None]) -> None:
    await asyncio.shield(future)


def _say_error(error: Exception) -> str:
    """Without what the library quotes of the connection, which may hold a name or a password."""
    if isinstance(error, TimeoutError):
        return "the broker does not answer"
    if isinstance(error, aiomqtt.MqttCodeError) and error.rc is not None:
        return f"the broker refused us ({error.rc})"
    return f"no connection to the broker ({type(error).__name__})"
