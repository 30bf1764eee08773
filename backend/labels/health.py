"""How labels do: battery, signal, last seen, which of their last commands arrived, how long they shone today. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from backend.labels.port import Delivered, Expired, Failed, GatewayEvent, LabelSeen
from shared.labels import LabelTrouble

OUTCOMES_KEPT = 50
OUTCOMES_NEEDED = 5  # fewer say little: one lost flash of two is bad luck
FAILURES_MAX = 0.2
LOW_BATTERY_MV = 2_400  # of a 3 V lithium cell; below, a label soon stops flashing before it stops answering
UNSEEN_S = 3_600.0
SEEN_KEPT_S = 3_600.0  # a sign of life is worth writing down again after this long


@dataclass(frozen=True, slots=True)
class LabelHealth:
    """What is known of one label. `outcomes`: its last commands, the newest in the lowest bit, 1 where it failed."""

    battery_mv: int = 0
    """0: it never said."""
    signal_dbm: int | None = None
    last_seen_at: datetime | None = None
    outcomes: int = 0
    commands: int = 0
    """How many of them there are, at most OUTCOMES_KEPT."""
    lit_on: date | None = None
    lit_s: int = 0
    """How long it shone on that day (UTC): what its battery gave."""

    @property
    def failures(self) -> int:
        return self.outcomes.bit_count()

    @property
    def failure_rate(self) -> float:
        """Of its last commands, 0 to 1; 0 where there was none."""
        return self.failures / self.commands if self.commands else 0.0

    def after(self, *, failed: bool, seen_at: datetime | None = None) -> LabelHealth:
        """One more flash came to its end, and with it perhaps a sign of life."""
        outcomes = (self.outcomes << 1 | failed) & ((1 << OUTCOMES_KEPT) - 1)
        commands = min(self.commands + 1, OUTCOMES_KEPT)
        return replace(self, outcomes=outcomes, commands=commands, last_seen_at=self._later(seen_at))

    def seen(self, at: datetime) -> LabelHealth:
        return replace(self, last_seen_at=self._later(at))

    def _later(self, at: datetime | None) -> datetime | None:
        return max((each for each in (at, self.last_seen_at) if each is not None), default=None)

    def troubles(self, now: datetime) -> list[LabelTrouble]:
        """What somebody should do something about, the worst first."""
        found = []
        if self.last_seen_at is not None and now - self.last_seen_at >= timedelta(seconds=UNSEEN_S):
            found.append(LabelTrouble.UNSEEN)
        if self.commands >= OUTCOMES_NEEDED and self.failure_rate > FAILURES_MAX:
            found.append(LabelTrouble.OFTEN_DARK)
        if 0 < self.battery_mv < LOW_BATTERY_MV:
            found.append(LabelTrouble.LOW_BATTERY)
        return found


NOTHING_KNOWN = LabelHealth()


@dataclass(slots=True)
class HealthBook:
    """Every label's health by the label's id, and which of it is worth writing down."""

    _known: dict[str, LabelHealth] = field(default_factory=dict)
    _kept: dict[str, LabelHealth] = field(default_factory=dict)
    _touched: dict[str, None] = field(default_factory=dict)

    def of(self, label_id: str) -> LabelHealth:
        return self._known.get(label_id, NOTHING_KNOWN)

    @property
    def label_ids(self) -> list[str]:
        return [*self._known]

    def remember(self, kept: Mapping[str, LabelHealth]) -> None:
        """What an earlier process wrote down, for labels this one knows nothing of yet."""
        self._kept |= kept
        self._known = {**kept, **self._known}

    def heard(self, label_id: str, event: GatewayEvent) -> None:
        match event:
            case LabelSeen(at=at, battery_mv=battery_mv):
                self.note(label_id, at, battery_mv=battery_mv)
            case Delivered(at=at):
                self._set(label_id, self.of(label_id).after(failed=False, seen_at=at))
            case Expired() | Failed():
                self._set(label_id, self.of(label_id).after(failed=True))
            case _:
                pass

    def note(self, label_id: str, at: datetime | None, *, battery_mv: int = 0, signal_dbm: int | None = None) -> None:
        """What a gateway said of a label; what it did not say stays as it was."""
        if at is None and battery_mv <= 0 and signal_dbm is None:
            return
        health = self.of(label_id)
        if at is not None:
            health = health.seen(at)
        if battery_mv > 0:
            health = replace(health, battery_mv=battery_mv)
        if signal_dbm is not None:
            health = replace(health, signal_dbm=signal_dbm)
        self._set(label_id, health)

    def shone(self, label_id: str, day: date, lit_s: int) -> None:
        """How long a label shone on a day so far."""
        health = self.of(label_id)
        if (health.lit_on, health.lit_s) != (day, lit_s):
            self._set(label_id, replace(health, lit_on=day, lit_s=lit_s))

    def worth_keeping(self) -> Mapping[str, LabelHealth]:
        """What differs from what was written down; another sign of life alone only after an hour."""
        changed = {}
        for label_id in [*self._touched]:
            health, kept = self._known[label_id], self._kept.get(label_id)
            if kept is None or _differs(health, kept):
                changed[label_id] = health
            elif health == kept:
                del self._touched[label_id]
        return changed

    def kept(self, written: Mapping[str, LabelHealth]) -> None:
        """These are on the disk now."""
        self._kept |= written
        for label_id, health in written.items():
            if self._known.get(label_id) == health:
                self._touched.pop(label_id, None)

    def forget(self, label_ids: Iterable[str]) -> None:
        """These labels hang nowhere any more."""
        for label_id in label_ids:
            self._known.pop(label_id, None)
            self._kept.pop(label_id, None)
            self._touched.pop(label_id, None)

    def _set(self, label_id: str, health: LabelHealth) -> None:
        if self._known.get(label_id) != health:
            self._known[label_id] = health
            self._touched[label_id] = None


def _differs(health: LabelHealth, kept: LabelHealth) -> bool:
    if _worth(health) != _worth(kept):
        return True
    if health.last_seen_at is None or kept.last_seen_at is None:
        return health.last_seen_at != kept.last_seen_at
    return (health.last_seen_at - kept.last_seen_at).total_seconds() >= SEEN_KEPT_S


def _worth(health: LabelHealth) -> tuple[object, ...]:
    """What is worth writing down as soon as it changes."""
    return health.battery_mv, health.outcomes, health.commands, health.lit_on, health.lit_s
