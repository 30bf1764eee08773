"""What each label of one gateway should show, what it does show, and what to send next. Pure.

Picks go first: pictures take what is left of the gateway's places, never the last of them, and never go to a label
whose light somebody wants now. Each label that is not right is in one place: ready, under way, resting, or given up.

A slow radio sends one picture after the other, so one that waits is not lost. Its time for an answer begins anew when
its own transfer begins, where the gateway says so, and with every word of one that was sent before it: as long as
those come through, its turn is still to come. Until then, and where a gateway says nothing, its declared time for each
picture before it is added. A gateway may send in an order of its own: one that was overtaken has some times as long.

A gateway that says it is full holds more than is known here. Pictures then keep to fewer places, so that lights find
theirs, and take them back one by one.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from backend.labels.port import Capability, Delivered, Expired, Failed, GatewayEvent, TransferBegan
from backend.labels.wishes import NEVER

SHARE_OF_PENDING = 0.7  # of the places for labels that wait; the rest is for lights
SHARE_WHEN_FULL = 0.7  # of the places that pictures had, when the gateway says it is full
PLACES_BACK = 0.5  # with each picture that arrived since
OVERTAKEN_TIMES = 4  # as long as it should take, and a picture that others overtook is lost
ATTEMPTS_MAX = 5
RETRY_S = 30.0
RETRY_MAX_S = 3_600.0
GATEWAY_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class PictureCommand:
    """One picture to send; `digest` says which."""

    token: str
    label_external_id: str
    digest: str
    sent_at: datetime
    number: int = 0
    """Counts what is sent to this gateway."""
    lost_at: datetime = NEVER
    """Without an answer until then it is lost, whatever else the gateway sends meanwhile."""


class PictureState(StrEnum):
    """How a picture stands that is not shown yet."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    GIVEN_UP = "given_up"


@dataclass(slots=True)
class LabelPicture:
    """One label's picture. `shown` is empty where nobody knows what it shows."""

    external_id: str
    wanted: str = ""
    wanted_at: datetime | None = None
    shown: str = ""
    under_way: PictureCommand | None = None
    answer_by: datetime | None = None
    """Until then an answer to what is under way may come."""
    lost: PictureCommand | None = None
    """Called lost; it may arrive all the same."""
    failures: int = 0
    retry_at: datetime | None = None
    problem: str = ""

    @property
    def is_right(self) -> bool:
        return not self.wanted or self.wanted == self.shown

    @property
    def is_given_up(self) -> bool:
        return self.failures >= ATTEMPTS_MAX and not self.is_right

    @property
    def state(self) -> PictureState:
        """Of one that is not right."""
        if self.under_way is not None:
            return PictureState.UNDER_WAY
        return PictureState.GIVEN_UP if self.is_given_up else PictureState.WAITING


@dataclass(frozen=True, slots=True)
class PictureShown:
    """A label shows this picture now."""

    label_external_id: str
    digest: str
    at: datetime


