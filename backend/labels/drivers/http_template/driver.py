"""Glue between a described server and the port: what to send and what answers mean is said by the description.

Traps it walks around: success means "taken", unless the description says that it means "delivered"; a batch that is
refused is sent again one by one, so that one label does not spoil the others; labels that an answer names as failed
have failed, the others of the call have not; a status is asked for by the task or the token of a command, so that it
never tells of an older one; tokens end early, and are fetched anew once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.labels.batching import Asked
from backend.labels.calling import sleep_or_wake
from backend.labels.drivers.http_template.http_api import DescribedHttp
from backend.labels.drivers.http_template.protocol import (
    Filled,
    Meaning,
    Standing,
    Verdict,
    batch_key,
    fill,
    fill_batch,
    played_s,
    stands,
    values_for,
)
from backend.labels.drivers.http_template.settings import HttpTemplateSettings
from backend.labels.polled_server import PolledServer
from backend.labels.port import (
    AnswerMissing,
    Capability,
    CommandRefused,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayBusy,
    GatewayError,
    GatewayHealth,
    LabelReport,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    Queued,
    StopUnsupported,
)
from backend.labels.templates import Value
from shared.labels import Flash

LOOK_S, LOOK_IN_TROUBLE_S = 60.0, 5.0
COMMANDS_IN_PARALLEL = 32
PENDING_MAX = 500
STATUS_CALLS_MAX = 20  # in one round


@dataclass(frozen=True, slots=True)
class _Command:
    label: str
    token: str
    values: Mapping[str, Value]
    is_stop: bool


@dataclass(slots=True)
class _UnderWay:
    command: _Command
    until_s: float
    task: str | None = None


class HttpTemplateDriver(PolledServer[DescribedHttp, _Command]):
    """One described server."""

    def __init__(self, settings: HttpTemplateSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._described = settings.described
        self._given = settings.given()
        super().__init__(tools, self._described.batch.most if self._described.batch is not None else 1)
        self._under_way: dict[str, _UnderWay] = {}

    @property
    def capability(self) -> Capability:
        described = self._described
        offered = sorted(map(int, described.duration.choices))
        latency = described.latency
        return Capability(
            latency_p50_s=latency.p95_s / 2,
            latency_p95_s=latency.p95_s,
            silent_after_s=min(latency.p95_s * 2, latency.lost_after_s),
            lost_after_s=latency.lost_after_s + (described.status.every_s * 2 if described.status is not None else 2),
            duration_min_s=offered[0] if offered else described.duration.min_s,
            duration_max_s=offered[-1] if offered else played_s(described, described.duration.max_s),
            pending_max=PENDING_MAX,
            commands_in_parallel=COMMANDS_IN_PARALLEL,
            can_stop=described.stop is not None,
            can_replace=described.can_replace,
            confirms_delivery=self._confirms,
            colours=frozenset(described.colours),
            patterns=frozenset(described.patterns),
            can_discover=False,
        )

    def _connect(self) -> DescribedHttp:
        return DescribedHttp(self._settings, self._tools)

    async def _begin(self, api: DescribedHttp) -> None:
        await api.check()

    async def close(self) -> None:
        await super().close()
        self._under_way.clear()

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        await self._batcher.ask(self._command(label_external_id, flash, token))

    async def stop(self, label_external_id: str, token: str) -> None:
        if self._described.stop is None:
            raise StopUnsupported("the description says no call that puts a label out", label=label_external_id)
        await self._batcher.ask(self._command(label_external_id, None, token))

    async def show(self, label_external_id: str, picture: Picture, token: str) -> None:
        raise PictureUnsupported("pictures are not described for servers of this kind", label=label_external_id)

    async def discover(self) -> Sequence[LabelReport]:
        return [LabelReport(external_id=label) for label in sorted(self._settings.labels)]

    async def health(self) -> GatewayHealth:
        return self._health(pending=len(self._under_way), labels_known=len(self._settings.labels))

    # Sending

    def _command(self, label: str, flash: Flash | None, token: str) -> _Command:
        is_plain = label.isascii() and label.isprintable() and label == label.strip()
        if not is_plain or (self._settings.labels and label not in self._settings.labels):
            raise LabelUnknown("the settings name no such label", label=label)
        return _Command(label, token, values_for(self._described, label, flash, token), is_stop=flash is None)

    async def _send_batch(self, batch: Sequence[Asked[_Command]]) -> None:
        """What can go in one call does; a stop goes alone, in the order it was asked for."""
        groups: list[tuple[object, list[Asked[_Command]]]] = []
        for asked in batch:
            is_alone = asked.what.is_stop or self._described.batch is None
            key = object() if is_alone else batch_key(self._described, {**self._given, **asked.what.values})
            known = next((group for group_key, group in groups if group_key == key), None)
            is_new_label = known is not None and all(each.what.label != asked.what.label for each in known)
            if known is not None and is_new_label:
                known.append(asked)
            else:
                groups.append((key, [asked]))
        for _, group in groups:
            try:
                await self._hand_over(group)
            except GatewayError as error:
                for asked in group:
                    asked.fail(error)

    async def _hand_over(self, group: Sequence[Asked[_Command]]) -> None:
        self._sending([asked.what for asked in group])
        try:
            verdict, _ = await self._api.ask(self._request([asked.what for asked in group]))
        except AnswerMissing as error:
            self._trouble = error.detail
            self._wake.set()
            raise
        except GatewayError as error:
            self._trouble = error.detail
            self._not_sent(group)
            raise
        match verdict.meaning:
            case Meaning.TAKEN:
                self._all_is_well()
                self._taken(group, verdict)
            case Meaning.BUSY | Meaning.EXPIRED:
                self._not_sent(group)
                self._trouble = f"the server says: {verdict.reason}"
                raise GatewayBusy(self._trouble)
            case _ if len(group) > 1:
                self._not_sent(group)
                for asked in group:
                    await self._hand_over_alone(asked)
            case Meaning.UNKNOWN:
                self._not_sent(group)
                raise LabelUnknown(f"the server says: {verdict.reason}", label=group[0].what.label)
            case _:
                self._not_sent(group)
                raise CommandRefused(f"the server says: {verdict.reason}", label=group[0].what.label)

    async def _hand_over_alone(self, asked: Asked[_Command]) -> None:
        try:
            await self._hand_over([asked])
        except GatewayError as error:
            asked.fail(error)

    def _request(self, commands: Sequence[_Command]) -> Filled:
        values = [{**self._given, **command.values} for command in commands]
        if commands[0].is_stop:
            assert self._described.stop is not None, "a stop is only asked for where there is one"
            return fill(self._described.stop, values[0])
        return fill_batch(self._described, values) if self._described.batch else fill(self._described.light, values[0])

    def _sending(self, commands: Sequence[_Command]) -> None:
        if not self._confirms:
            return
        until_s = self._tools.clock.monotonic_s() + self._described.latency.lost_after_s
        for command in commands:
            before = self._under_way.pop(command.label, None)
            if before is not None:
                self._expire(before, "another command took its place")
            self._under_way[command.label] = _UnderWay(command, until_s)

    def _not_sent(self, group: Sequence[Asked[_Command]]) -> None:
        for asked in group:
            self._under_way.pop(asked.what.label, None)

    def _taken(self, group: Sequence[Asked[_Command]], verdict: Verdict) -> None:
        now = self._tools.clock.now()
        for asked in group:
            command = asked.what
            if command.label in verdict.failed:
                self._under_way.pop(command.label, None)
                reason = verdict.failed[command.label] or "it does not say why"
                asked.fail(CommandRefused(f"the server says: {reason}", label=command.label))
                continue
            self._say(Queued(command.label, now, command.token))
            if self._described.answer.means_delivered:
                self._under_way.pop(command.label, None)
                self._say(Delivered(command.label, now, command.token))
            elif command.label in self._under_way:
                self._under_way[command.label].task = verdict.task
            asked.done()
        self._wake.set()

    # Finding out

    @property
    def _confirms(self) -> bool:
        return self._described.status is not None or self._described.answer.means_delivered

    async def _poll(self) -> None:
        while True:
            await self._wait()
            try:
                await (self._look_at_commands() if self._under_way else self._api.check())
                self._all_is_well()
            except GatewayError as error:
                self._trouble = error.detail
            self._give_up()

    async def _wait(self) -> None:
        if not self._under_way:
            await sleep_or_wake(self._tools.sleep, LOOK_IN_TROUBLE_S if self._trouble else LOOK_S, self._wake)
        if self._under_way:
            status = self._described.status
            await self._tools.sleep(status.every_s if status is not None else 1.0)

    async def _look_at_commands(self) -> None:
        """Ask how commands stand; those of one task with one call."""
        status = self._described.status
        if status is None:
            return
        answers: dict[tuple[str, bytes], Standing] = {}
        for each in [*self._under_way.values()]:
            values = {**self._given, **each.command.values, "task": each.task or ""}
            filled = fill(status.request, values)
            key = filled.target, filled.body
            if key not in answers:
                if len(answers) >= STATUS_CALLS_MAX:
                    break
                verdict, raw = await self._api.ask(filled)
                if verdict.meaning in (Meaning.BUSY, Meaning.EXPIRED):
                    raise GatewayBusy(f"the server says: {verdict.reason}")
                answers[key] = stands(status, raw)
            self._conclude(each, answers[key])

    def _conclude(self, under_way: _UnderWay, standing: Standing) -> None:
        command = under_way.command
        if standing is Standing.WAITING or self._under_way.get(command.label) is not under_way:
            return
        del self._under_way[command.label]
        now = self._tools.clock.now()
        match standing:
            case Standing.DELIVERED:
                self._say(Delivered(command.label, now, command.token))
            case Standing.FAILED:
                self._say(Failed(command.label, now, command.token, "the server says that the label refused it"))
            case _:
                self._expire(under_way, "the server says that the label did not answer")

    def _give_up(self) -> None:
        now_s = self._tools.clock.monotonic_s()
        for label, each in [*self._under_way.items()]:
            if now_s >= each.until_s:
                del self._under_way[label]
                self._expire(each, "the server does not say what became of it")

    def _expire(self, under_way: _UnderWay, reason: str) -> None:
        command = under_way.command
        self._say(Expired(command.label, self._tools.clock.now(), command.token, reason))
