"""What is remembered of each label's light, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from backend.labels.sharing import Shown
from backend.labels.wishes import LightWish, WishKey
from shared.labels import Flash, LightPhase, Look

LIT_MAX_S_PER_DAY = 3_600

FOREVER = datetime.max.replace(tzinfo=UTC)
RESTLESS = datetime.min.replace(tzinfo=UTC)  # until when a label is quiet that must be looked at


@dataclass(slots=True)
class DispatchPolicy:
    """How hard the dispatcher tries, and what a label's battery may give. Each gateway has its own, and it may change.

    `flash_s`: how long a light blinks that is not armed again; up to `flash_max_s` where labels wake seldom.
    """

    flash_s: int = 60
    flash_max_s: int = 150
    attempts_max: int = 3
    retry_after_s: float = 5.0
    gateway_retry_s: float = 1.0
    on_time_max_s_per_day: int = LIT_MAX_S_PER_DAY


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to ask of the gateway: a flash, and for whom it is, or (without one) to stop."""

    token: str
    label_external_id: str
    flash: Flash | None
    sent_at: datetime
    shown: Shown | None = None
    is_test: bool = False
    """Whether it can wait for those who pick: a test's flash, or the end of one."""


@dataclass(frozen=True, slots=True)
class LightChange:
    """A label's light came a step further; `shared`: for whom, where it is for several."""

    label_external_id: str
    phase: LightPhase
    look: Look | None
    at: datetime
    shared: Shown | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A label does not show its light; said once, until it answers again."""

    label_external_id: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Running:
    """A flash the label plays now, as far as we were told."""

    shown: Shown | None  # None: it may blink, nobody knows how
    started_at: datetime
    until_at: datetime
    is_test: bool = False


@dataclass(slots=True)
class LabelRecord:
    """All that is remembered of one label."""

    external_id: str
    wishes: dict[WishKey, LightWish] = field(default_factory=dict)
    shown_at: dict[WishKey, datetime] = field(default_factory=dict)
    under_way: Command | None = None
    taken_back: Command | None = None
    """The flash that the stop under way shall take back; the gateway has not said yet what became of it."""
    stays: str = ""
    """The token of a flash that was too late to be taken back."""
    lost: Command | None = None
    running: Running | None = None
    failures: int = 0
    retry_at: datetime | None = None
    is_given_up: bool = False
    is_silent: bool = False
    lit_on: date | None = None
    lit_s: float = 0.0
    told: tuple[LightPhase, Look | None, Shown | None] = (LightPhase.DARK, None, None)
    quiet_until: datetime = FOREVER
    """Nothing is due for it, and time changes nothing about it, before then."""

    @property
    def is_idle(self) -> bool:
        return not self.wishes and self.under_way is None and self.running is None

    def lit_s_on(self, day: date) -> float:
        """How long it has blinked on a day (UTC), by what was confirmed."""
        return self.lit_s if self.lit_on == day else 0.0