class PictureQueue:
    """All labels of one gateway. Thirty thousand may wait: nothing here looks at all of them to find the next."""

    def __init__(self, capability: Capability, name: str = "gateway") -> None:
        self.capability = capability
        self._name = name
        self._labels: dict[str, LabelPicture] = {}
        self._ready: dict[str, None] = {}  # in the order they were asked for
        self._under_way: dict[str, None] = {}
        self._answers: list[tuple[datetime, str]] = []  # by when they are expected; some entries are of the past
        self._resting: list[tuple[datetime, str]] = []  # after a failure; some entries are of the past
        self._tokens = 0
        self._places = self._places_max = capability.pending_max * SHARE_OF_PENDING
        self._gateway_retry_at: datetime | None = None
        self._shown: list[PictureShown] = []

    # What is wanted

    def want(self, external_id: str, digest: str, now: datetime) -> None:
        """From now on this label should show this picture; a newer wish takes the place of an older one."""
        label = self._labels.setdefault(external_id, LabelPicture(external_id))
        if label.wanted == digest:
            return
        label.wanted, label.wanted_at = digest, now
        label.failures, label.retry_at, label.problem = 0, None, ""
        self._place(label)

    def suppose_shown(self, external_id: str, digest: str) -> None:
        """It showed this when an earlier process ended."""
        label = self._labels.setdefault(external_id, LabelPicture(external_id))
        if not label.shown:
            label.shown = digest
            self._place(label)

    def forget(self, external_id: str) -> None:
        """It hangs here no more."""
        self._labels.pop(external_id, None)
        self._ready.pop(external_id, None)
        self._under_way.pop(external_id, None)

    def try_again(self, now: datetime) -> int:
        """Send anew what was given up; returns how many that are."""
        given_up = [label for label in self._labels.values() if label.is_given_up]
        for label in given_up:
            label.failures, label.retry_at, label.wanted_at = 0, None, now
            self._place(label)
        return len(given_up)

    # What to do

    def due(
        self, now: datetime, slots: int, lights_pending: int, is_lit: Callable[[str], bool]
    ) -> list[PictureCommand]:
        """At most `slots` pictures to send now, the longest wanted first. Each counts as under way from here on.

        `lights_pending`: how many labels have a light's command under way. `is_lit`: whether a label's light is wanted.
        """
        self._settle(now)
        if not self.capability.can_show or (self._gateway_retry_at is not None and now < self._gateway_retry_at):
            return []
        while self._resting and self._resting[0][0] <= now:
            _, external_id = heapq.heappop(self._resting)
            label = self._labels.get(external_id)
            if label is not None and label.retry_at is not None and label.retry_at <= now:
                label.retry_at = None
                self._place(label)
        places = int(self._places) - self.pending
        room = min(slots, places, self.capability.pending_max - self.pending - lights_pending)
        chosen = list(islice((each for each in self._ready if not is_lit(each)), max(0, room)))
        return [self._send(self._labels[external_id], now) for external_id in chosen]

    def wake_at(self, now: datetime) -> datetime | None:
        """The next instant at which time alone changes something; strictly after `now`."""
        return min((at for at in self._instants() if at > now), default=None)

    def look_at(self, now: datetime) -> datetime | None:
        """When `due` may find something to do: `now`, or the next instant at which time brings it."""
        if self.is_any_ready and self._gateway_retry_at is None:
            return now
        at = min(self._instants(), default=None)
        return None if at is None else max(at, now)

    @property
    def pending(self) -> int:
        """How many labels have a picture under way."""
        return len(self._under_way)

    @property
    def is_any_ready(self) -> bool:
        """Whether one waits for nothing but a place."""
        return bool(self._ready)

    @property
    def labels(self) -> Sequence[LabelPicture]:
        return [*self._labels.values()]

    # What was heard

    def heard(self, event: GatewayEvent, now: datetime) -> None:
        """Take in what the gateway said. Words about commands nobody remembers change nothing."""
        label = self._labels.get(event.label_external_id)
        if label is None:
            return
        if label.lost is not None and isinstance(event, Delivered | Expired | Failed):
            self._heard_late(label, label.lost, event, now)
        if label.under_way is None:
            return
        match event:
            case TransferBegan(token=token) if token == label.under_way.token:
                self._came_through(label.under_way, now)
            case Delivered(token=token) if token == label.under_way.token:
                self._came_through(label.under_way, now)
                self._arrived(label, label.under_way, now)
            case Expired(token=token, reason=reason) | Failed(token=token, reason=reason):
                if token == label.under_way.token:
                    self._failed(label, reason, now)
            case _:
                pass

    def _heard_late(
        self, label: LabelPicture, command: PictureCommand, event: Delivered | Expired | Failed, now: datetime
    ) -> None:
        """Of one that was called lost: what the label shows is known then, and not sent again if it is right."""
        if event.token != command.token:
            return
        label.lost = None
        if isinstance(event, Delivered) and label.under_way is None:
            self._arrived(label, command, now)

    def accepted(self) -> None:
        self._gateway_retry_at = None

    def gateway_failed(self, command: PictureCommand, now: datetime) -> None:
        """It cannot be reached or is busy: that is not the label's fault and costs it no attempt."""
        self._gateway_retry_at = now + timedelta(seconds=GATEWAY_RETRY_S)
        self.put_back(command)

    def make_room(self) -> None:
        """The gateway said it is full, to a picture or to a light."""
        self._places = max(1.0, min(self._places, self.pending) * SHARE_WHEN_FULL)

    def put_back(self, command: PictureCommand) -> None:
        """It was not sent after all."""
        if (label := self._of(command)) is not None:
            label.under_way = None
            self._place(label)

    def refused(self, command: PictureCommand, reason: str, now: datetime) -> None:
        """The gateway will not do this for this label, now or later."""
        if (label := self._of(command)) is not None:
            label.failures = ATTEMPTS_MAX
            self._failed(label, reason, now)

    def take_shown(self) -> list[PictureShown]:
        shown, self._shown = self._shown, []
        return shown

    # Keeping

    def _instants(self) -> list[datetime]:
        """When time alone changes something."""
        instants = []
        if self._gateway_retry_at is not None and self._ready:
            instants.append(self._gateway_retry_at)
        if self._resting:
            instants.append(self._resting[0][0])
        if (awaited := self._next_answer()) is not None and awaited.answer_by is not None:
            instants.append(awaited.answer_by)
        return instants

    @property
    def _answer_within_s(self) -> float:
        can = self.capability
        return can.lost_after_s if can.confirms_delivery else can.latency_p95_s

    def _settle(self, now: datetime) -> None:
        """Commands grow old."""
        while (label := self._next_answer()) is not None:
            command = label.under_way
            assert command is not None, "it is under way"
            if label.answer_by is not None and now < label.answer_by:
                return
            if self.capability.confirms_delivery:
                label.lost = command
                self._failed(label, "the command was lost", now)
            else:
                self._arrived(label, command, now)

    def _next_answer(self) -> LabelPicture | None:
        """Whose answer should be the next one there."""
        while self._answers:
            answer_by, external_id = self._answers[0]
            label = self._labels.get(external_id)
            if label is None or label.under_way is None or label.answer_by is None or label.answer_by < answer_by:
                heapq.heappop(self._answers)  # of a command that is over
            elif label.answer_by > answer_by:
                heapq.heapreplace(self._answers, (label.answer_by, external_id))  # it was given more time since
            else:
                return label
        return None

    def _came_through(self, command: PictureCommand, now: datetime) -> None:
        """The gateway is at this one: those behind it have not been skipped, nor has it."""
        soon_at = now + timedelta(seconds=self._answer_within_s)
        for external_id in self._under_way:
            label = self._labels[external_id]
            if (waiting := label.under_way) is None:
                continue
            answer_by = soon_at if waiting.number >= command.number else min(soon_at, waiting.lost_at)
            if label.answer_by is None or label.answer_by < answer_by:
                label.answer_by = answer_by

    def _send(self, label: LabelPicture, now: datetime) -> PictureCommand:
        self._tokens += 1
        air_s = self.capability.picture_s * (self.pending + 1)
        wait_s = self._answer_within_s + air_s
        lost_at = now + timedelta(seconds=wait_s if not air_s else wait_s * OVERTAKEN_TIMES)
        token = f"{self._name}.p{self._tokens}"
        command = PictureCommand(token, label.external_id, label.wanted, now, self._tokens, lost_at)
        label.under_way, label.lost = command, None
        self._place(label)
        label.answer_by = now + timedelta(seconds=wait_s)
        heapq.heappush(self._answers, (label.answer_by, label.external_id))
        return command

    def _arrived(self, label: LabelPicture, command: PictureCommand, now: datetime) -> None:
        label.shown, label.under_way = command.digest, None
        label.failures, label.retry_at, label.problem = 0, None, ""
        self._places = min(self._places_max, self._places + PLACES_BACK)
        self._place(label)
        self._shown.append(PictureShown(label.external_id, command.digest, now))

    def _failed(self, label: LabelPicture, reason: str, now: datetime) -> None:
        label.failures += 1
        label.problem, label.under_way = reason, None
        label.retry_at = now + timedelta(seconds=min(RETRY_S * 2 ** (label.failures - 1), RETRY_MAX_S))
        self._place(label)

    def _place(self, label: LabelPicture) -> None:
        """Into the one place where it belongs."""
        external_id = label.external_id
        if label.under_way is not None:
            self._ready.pop(external_id, None)
            self._under_way.setdefault(external_id, None)
            return
        self._under_way.pop(external_id, None)
        if label.is_right or label.is_given_up or label.retry_at is not None:
            self._ready.pop(external_id, None)
            if label.retry_at is not None and not label.is_right and not label.is_given_up:
                heapq.heappush(self._resting, (label.retry_at, external_id))
        else:
            self._ready.setdefault(external_id, None)

    def _of(self, command: PictureCommand) -> LabelPicture | None:
        label = self._labels.get(command.label_external_id)
        return label if label is not None and label.under_way == command else None
